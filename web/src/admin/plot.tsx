// Bars over time as SVG: readable without colour, with a table for who cannot
// see it.
import type { JSX } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface Bar {
  label: string;
  value: number;
  /** As people read it. */
  text: string;
}

const HEIGHT = 160;
const FOOT = 18;

export function Plot({ title, bars }: { title: string; bars: readonly Bar[] }): JSX.Element {
  const id = useId();
  const at = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    if (!at.current) return;
    const watch = new ResizeObserver(([e]) => e && setWidth(Math.max(240, Math.round(e.contentRect.width))));
    watch.observe(at.current);
    return () => watch.disconnect();
  }, []);
  const most = Math.max(1, ...bars.map((b) => b.value));
  const step = width / Math.max(1, bars.length);
  const every = Math.ceil((bars.length * 64) / width);
  return (
    <figure class="plot" ref={at}>
      <figcaption id={id}><h2>{title}</h2></figcaption>
      <svg viewBox={`0 0 ${width} ${HEIGHT + FOOT}`} height={HEIGHT + FOOT} role="img" aria-labelledby={id}>
        <line x1="0" x2={width} y1={HEIGHT} y2={HEIGHT} class="axis" />
        {bars.map((b, i) => {
          const h = Math.max(b.value > 0 ? 2 : 0, (Math.max(0, b.value) / most) * (HEIGHT - 14));
          return (
            <g key={b.label}>
              <rect x={i * step + step * 0.12} y={HEIGHT - h} width={step * 0.76} height={h} rx="2">
                <title>{`${b.label}: ${b.text}`}</title>
              </rect>
              {i % every === 0 && <text x={i === 0 ? 0 : i * step + step / 2} y={HEIGHT + FOOT - 4} text-anchor={i === 0 ? 'start' : 'middle'}>{b.label}</text>}
            </g>
          );
        })}
      </svg>
      <table class="sr">
        <tbody>{bars.map((b) => <tr key={b.label}><th scope="row">{b.label}</th><td>{b.text}</td></tr>)}</tbody>
      </table>
    </figure>
  );
}
