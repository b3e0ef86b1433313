// Short words about what has happened; read out, gone by themselves.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { asApiError, isAbort } from '../api/error';
import { errorText } from './form';

interface Toast {
  id: number;
  text: string;
  bad: boolean;
}

const toasts = signal<Toast[]>([]);
let last = 0;

export function toast(text: string, { bad = false }: { bad?: boolean } = {}): void {
  const id = ++last;
  toasts.value = [...toasts.value, { id, text, bad }].slice(-3);
  setTimeout(() => {
    toasts.value = toasts.value.filter((t) => t.id !== id);
  }, bad ? 8000 : 4000);
}

/** For what has no better place to show its error. */
export function toastError(e: unknown): void {
  if (!isAbort(e)) toast(errorText(asApiError(e)), { bad: true });
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((t) => <div key={t.id} class={t.bad ? 'bad' : ''}>{t.text}</div>)}
    </div>
  );
}
