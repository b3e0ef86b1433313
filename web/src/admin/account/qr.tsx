// A QR code as one path; dark on light in both schemes, as cameras want it.
import type { JSX } from 'preact';
import qrcode from 'qrcode-generator';

const QUIET = 4; // modules of white around it, as the standard asks

export function QrCode({ text, label }: { text: string; label: string }): JSX.Element {
  const qr = qrcode(0, 'M');
  qr.addData(text);
  qr.make();
  const n = qr.getModuleCount();
  let path = '';
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) if (qr.isDark(y, x)) path += `M${x} ${y}h1v1h-1z`;
  }
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`${-QUIET} ${-QUIET} ${n + 2 * QUIET} ${n + 2 * QUIET}`} shape-rendering="crispEdges">
      <rect x={-QUIET} y={-QUIET} width={n + 2 * QUIET} height={n + 2 * QUIET} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
