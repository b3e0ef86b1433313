// What time it is for the service. The clock of a device may be wrong by days:
// every answer says when it was given (its Date header), and the difference is
// kept, so that a till that starts without the network knows it as well.
const KEPT = 'clientele-clock';
/** The header has whole seconds, and an answer takes a while: less is no difference. */
const SLACK_MS = 2000;
const SLOW_MS = 10_000;
const KEEP_MS = 60_000;

interface Known {
  /** What to add to this device's clock. */
  offset: number;
  /** When the service was last heard of, by its own clock: it is not earlier now. */
  heard: number;
}

function remembered(): Known {
  try {
    const { offset, heard } = JSON.parse(localStorage.getItem(KEPT) ?? '') as Partial<Known>;
    if (Number.isFinite(offset) && Number.isFinite(heard)) return { offset, heard } as Known;
  } catch {
    // Nothing was kept, or this browser keeps nothing.
  }
  return { offset: 0, heard: 0 };
}

let known = remembered();
let kept = known;

function keep(): void {
  kept = known;
  try {
    localStorage.setItem(KEPT, JSON.stringify(known));
  } catch {
    // For this page it is known all the same.
  }
}

/** An answer has come, to what was sent at that time by this device's clock. */
export function hear(answer: Response, sent: number): void {
  const said = Date.parse(answer.headers.get('Date') ?? '');
  const came = Date.now();
  // A clock that was set in between, or an answer that was long on its way, tells nothing.
  if (Number.isNaN(said) || came < sent || came - sent > SLOW_MS) return;
  const offset = Math.round(said + 500 - (sent + came) / 2);
  known = { offset: Math.abs(offset - known.offset) > SLACK_MS ? offset : known.offset, heard: said };
  if (known.offset !== kept.offset || Math.abs(known.heard - kept.heard) > KEEP_MS) keep();
}

/** Milliseconds since 1970 by the service's clock, as far as this device can know. */
export const serverNow = (): number => Math.max(Date.now() + known.offset, known.heard);
export const serverTime = (): string => new Date(serverNow()).toISOString();
