// An order of before, found by number or phone: its receipt again, a refund, a
// person for a walk-in.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call, list } from '../api/client';
import { may } from '../api/session';
import type { Order, OrderRow } from '../api/types.gen';
import { common } from '../i18n';
import { fromMinor, money, parseAmount, toMinor } from '../i18n/money';
import { dateTime } from '../i18n/time';
import { Dialog } from '../ui/dialog';
import { Field, FormError, Select, useForm } from '../ui/form';
import { toast } from '../ui/toast';
import { AttachForm } from './done';
import { looksLikePhone } from './find';
import { PrintControls, Receipt, receiptOfOrder } from './receipt';
import { t, tOr } from './texts';

export function OrdersDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const form = useForm();
  const [text, setText] = useState('');
  const [rows, setRows] = useState<OrderRow[] | null>(null);
  const [order, setOrder] = useState<Order | null>(null);
  const open = async (id: string): Promise<void> => setOrder(await call('GET /api/orders/{id}', { path: { id } }));
  const search = async (): Promise<void> => {
    setOrder(null);
    const asked = text.trim();
    const { rows: found } = await list('GET /api/orders', { query: {
      ...(asked && (looksLikePhone(asked) ? { customerPhone: asked } : { orderNumber: asked.toUpperCase() })), limit: 20 } });
    setRows(found);
    if (found.length === 1 && found[0]) await open(found[0].id);
  };
  return (
    <Dialog title={t('findOrder')} onClose={onClose} class="finished">
      <div class="stack">
        <form class="row" role="search" onSubmit={form.submit(search)}>
          <div class="grow"><Field form={form} name="orderNumber" label={t('numberOrPhone')} value={text} onValue={setText} maxLength={100}
            autocomplete="off" autofocus hint={t('numberHint')} /></div>
          <button class="btn main" disabled={form.busy}>{t('search')}</button>
        </form>
        <FormError form={form} />
        {order
          ? <OrderView order={order} onOrder={setOrder} onBack={rows && rows.length > 1 ? () => setOrder(null) : null} />
          : rows && (rows.length === 0 ? <p class="empty">{t('noOrder')}</p> : (
            <ul class="matches" aria-label={t('orders')}>
              {rows.map((o) => (
                <li key={o.id}>
                  <button type="button" class="btn plain wide" onClick={form.submit(() => open(o.id))}>
                    <span class="clip name">{o.orderNumber ?? o.externalId} · <bdi>{o.customerName}</bdi></span>
                    <span class="quiet">{dateTime(o.createdAt)}</span><span class="num">{money(o.totalAmount, o.currency)}</span>
                  </button>
                </li>
              ))}
            </ul>
          ))}
      </div>
    </Dialog>
  );
}

interface ViewProps {
  order: Order;
  onOrder: (o: Order) => void;
  onBack: (() => void) | null;
}

function OrderView({ order: o, onOrder, onBack }: ViewProps): JSX.Element {
  const [doing, setDoing] = useState<'refund' | 'attach' | null>(null);
  const left = (toMinor(o.paidAmount, o.currency) ?? 0) - (toMinor(o.refundedAmount, o.currency) ?? 0);
  const again = async (): Promise<void> => onOrder(await call('GET /api/orders/{id}', { path: { id: o.id } }));
  return (
    <div class="stack">
      <p class="row apart"><strong>{o.orderNumber ?? o.externalId}</strong><span class="tag">{tOr(`status_${o.status}`, o.status)}</span></p>
      {doing === 'refund' && <RefundForm order={o} left={left} onCancel={() => setDoing(null)} onDone={(after) => {
        setDoing(null);
        onOrder(after);
        toast(t('refunded'));
      }} />}
      {doing === 'attach' && <AttachForm orderId={o.id} name={o.customerName === 'Walk-in' ? '' : o.customerName} phone={o.customerPhone ?? ''}
        onCancel={() => setDoing(null)} onDone={(name) => {
          setDoing(null);
          toast(t('nowOf', { name }));
          void again();
        }} />}
      {!doing && (
        <div class="actions">
          {onBack && <button type="button" class="btn plain" onClick={onBack}>{common.t('back')}</button>}
          <PrintControls />
          {!o.customerId && may('CREATE_CUSTOMER')
            && <button type="button" class="btn" onClick={() => setDoing('attach')}>{t('registerAfter')}</button>}
          {left > 0 && may('REFUND_ORDER') && <button type="button" class="btn danger" onClick={() => setDoing('refund')}>{t('refund')}</button>}
        </div>
      )}
      {left > 0 && !may('REFUND_ORDER') && <p class="small quiet">{t('refundManager')}</p>}
      <Receipt data={receiptOfOrder(o)} />
    </div>
  );
}

const BACK = ['', 'CASH', 'CARD', 'UPI', 'WALLET'] as const;

interface RefundProps {
  order: Order;
  left: number;
  onDone: (o: Order) => void;
  onCancel: () => void;
}

function RefundForm({ order: o, left, onDone, onCancel }: RefundProps): JSX.Element {
  const form = useForm();
  const [key] = useState(() => crypto.randomUUID());
  const [amount, setAmount] = useState(fromMinor(left, o.currency));
  const [method, setMethod] = useState<(typeof BACK)[number]>('');
  const [reason, setReason] = useState('');
  const minor = parseAmount(amount, o.currency);
  const send = async (): Promise<void> => {
    onDone(await call('POST /api/orders/{id}/refunds', {
      path: { id: o.id }, idempotencyKey: key,
      body: { amount: minor === null ? amount : fromMinor(minor, o.currency), ...(method && { method }), ...(reason.trim() && { reason: reason.trim() }) },
    }));
  };
  return (
    <form class="card stack" onSubmit={form.submit(send)}>
      <Field form={form} name="amount" label={t('refundAmount', { most: money(left, o.currency) })} value={amount} onValue={setAmount} inputMode="decimal" autocomplete="off" autofocus />
      <Select form={form} name="method" label={t('method')} value={method} onValue={(v) => setMethod(v as typeof method)}
        options={BACK.map((m) => [m, m ? t(`method_${m}`) : t('asPaid')] as const)} />
      <Field form={form} name="reason" label={t('reason')} value={reason} onValue={setReason} maxLength={200} autocomplete="off" optional />
      <FormError form={form} />
      <div class="actions">
        <button type="button" class="btn plain" onClick={onCancel}>{common.t('cancel')}</button>
        <button class="btn danger main" disabled={form.busy || minor === null}>{t('refundNow', { amount: money(minor ?? 0, o.currency) })}</button>
      </div>
    </form>
  );
}
