// A table of which only what is seen exists in the document, so that the
// millionth row costs what the first does. Rows have one height; the arrow
// keys, Page Up and Down, Home and End walk it.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

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
  rows: readonly T[];
  keyOf: (row: T) => string;
  href: (row: T) => string;
  /** The end comes near: more rows, please. */
  onEnd: () => void;
  /** Stands below the rows: loading, an error, nothing. */
  foot?: ComponentChildren;
}

const HEIGHT = 44;
const AHEAD = 8;

export function VirtualTable<T>({ label, columns, rows, keyOf, href, onEnd, foot }: Props<T>): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [seen, setSeen] = useState(20);
  useLayoutEffect(() => {
    const at = box.current;
    if (!at) return;
    const watch = new ResizeObserver(() => setSeen(Math.ceil(at.clientHeight / HEIGHT) + 1));
    watch.observe(at);
    return () => watch.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(top / HEIGHT) - AHEAD);
  const last = Math.min(rows.length, Math.floor(top / HEIGHT) + seen + AHEAD);
  useEffect(() => {
    if (last >= rows.length - AHEAD) onEnd();
  }, [last, rows.length, onEnd]);

  const walk = (e: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: seen - 2, PageUp: 2 - seen }[e.key];
    const links = box.current?.querySelectorAll<HTMLAnchorElement>('a[data-row]');
    const now = document.activeElement instanceof HTMLElement ? Number(document.activeElement.dataset['row'] ?? -1) : -1;
    if (step === undefined || !links || rows.length === 0) return;
    e.preventDefault();
    const to = Math.min(rows.length - 1, Math.max(0, now + step));
    box.current?.scrollTo({ top: Math.max(0, to * HEIGHT - (box.current.clientHeight - HEIGHT) / 2) });
    requestAnimationFrame(() => requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`a[data-row="${to}"]`)?.focus({ preventScroll: true })));
  };
  const grid = { gridTemplateColumns: columns.map((c) => c.width).join(' ') };
  return (
    <div class="virtual" ref={box} role="table" aria-label={label} aria-rowcount={-1} tabIndex={0} onKeyDown={walk}
      onScroll={(e) => setTop(e.currentTarget.scrollTop)}>
      <div role="rowgroup" class="vhead">
        <div class="vrow" role="row" style={grid}>
          {columns.map((c) => <span key={c.key} role="columnheader" class={c.number ? 'num' : ''}>{c.title}</span>)}
        </div>
      </div>
      <div class="vbox" role="rowgroup">
        <div style={{ height: `${first * HEIGHT}px` }} />
        {rows.slice(first, last).map((row, i) => (
          <div class="vrow" role="row" key={keyOf(row)} aria-rowindex={first + i + 2} style={grid}>
            {columns.map((c, n) => (
              <span key={c.key} role="cell" class={c.number ? 'num clip' : 'clip'}>
                {n === 0 ? <a data-row={first + i} href={href(row)}>{c.cell(row)}</a> : c.cell(row)}
              </span>
            ))}
          </div>
        ))}
        <div style={{ height: `${(rows.length - last) * HEIGHT}px` }} />
      </div>
      {foot}
    </div>
  );
}
