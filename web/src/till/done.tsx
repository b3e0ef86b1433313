// The sale is done: the change to give, the receipt, and what may follow.
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { call } from '../api/client';
import { asApiError } from '../api/error';
import { may } from '../api/session';
import type { OrderAttached } from '../api/types.gen';
import { common } from '../i18n';
import { money } from '../i18n/money';
import { Dialog } from '../ui/dialog';
import { Field, FormError, useForm } from '../ui/form';
import { forgetAnswers } from './find';
import { online } from './online';
import type { Entry, Sale } from './queue';
import { PrintControls, Receipt, receiptOfSale } from './receipt';
import { t, tn } from './texts';

export function DoneDialog({ entry, sale, onClose }: { entry: Entry; sale: Sale; onClose: () => void }): JSX.Element {
  const next = useRef<HTMLButtonElement>(null);
  const [attaching, setAttaching] = useState(false);
  const [attached, setAttached] = useState('');
  const change = sale.payments.reduce((sum, p) => sum + (p.tendered === null ? 0 : p.tendered - p.amount), 0);
  const walkIn = !sale.customerId && !sale.registration;
  useLayoutEffect(() => next.current?.focus(), [attaching]);
  return (
    <Dialog title={entry.outcome?.orderNumber ?? sale.reference} onClose={onClose} class="finished" returnTo="who">
      <div class="stack">
        {change > 0 && <p class="change note good"><span>{t('changeGiven')}</span> <strong class="num">{money(change)}</strong></p>}
        {!entry.outcome && <p class="note warn" role="status">{t('waits')}</p>}
        {entry.outcome?.became === 'walkin' && <p class="note warn" role="status">{t('soldWalkIn', { number: entry.outcome.orderNumber ?? '', why: entry.outcome.why })}</p>}
        {attached && <p class="note good" role="status">{t('nowOf', { name: attached })}</p>}
        {attaching && entry.outcome
          ? <AttachForm orderId={entry.outcome.orderId} name={sale.customerName ?? ''} phone={sale.customerPhone ?? ''}
            onCancel={() => setAttaching(false)} onDone={(name) => {
              setAttaching(false);
              setAttached(name);
            }} />
          : (
            <div class="actions">
              <PrintControls />
              {walkIn && entry.outcome && online.value && !attached && may('CREATE_CUSTOMER')
                && <button type="button" class="btn" onClick={() => setAttaching(true)}>{t('registerAfter')}</button>}
              <button ref={next} type="button" class="btn main" data-first onClick={onClose}>{t('nextSale')} <kbd>Enter</kbd></button>
            </div>
          )}
        <Receipt data={receiptOfSale(sale, entry)} />
      </div>
    </Dialog>
  );
}

interface AttachProps {
  orderId: string;
  name: string;
  phone: string;
  onDone: (name: string) => void;
  onCancel: () => void;
}

/** A walk-in becomes a customer afterwards; earlier walk-ins of the number may follow. */
export function AttachForm({ orderId, name: firstName, phone: firstPhone, onDone, onCancel }: AttachProps): JSX.Element {
  const form = useForm();
  const [name, setName] = useState(firstName);
  const [phone, setPhone] = useState(firstPhone);
  const [existing, setExisting] = useState<{ id: string; name: string } | null>(null);
  const [offered, setOffered] = useState<OrderAttached | null>(null);
  const attach = async (body: { register: boolean; name: string; phone: string } | { customerId: string }): Promise<void> => {
    setExisting(null);
    try {
      const order = await call('POST /api/orders/{id}/customer', { path: { id: orderId }, body });
      forgetAnswers();
      if (order.offers.length > 0) setOffered(order);
      else onDone(order.customerName);
    } catch (e) {
      const there = asApiError(e).answer['existing'] as { id: string; name: string } | undefined;
      if (there) setExisting(there);
      throw e;
    }
  };
  const takeOffers = async (of: OrderAttached): Promise<void> => {
    for (const o of of.offers) {
      await call('POST /api/orders/{id}/customer', { path: { id: o.id }, body: { customerId: of.customerId } });
    }
    onDone(of.customerName);
  };
  if (offered) {
    return (
      <form class="stack" onSubmit={form.submit(() => takeOffers(offered))}>
        <p class="note">{tn('earlier', offered.offers.length)}</p>
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn" onClick={() => onDone(offered.customerName)}>{t('earlierLeave')}</button>
          <button class="btn main" disabled={form.busy}>{t('earlierTake', { name: offered.customerName })}</button>
        </div>
      </form>
    );
  }
  return (
    <form class="stack" noValidate onSubmit={form.submit(() => attach({ register: true, name: name.trim(), phone: phone.trim() }))}>
      <Field form={form} name="name" label={common.t('name')} value={name} onValue={setName} maxLength={200} autocomplete="off" autofocus />
      <Field form={form} name="phone" label={common.t('phone')} value={phone} onValue={setPhone} maxLength={100} inputMode="tel" autocomplete="off" />
      <FormError form={form} />
      {existing && (
        <p><button type="button" class="btn" onClick={form.submit(() => attach({ customerId: existing.id }))}>
          {t('takeExisting', { name: existing.name })}</button></p>
      )}
      <div class="actions">
        <button type="button" class="btn plain" onClick={onCancel}>{common.t('cancel')}</button>
        <button class="btn main" disabled={form.busy}>{t('register')}</button>
      </div>
    </form>
  );
}
