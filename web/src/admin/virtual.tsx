// A table of which only what is seen exists in the document, so that the
// millionth row costs what the first does. Rows have one height; the arrow
// keys, Page Up and Down, Home and End walk it.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Pages } from './pages';

interface Column<T> {
  key: string;
  title: string;
  /** CSS width of the grid column: "2fr", "8rem". */
  width: string;
  number?: boolean;
  cell: (row: T) => ComponentChildren;
}

interface Props<T> {
  label: string;
  columns: readonly Column<T>[];
  pages: Pages<T>;
  keyOf: (row: T) => string;
  href: (row: T) => string;
  /** Stands below the rows: loading, an error, nothing. */
  foot?: ComponentChildren;
}

const HEIGHT = 44;
const AHEAD = 8;
/** Rows that the box is high for: browsers stop counting at 17,000,000 px. The others take turns. */
export const SPAN = 300_000;

/** Which row the box begins with, so that what is seen from row `first` on has room above and below. */
export function baseFor(base: number, first: number, count: number): number {
  if (count <= SPAN) return 0;
  const low = first - base < SPAN / 10, high = first - base > SPAN - SPAN / 10;
  return low || high ? Math.max(0, Math.min(count - SPAN / 2, first - SPAN / 2)) : base;
}

export function VirtualTable<T>({ label, columns, pages, keyOf, href, foot }: Props<T>): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [{ top, base }, setPlace] = useState(pages.place);
  const [seen, setSeen] = useState(20);
  /** The row that the keyboard goes to as soon as it is there. */
  const aim = useRef<number | null>(null);
  const { count } = pages;
  useLayoutEffect(() => {
    const at = box.current;
    if (!at) return;
    const watch = new ResizeObserver(() => setSeen(Math.ceil(at.clientHeight / HEIGHT) + 1));
    watch.observe(at);
    return () => watch.disconnect();
  }, []);
  // Another list begins where it was left, or with its first row.
  useLayoutEffect(() => {
    setPlace(pages.place);
    box.current?.scrollTo({ top: pages.place.top });
  }, [pages]);
  useLayoutEffect(() => {
    pages.place = { top, base };
  }, [pages, top, base]);

  const row = base + Math.floor(top / HEIGHT);
  const end = Math.min(count, base + SPAN);
  const first = Math.max(base, row - AHEAD);
  const last = Math.max(first, Math.min(end, row + seen + AHEAD));
  const turned = baseFor(base, row, count);
  useLayoutEffect(() => {
    if (turned === base || !box.current) return;
    const to = box.current.scrollTop + (base - turned) * HEIGHT;
    setPlace({ top: to, base: turned });
    requestAnimationFrame(() => box.current?.scrollTo({ top: to }));
  }, [turned, base]);
  useEffect(() => pages.see(first, last), [pages, first, last, count]);
  useEffect(() => {
    const link = aim.current === null ? null : box.current?.querySelector<HTMLElement>(`a[data-row="${aim.current}"]`);
    if (!link) return;
    aim.current = null;
    link.focus({ preventScroll: true });
  });

  const walk = (e: KeyboardEvent): void => {
    const now = document.activeElement instanceof HTMLElement ? Number(document.activeElement.dataset['row'] ?? -1) : -1;
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, PageDown: now + seen - 2, PageUp: now + 2 - seen, Home: 0, End: count - 1 }[e.key];
    const at = box.current;
    if (to === undefined || e.ctrlKey || e.metaKey || e.altKey || !at || count === 0) return;
    e.preventDefault();
    aim.current = Math.min(count - 1, Math.max(0, to));
    const begin = baseFor(base, aim.current, count);
    const middle = Math.max(0, (aim.current - begin) * HEIGHT - (at.clientHeight - HEIGHT) / 2);
    setPlace({ top: middle, base: begin });
    requestAnimationFrame(() => at.scrollTo({ top: middle }));
  };
  const grid = { gridTemplateColumns: columns.map((c) => c.width).join(' ') };
  return (
    <div class="virtual" ref={box} role="table" aria-label={label} aria-rowcount={-1} tabIndex={0} onKeyDown={walk}
      onScroll={(e) => {
        const { scrollTop } = e.currentTarget;
        setPlace((p) => ({ ...p, top: scrollTop }));
      }}>
      <div role="rowgroup" class="vhead">
        <div class="vrow" role="row" style={grid}>
          {columns.map((c) => <span key={c.key} role="columnheader" class={c.number ? 'num' : ''}>{c.title}</span>)}
        </div>
      </div>
      <div class="vbox" role="rowgroup">
        <div style={{ height: `${(first - base) * HEIGHT}px` }} />
        {Array.from({ length: last - first }, (_, i) => pages.at(first + i)).map((r, i) => (
          <div class="vrow" role="row" key={r ? keyOf(r) : first + i} aria-rowindex={first + i + 2} aria-busy={!r} style={grid}>
            {columns.map((c, n) => (
              <span key={c.key} role="cell" class={c.number ? 'num clip' : 'clip'}>
                {!r ? (n === 0 ? '…' : '') : n === 0 ? <a data-row={first + i} href={href(r)}>{c.cell(r)}</a> : c.cell(r)}
              </span>
            ))}
          </div>
        ))}
        <div style={{ height: `${(end - last) * HEIGHT}px` }} />
      </div>
      {foot}
    </div>
  );
}
