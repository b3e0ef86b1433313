// A receipt: on the screen, and on a roll of 58 or 80 mm by print.css.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { company } from '../api/company';
import type { Order } from '../api/types.gen';
import { money, toMinor } from '../i18n/money';
import { dateTime, quantity } from '../i18n/time';
import type { Entry, Sale } from './queue';
import { stores } from './stores';
import { t } from './texts';
import { lineAmount, subtotal } from './totals';

export interface ReceiptData {
  number: string | null;
  reference: string | null;
  at: string;
  storeId: string | null;
  cashier: string | null;
  customer: string | null;
  phone: string | null;
  currency: string | undefined;
  lines: { name: string; quantity: number; price: number; discount: number; amount: number }[];
  subtotal: number;
  discount: number;
  total: number;
  payments: { method: string; amount: number; tendered: number | null }[];
  refunds: { method: string; amount: number }[];
}

export function receiptOfSale(sale: Sale, entry: Entry): ReceiptData {
  return {
    number: entry.outcome?.orderNumber ?? null, reference: sale.reference, at: sale.at, storeId: sale.storeId,
    cashier: sale.cashier, customer: sale.customerName, phone: sale.customerPhone, currency: undefined,
    lines: sale.lines.map((l) => ({ name: l.name, quantity: l.quantity / 1000, price: l.price, discount: l.discount, amount: lineAmount(l) })),
    subtotal: subtotal(sale.lines), discount: sale.discount, total: sale.total, payments: sale.payments, refunds: [],
  };
}

export function receiptOfOrder(o: Order): ReceiptData {
  const minor = (text: string | null): number => (text === null ? 0 : toMinor(text, o.currency) ?? 0);
  return {
    number: o.orderNumber, reference: o.externalId, at: o.createdAt, storeId: o.storeId, cashier: null,
    customer: o.customerName, phone: o.customerPhone, currency: o.currency,
    lines: o.lines.map((l) => ({ name: l.name, quantity: l.quantity, price: minor(l.unitPrice), discount: minor(l.discount), amount: minor(l.amount) })),
    subtotal: minor(o.subtotal), discount: minor(o.discount), total: minor(o.totalAmount),
    payments: o.payments.map((p) => ({ method: p.method, amount: minor(p.amount), tendered: p.tendered === null ? null : minor(p.tendered) })),
    refunds: o.refunds.map((r) => ({ method: r.method, amount: minor(r.amount) })),
  };
}

const WIDTH = 'clientele-receipt-width';
export const paper = signal(localStorage.getItem(WIDTH) === '58' ? '58' : '80');
export function setPaper(width: string): void {
  localStorage.setItem(WIDTH, width);
  paper.value = width;
}

const methodName = (m: string): string =>
  (m === 'CASH' || m === 'CARD' || m === 'UPI' || m === 'WALLET' ? t(`method_${m}`) : m);

export function Receipt({ data: d }: { data: ReceiptData }): JSX.Element {
  const shop = stores.value.find((s) => s.id === d.storeId);
  const amount = (minor: number): string => money(minor, d.currency);
  const change = d.payments.reduce((sum, p) => sum + (p.tendered === null ? 0 : p.tendered - p.amount), 0);
  return (
    <article class={`receipt w${paper.value}`} aria-label={t('receipt')}>
      <header>
        <strong>{company.value?.name}</strong>
        {shop && <><span>{shop.name}</span>{shop.address && <span>{shop.address}</span>}</>}
      </header>
      <dl>
        <dt>{t('receipt')}</dt><dd>{d.number ?? d.reference}</dd>
        {d.number && d.reference && <><dt>{t('reference')}</dt><dd>{d.reference}</dd></>}
        <dt>{t('date')}</dt><dd>{dateTime(d.at)}</dd>
        {d.cashier && <><dt>{t('cashier')}</dt><dd>{d.cashier}</dd></>}
        {d.customer && <><dt>{t('customer')}</dt><dd><bdi>{d.customer}</bdi></dd></>}
      </dl>
      <table>
        <thead class="sr"><tr><th>{t('articles')}</th><th>{t('amount')}</th></tr></thead>
        <tbody>
          {d.lines.map((l, i) => (
            <tr key={i}>
              <td class="break"><bdi>{l.name}</bdi><br /><small>{quantity(l.quantity)} × {amount(l.price)}{l.discount > 0 && ` − ${amount(l.discount)}`}</small></td>
              <td class="num">{amount(l.amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl class="right">
        {d.discount > 0 && <><dt>{t('subtotal')}</dt><dd>{amount(d.subtotal)}</dd><dt>{t('discount')}</dt><dd>−{amount(d.discount)}</dd></>}
        <dt class="strong">{t('total')}</dt><dd class="strong">{amount(d.total)}</dd>
        {d.payments.map((p, i) => <PaymentLine key={i} name={methodName(p.method)} value={amount(p.tendered ?? p.amount)} />)}
        {change > 0 && <PaymentLine name={t('changeGiven')} value={amount(change)} />}
        {d.refunds.map((r, i) => <PaymentLine key={`r${i}`} name={`${t('refund')} ${methodName(r.method)}`} value={`−${amount(r.amount)}`} />)}
      </dl>
      <footer>{t('thanks')}</footer>
    </article>
  );
}

const PaymentLine = ({ name, value }: { name: string; value: string }): JSX.Element => <><dt>{name}</dt><dd>{value}</dd></>;

/** Width of the paper, and the printer. */
export function PrintControls(): JSX.Element {
  return (
    <span class="row tight">
      <select class="input lang" aria-label={t('paper')} value={paper.value} onChange={(e) => setPaper(e.currentTarget.value)}>
        <option value="58">58 mm</option>
        <option value="80">80 mm</option>
      </select>
      <button type="button" class="btn" onClick={() => print()}>{t('print')}</button>
    </span>
  );
}
