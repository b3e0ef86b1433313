// What somebody types into a form of a record that others may change meanwhile:
// fields left alone follow the record, and where both changed one, both are shown.
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api/error';

export interface Drafted<R, D> {
  /** The record that the draft is about, as it was read last. */
  known: R;
  draft: D;
  set: (part: Partial<D>) => void;
  /** Fields that somebody else changed to another value than mine. */
  theirs: (keyof D)[];
  /** What the record says. */
  before: D;
  /** Sends; where the record has changed since, it is read anew and the next save goes on top of it. */
  save: <T>(send: (known: R) => Promise<T>) => Promise<T>;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function useDraft<R extends { version: number }, D extends object>(record: R, draftOf: (r: R) => D, read: () => Promise<R>): Drafted<R, D> {
  const [state, setState] = useState(() => ({ known: record, draft: draftOf(record), theirs: [] as (keyof D)[] }));
  const follow = (now: R): void => setState(({ known, draft }) => {
    const before = draftOf(known);
    const fresh = draftOf(now);
    const names = Object.keys(draft) as (keyof D)[];
    const mine = names.filter((n) => !same(draft[n], before[n]) && !same(draft[n], fresh[n]));
    return {
      known: now,
      draft: { ...fresh, ...Object.fromEntries(mine.map((n) => [n, draft[n]])) },
      theirs: mine.filter((n) => !same(fresh[n], before[n])),
    };
  });
  useEffect(() => {
    if (record.version > state.known.version) follow(record);
  }, [record.version]);
  return {
    ...state,
    before: draftOf(state.known),
    set: (part) => setState((s) => ({ ...s, draft: { ...s.draft, ...part } })),
    save: async (send) => {
      try {
        return await send(state.known);
      } catch (e) {
        if (e instanceof ApiError && e.code === 'stale') follow(await read());
        throw e;
      }
    },
  };
}
