// The right half: what is sold, and what it comes to.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { common } from '../i18n';
import { fromMinor, money, parseAmount } from '../i18n/money';
import { quantity as showQuantity } from '../i18n/time';
import { LineField } from './line-field';
import { parseQuantity } from './line-entry';
import { change, draft, removeLine, setLine, sum, total } from './state';
import { t, tn } from './texts';
import { lineAmount, percentOf, type Line } from './totals';

export function SalePanel({ onPay }: { onPay: () => void }): JSX.Element {
  const { lines } = draft.value;
  return (
    <section class="sale" aria-label={t('sale')}>
      <LineField onPay={onPay} />
      <div class="lines" tabIndex={lines.length ? 0 : -1} role="region" aria-label={t('lines')}>
        {lines.length === 0 ? <p class="empty">{t('noLines')}</p> : (
          <table>
            <thead class="sr"><tr><th>{t('quantity')}</th><th>{common.t('name')}</th><th>{t('amount')}</th><th>{common.t('delete')}</th></tr></thead>
            <tbody>{lines.map((l) => <LineRow key={l.key} line={l} />)}</tbody>
          </table>
        )}
      </div>
      <div class="sums">
        {lines.length > 0 && <p class="row apart quiet small"><span>{tn('lineCount', lines.length)}</span><span class="num">{money(sum.value)}</span></p>}
        <OrderDiscount key={draft.value.id} />
        <p class="row apart total"><span>{t('total')}</span><strong class="num" id="total">{money(total.value)}</strong></p>
        <button type="button" class="btn main pay" disabled={lines.length === 0} onClick={onPay}>{t('pay')} <kbd>F9</kbd></button>
      </div>
    </section>
  );
}

function LineRow({ line: l }: { line: Line }): JSX.Element {
  const [typed, setTyped] = useState<string | null>(null);
  const leave = (): void => {
    const q = parseQuantity((typed ?? '').trim());
    if (q !== null) setLine(l.key, { quantity: q });
    setTyped(null);
  };
  return (
    <tr>
      <td class="qty">
        <input class="input small num" inputMode="decimal" aria-label={`${t('quantity')}: ${l.name}`}
          value={typed ?? showQuantity(l.quantity / 1000)} onInput={(e) => setTyped(e.currentTarget.value)} onBlur={leave}
          onKeyDown={(e) => {
            if (e.key === 'Enter') {
              leave();
              document.getElementById('line')?.focus();
            }
          }} />
      </td>
      <td class="break"><bdi>{l.name}</bdi>
        <span class="small quiet each"> {money(l.price)}{l.discount > 0 && ` · −${money(l.discount)}`}</span></td>
      <td class="num">{money(lineAmount(l))}</td>
      <td class="drop"><button type="button" class="btn plain small" aria-label={`${common.t('delete')}: ${l.name}`}
        onClick={() => {
          removeLine(l.key);
          document.getElementById('line')?.focus();
        }}>✕</button></td>
    </tr>
  );
}

/** An amount, or "10%". */
function OrderDiscount(): JSX.Element {
  const { discount } = draft.value;
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const leave = (): void => {
    if (typed === null) return;
    const text = typed.trim();
    const share = /^(\d+(?:[.,]\d+)?)\s*%$/.exec(text);
    const minor = text === '' ? 0 : share?.[1] ? percentOf(sum.value, Number(share[1].replace(',', '.'))) : parseAmount(text);
    const bad = minor === null || minor < 0 || minor > sum.value;
    setWrong(bad);
    if (bad) return;
    change({ discount: minor, payments: [] });
    setTyped(null);
  };
  return (
    <div class="row apart">
      <label for="discount" class="quiet">{t('discount')}</label>
      <input id="discount" class="input small num" autocomplete="off" aria-invalid={wrong ? true : undefined} title={t('discountHint')}
        value={typed ?? (discount ? fromMinor(discount) : '')} placeholder={t('discountHint')}
        onInput={(e) => setTyped(e.currentTarget.value)} onBlur={leave}
        onKeyDown={(e) => {
          if (e.key === 'Enter') leave();
        }} />
    </div>
  );
}
