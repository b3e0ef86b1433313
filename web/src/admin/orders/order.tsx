// One sale with its lines, payments and refunds; refunding what was paid.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../../api/client';
import { may } from '../../api/session';
import type { Order } from '../../api/types.gen';
import { uuid7 } from '../../api/uuid';
import { fromMinor, money, parseAmount, toMinor } from '../../i18n/money';
import { dateTime, quantity } from '../../i18n/time';
import { Dialog } from '../../ui/dialog';
import { Field, FormError, Select, useForm } from '../../ui/form';
import { useLoad } from '../../ui/load';
import { to } from '../../ui/route';
import { Failed, Loading } from '../../ui/states';
import { t, tOr } from '../texts';

const METHODS = ['CASH', 'CARD', 'UPI', 'WALLET'] as const;

function Refund({ order, done }: { order: Order; done: (o: Order) => void }): JSX.Element {
  const left = (toMinor(order.paidAmount) ?? 0) - (toMinor(order.refundedAmount) ?? 0);
  const [amount, setAmount] = useState(fromMinor(left));
  const [method, setMethod] = useState<string>(order.payments[0]?.method ?? 'CASH');
  const [reason, setReason] = useState('');
  const [key] = useState(uuid7);
  const form = useForm();
  return (
    <form class="stack card" onSubmit={form.submit(async () => {
      const minor = parseAmount(amount);
      const body = { amount: minor === null ? amount : fromMinor(minor), method: method as (typeof METHODS)[number], ...(reason && { reason }) };
      done(await call('POST /api/orders/{id}/refunds', { path: { id: order.id }, body, idempotencyKey: key }));
    })} noValidate>
      <h3>{t('refund')}</h3>
      <div class="two">
        <Field form={form} name="amount" label={t('amount')} inputMode="decimal" value={amount} onValue={setAmount} />
        <Select form={form} name="method" label={t('method')} value={method} onValue={setMethod}
          options={METHODS.map((m) => [m, t(`method_${m}`)] as const)} />
      </div>
      <Field form={form} name="reason" label={t('reason')} value={reason} onValue={setReason} optional maxLength={500} />
      <FormError form={form} />
      <div class="actions"><button class="btn danger" disabled={form.busy}>{t('refund')}</button></div>
    </form>
  );
}

function Body({ o, set }: { o: Order; set: (o: Order) => void }): JSX.Element {
  const refundable = o.status === 'PAID' && may('REFUND_ORDER')
    && (toMinor(o.paidAmount) ?? 0) > (toMinor(o.refundedAmount) ?? 0);
  const amount = (v: string): string => money(v, o.currency);
  return (
    <div class="stack">
      <dl class="facts">
        <dt>{t('customer')}</dt>
        <dd>{o.customerId ? <a href={to('customers', o.customerId)}>{o.customerName}</a> : o.customerName}{o.customerPhone && ` · ${o.customerPhone}`}</dd>
        <dt>{t('when')}</dt><dd>{dateTime(o.createdAt)}</dd>
        <dt>{t('state')}</dt><dd>{tOr(`status_${o.status}`, o.status)} · {tOr(`source_${o.source}`, o.source)}</dd>
        {o.isUnproven && <><dt>{t('attached')}</dt><dd><span class="tag warn">{t('unproven')}</span></dd></>}
        {o.customerAddress && <><dt>{t('address')}</dt><dd>{o.customerAddress}</dd></>}
        {o.notes && <><dt>{t('notes')}</dt><dd class="prewrap">{o.notes}</dd></>}
      </dl>
      <div class="table" tabIndex={0}>
        <table>
          <thead><tr><th>{t('article')}</th><th class="num">{t('quantity')}</th><th class="num">{t('price')}</th><th class="num">{t('amount')}</th></tr></thead>
          <tbody>
            {o.lines.map((l) => (
              <tr key={l.line}><td>{l.name}</td><td class="num">{quantity(Number(l.quantity))}</td><td class="num">{amount(l.unitPrice)}</td><td class="num">{amount(l.amount)}</td></tr>
            ))}
            <tr><th scope="row" colSpan={3}>{t('total')}</th><td class="num"><strong>{amount(o.totalAmount)}</strong></td></tr>
            {o.payments.map((p) => (
              <tr key={`p${p.payment}`}><td colSpan={3}>{t('paidBy', { method: tOr(`method_${p.method}`, p.method) })} · {dateTime(p.createdAt)}</td><td class="num">{amount(p.amount)}</td></tr>
            ))}
            {o.refunds.map((r) => (
              <tr key={`r${r.refund}`}><td colSpan={3}>{t('refundedBy', { method: tOr(`method_${r.method}`, r.method) })}{r.reason && ` · ${r.reason}`}</td><td class="num">−{amount(r.amount)}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      {refundable && <Refund key={o.version} order={o} done={set} />}
    </div>
  );
}

export function OrderDialog({ id, onClose }: { id: string; onClose: () => void }): JSX.Element {
  const { data, error, reload, set } = useLoad((signal) => call('GET /api/orders/{id}', { path: { id }, signal }), [id]);
  return (
    <Dialog title={data?.orderNumber ?? data?.externalId ?? t('order')} onClose={onClose} class="big">
      {data ? <Body o={data} set={set} /> : error ? <Failed error={error} retry={reload} /> : <Loading />}
    </Dialog>
  );
}
