// The checkout: a customer's order is their own; a guest leaves a phone. Cash
// on delivery asks for a proof of the number: then the code is asked for and the
// same order is sent again with it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import { ApiError } from '../api/error';
import { companyPart, knownCompany, rememberCompany } from '../api/shop';
import type { Checkout } from '../api/types.gen';
import { uuid7 } from '../api/uuid';
import { common } from '../i18n';
import { CodeStep } from '../ui/code';
import { Field, FormError, Select, useForm } from '../ui/form';
import { linesOf, type Cart } from './articles';
import type { Placed } from './done';
import { t } from './texts';

type Method = NonNullable<Checkout['paymentMethod']>;
const METHODS = ['COD', 'UPI', 'CARD'] as const satisfies readonly Method[];

interface Props {
  customer: boolean;
  cart: Cart;
  onPlaced: (p: Placed) => void;
}

export function CheckoutForm({ customer, cart, onPlaced }: Props): JSX.Element {
  const [d, setD] = useState({ name: '', phone: '', email: '', address: '', notes: '', company: knownCompany() });
  const [method, setMethod] = useState<Method | ''>('COD');
  const [code, setCode] = useState('');
  const [step, setStep] = useState<'form' | 'guest-code' | 'own-code'>('form');
  const [key, setKey] = useState(uuid7);
  const form = useForm();
  const set = (n: keyof typeof d) => (v: string): void => setD((x) => ({ ...x, [n]: v }));
  const given = (n: keyof typeof d): Record<string, string> => (d[n].trim() ? { [n]: d[n].trim() } : {});

  const place = async (): Promise<Placed> => {
    const shared = { lines: linesOf(cart), ...(method && { paymentMethod: method }), ...given('notes') };
    if (customer) {
      return call('POST /api/orders', { body: { ...shared, ...(d.address.trim() && { customerAddress: d.address.trim() }) }, idempotencyKey: key });
    }
    rememberCompany(d.company.trim());
    return call('POST /api/checkout', { anonymous: true, idempotencyKey: key, body: {
      ...shared, phone: d.phone, ...given('name'), ...given('email'), ...given('address'), ...companyPart(d.company), ...(code && { code: code.replace(/\D/g, '') }),
    } });
  };
  const send = async (): Promise<void> => {
    try {
      onPlaced(await place());
    } catch (e) {
      // A refusal has changed nothing: what is sent next is another request.
      if (e instanceof ApiError && !e.transient) setKey(uuid7());
      if (!(e instanceof ApiError) || e.code !== 'phone_not_verified') throw e;
      if (!customer) await call('POST /api/auth/otp/request', { body: { phone: d.phone, ...companyPart(d.company) }, anonymous: true });
      setStep(customer ? 'own-code' : 'guest-code');
    }
  };
  if (step === 'own-code') {
    return (
      <section class="card stack">
        <p class="note warn">{t('codNeedsProof')}</p>
        <OwnNumber onBack={() => setStep('form')} onDone={() => setStep('form')} />
      </section>
    );
  }
  const text = (n: keyof typeof d, label: string, more: Record<string, unknown> = {}): JSX.Element => (
    <Field form={form} name={n} label={label} value={d[n]} onValue={set(n)} {...more} />
  );
  return (
    <form class="card stack" noValidate onSubmit={form.submit(send)}>
      <h2>{t('checkout')}</h2>
      {!customer && (
        <>
          {text('phone', common.t('phone'), { type: 'tel', autocomplete: 'tel' })}
          {text('name', common.t('name'), { autocomplete: 'name', optional: true })}
          {text('email', common.t('email'), { type: 'email', autocomplete: 'email', optional: true })}
        </>
      )}
      <Field form={form} name={customer ? 'customerAddress' : 'address'} label={t('address')} autocomplete="street-address" lines={2}
        value={d.address} onValue={set('address')} optional />
      <Select form={form} name="paymentMethod" label={t('pay')} value={method} onValue={(m) => setMethod(m as Method | '')}
        options={[...METHODS.map((m) => [m, t(`pay_${m}`)] as const), ['', t('payLater')]]} />
      {text('notes', t('notes'), { optional: true })}
      {form.fields['company'] && text('company', common.t('company'), { hint: common.t('companyHint') })}
      {step === 'guest-code' && (
        <>
          <p class="note warn">{t('codNeedsProof')}</p>
          <Field form={form} name="code" label={common.t('code')} hint={common.t('codeSent', { to: d.phone })} inputMode="numeric"
            autocomplete="one-time-code" autofocus value={code} onValue={setCode} />
        </>
      )}
      <FormError form={form} />
      <button class="btn main" disabled={form.busy || linesOf(cart).length === 0}>{t('order')}</button>
      <p class="quiet small">{t('confirmLater')}</p>
    </form>
  );
}

/** A customer who has not proved a number yet does so here. */
function OwnNumber({ onDone, onBack }: { onDone: () => void; onBack: () => void }): JSX.Element {
  const [phone, setPhone] = useState('');
  const [asked, setAsked] = useState(false);
  if (asked) return <CodeStep to={{ phone }} anonymous={false} onDone={onDone} onBack={onBack} />;
  return (
    <form class="stack" onSubmit={(e) => {
      e.preventDefault();
      setAsked(true);
    }}>
      <Field label={common.t('phone')} type="tel" autocomplete="tel" autofocus value={phone} onValue={setPhone} />
      <button class="btn main" disabled={!phone.trim()}>{common.t('continue')}</button>
    </form>
  );
}
