// Reading data for a component: the newest question wins, older ones are aborted.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { asApiError, isAbort, type ApiError } from '../api/error';
import { session } from '../api/session';

export interface Loaded<T> {
  data: T | null;
  error: ApiError | null;
  loading: boolean;
  /** Again; what was read stays until the new answer is there. */
  reload: () => void;
  set: (data: T) => void;
}

/** Reads when `deps` change, and again when somebody has signed in anew. */
export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>, deps: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ data: T | null; error: ApiError | null; loading: boolean }>(
    { data: null, error: null, loading: true });
  const [round, setRound] = useState(0);
  const reader = useRef(read);
  reader.current = read;
  const signedIn = session.value.status === 'in';
  useEffect(() => {
    const stop = new AbortController();
    setState((s) => ({ ...s, loading: true }));
    reader.current(stop.signal).then(
      (data) => stop.signal.aborted || setState({ data, error: null, loading: false }),
      (e: unknown) => {
        if (!stop.signal.aborted && !isAbort(e)) setState((s) => ({ data: s.data, error: asApiError(e), loading: false }));
      });
    return () => stop.abort();
  }, [...deps, round, signedIn]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  const set = useCallback((data: T) => setState({ data, error: null, loading: false }), []);
  return { ...state, reload, set };
}
