// Lists without an end: pages of the API by their cursors, of which only those
// near what is seen are kept, so that the millionth row needs no more memory
// than the first. A page that was let go comes again by its cursor; where rows
// came or went since, what follows it is read anew.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Page } from '../api/client';
import { asApiError, isAbort, type ApiError } from '../api/error';
import { onSignOut, session } from '../api/session';

type Read<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

const KEEP = 30;
/** Rows beyond what is seen that are read before somebody comes there. */
const AHEAD = 250;

export class Pages<T> {
  error: ApiError | null = null;
  loading = false;
  /** Something was answered: there is something to show, or that there is nothing. */
  begun = false;
  /** Where somebody was when the list was left. */
  place = { top: 0, base: 0 };
  /** Is asked for and will stand in this one's place. */
  successor: Pages<T> | null = null;
  private starts = [0];
  private cursors: (string | undefined)[] = [undefined];
  private kept = new Map<number, T[]>();
  private known = 0;
  private ended = false;
  private seen: [number, number] = [0, 0];
  private stopper = new AbortController();

  constructor(private read: Read<T>, public tell: () => void) {}

  /** Rows that are known of; more may follow. */
  get count(): number {
    return this.known;
  }

  /** Something is on its way. */
  get busy(): boolean {
    return this.loading || (!this.begun && !this.error) || (this.successor?.busy ?? false);
  }

  /** undefined: on its way. */
  at(i: number): T | undefined {
    const page = this.pageOf(i);
    return this.kept.get(page)?.[i - (this.starts[page] ?? 0)];
  }

  /** Pages in memory. */
  get size(): number {
    return this.kept.size;
  }

  /** These rows are looked at, the last one not with them. */
  see(first: number, last: number): void {
    this.seen = [first, last];
    this.fetch();
  }

  retry(): void {
    this.error = null;
    this.fetch();
  }

  stop(): void {
    this.stopper.abort();
    this.loading = false;
  }

  /** Goes on where it was left; what is shown is read anew. */
  resume(read: Read<T>, tell: () => void): void {
    this.read = read;
    this.tell = tell;
    this.stopper = new AbortController();
    this.error = null;
    this.kept.clear();
  }

  private pageOf(i: number): number {
    let low = 0, high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= i) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** A page that is looked at and not here, or the next one when the end is near. */
  private wanted(): number | null {
    const last = this.cursors.length - 1;
    const fresh = !this.ended && !this.kept.has(last) && this.starts[last] === this.known;
    const to = this.pageOf(Math.max(this.seen[0], this.seen[1] - 1));
    for (let page = this.pageOf(this.seen[0]); page <= to; page++)
      if (!this.kept.has(page) && (page < last || this.ended || !fresh)) return page;
    return fresh && this.seen[1] + AHEAD >= this.known ? last : null;
  }

  private fetch(): void {
    const page = this.wanted();
    if (page === null || this.loading || this.error) return;
    const { signal } = this.stopper;
    this.loading = true;
    this.tell();
    this.read(this.cursors[page], signal).then((answer) => {
      if (signal.aborted) return;
      this.loading = false;
      this.begun = true;
      this.take(page, answer);
      this.forget();
      this.fetch();
      this.tell();
    }, (e: unknown) => {
      if (signal.aborted || isAbort(e)) return;
      this.loading = false;
      this.error = asApiError(e);
      this.tell();
    });
  }

  private take(page: number, { rows, next }: Page<T>): void {
    const end = (this.starts[page] ?? 0) + rows.length;
    this.kept.set(page, rows);
    if (next === null) {
      this.cut(page + 1);
      this.known = end;
      this.ended = true;
    } else if (page + 1 === this.cursors.length) {
      this.cursors.push(next);
      this.starts.push(end);
      this.known = end;
      this.ended = false;
    } else {
      const moved = end - (this.starts[page + 1] ?? end);
      if (moved || this.cursors[page + 1] !== next) this.kept.delete(page + 1);
      this.cursors[page + 1] = next;
      for (let k = page + 1; moved && k < this.starts.length; k++) this.starts[k] = (this.starts[k] ?? 0) + moved;
      this.known += moved;
    }
  }

  /** No page from this one on. */
  private cut(page: number): void {
    this.cursors.length = this.starts.length = page;
    for (const k of this.kept.keys()) if (k >= page) this.kept.delete(k);
  }

  /** Lets go of the pages that are farthest from what is seen. */
  private forget(): void {
    const here = this.pageOf(this.seen[0]);
    const far = [...this.kept.keys()].sort((a, b) => Math.abs(b - here) - Math.abs(a - here));
    for (const page of far.slice(0, Math.max(0, far.length - KEEP))) this.kept.delete(page);
  }
}

/** The list that was left last, for who comes back to it. */
let left: { name: string; pages: Pages<unknown> } | null = null;
onSignOut(() => {
  left = null;
});

/**
 * The list that `key` says (its filters). Until the first page of a new one is
 * there the one before stays. `name`: a list to which one comes back where one was.
 */
export function usePages<T>(read: Read<T>, key: string, name?: string): Pages<T> {
  const [, redraw] = useState(0);
  const asked = name && `${name} ${key}`;
  const pages = useMemo(() => {
    const tell = (): void => redraw((n) => n + 1);
    if (!left || left.name !== asked) return new Pages<T>(read, tell);
    const again = left.pages as Pages<T>;
    again.resume(read, tell);
    return again;
  }, [key]);
  const shown = useRef(pages);
  useEffect(() => {
    pages.see(0, 0);
    return () => {
      pages.stop();
      if (asked) left = { name: asked, pages: pages as Pages<unknown> };
    };
  }, [pages]);
  const signedIn = session.value.status === 'in';
  useEffect(() => {
    if (signedIn && pages.error?.status === 401) pages.retry();
  }, [signedIn]);
  if (pages.begun || pages.error) shown.current = pages;
  shown.current.successor = shown.current === pages ? null : pages;
  return shown.current;
}
