// Is the service there? The browser's own word (navigator.onLine) only says
// whether there is a network; what counts is the last answer. While it is away
// it is asked for every few seconds.
import { effect, signal } from '@preact/signals';
import { hear } from '../api/clock';

export const online = signal(navigator.onLine);
const ASK_MS = 3000;

export function reachable(is: boolean): void {
  online.value = is;
}

export async function ask(): Promise<void> {
  const sent = Date.now();
  try {
    const stop = AbortSignal.timeout(2500);
    const res = await fetch('/readyz', { cache: 'no-store', credentials: 'omit', signal: stop });
    hear(res, sent);
    reachable(res.ok);
  } catch {
    reachable(false);
  }
}

export function watchOnline(): void {
  addEventListener('offline', () => reachable(false));
  addEventListener('online', () => void ask());
  let timer = 0;
  effect(() => {
    clearInterval(timer);
    if (!online.value) timer = window.setInterval(() => void ask(), ASK_MS);
  });
}
