// What was ordered, and how to see it later.
import type { JSX } from 'preact';
import type { CheckoutOrder, Order } from '../api/types.gen';
import { session } from '../api/session';
import { money } from '../i18n/money';
import { quantity } from '../i18n/time';
import { t } from './texts';

export type Placed = CheckoutOrder | Order;

export function Done({ placed: o, again }: { placed: Placed; again: () => void }): JSX.Element {
  return (
    <section class="card stack" role="status">
      <h1>{t('thanks')}</h1>
      <p>{t('number', { n: o.orderNumber ?? '' })}</p>
      <ul>
        {o.lines.map((l) => <li key={l.line} class="row apart"><span>{quantity(Number(l.quantity))} × {l.name}</span><span class="num">{money(l.amount, o.currency)}</span></li>)}
      </ul>
      <p class="row apart total"><strong>{t('total')}</strong><strong class="num">{money(o.totalAmount, o.currency)}</strong></p>
      <p class="note">{session.value.status === 'in' ? t('seeOwn') : t('seeLater')} <a href="/me#/orders">{t('myOrders')}</a></p>
      <div class="actions"><button type="button" class="btn" onClick={again}>{t('again')}</button></div>
    </section>
  );
}
