// Long lists: pages of the API one after another, as far as somebody scrolls.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Page } from '../api/client';
import { asApiError, isAbort, type ApiError } from '../api/error';

export interface Rows<T> {
  rows: T[];
  error: ApiError | null;
  loading: boolean;
  /** Nothing follows what is there. */
  complete: boolean;
  more: () => void;
  reload: () => void;
}

interface State<T> {
  rows: T[];
  next: string | null;
  error: ApiError | null;
  loading: boolean;
}

export function useRows<T>(read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  deps: readonly unknown[]): Rows<T> {
  const [state, setState] = useState<State<T>>({ rows: [], next: null, error: null, loading: true });
  const [round, setRound] = useState(0);
  const reader = useRef(read);
  const stop = useRef(new AbortController());
  const busy = useRef(false);
  reader.current = read;

  const fetchPage = useCallback((cursor: string | undefined, before: T[]) => {
    const { signal } = stop.current;
    busy.current = true;
    setState((s) => ({ ...s, loading: true, error: null }));
    reader.current(cursor, signal).then((page) => {
      if (signal.aborted) return;
      busy.current = false;
      setState({ rows: [...before, ...page.rows], next: page.next, error: null, loading: false });
    }, (e: unknown) => {
      if (signal.aborted || isAbort(e)) return;
      busy.current = false;
      setState((s) => ({ ...s, error: asApiError(e), loading: false }));
    });
  }, []);

  useEffect(() => {
    stop.current = new AbortController();
    fetchPage(undefined, []);
    return () => stop.current.abort();
  }, [...deps, round]);

  const more = useCallback(() => {
    if (!busy.current && state.next !== null && !state.error) fetchPage(state.next, state.rows);
  }, [state]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { rows: state.rows, error: state.error, loading: state.loading, complete: state.next === null && !state.loading, more, reload };
}
