// Proving a phone while signed in. A number that was somebody's before takes
// one proof more, or a start with an empty history.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { CodeVerified } from '../api/types.gen';
import { common } from '../i18n';
import { CodeStep } from '../ui/code';
import { Field, FormError, useForm } from '../ui/form';
import { toast } from '../ui/toast';
import { t } from './texts';

function MoreProof({ hint, onDone }: { hint: string | undefined; onDone: () => void }): JSX.Element {
  const [sentTo, setSentTo] = useState('');
  const [code, setCode] = useState('');
  const form = useForm();
  const fresh = useForm();
  return (
    <div class="stack">
      <p class="note warn">{t('earlierRecord')}</p>
      {hint && (
        <form class="stack" noValidate onSubmit={form.submit(async () => {
          if (!sentTo) {
            setSentTo((await call('POST /api/customers/me/join/request')).emailHint);
            return;
          }
          await call('POST /api/customers/me/join', { body: { code: code.replace(/\D/g, '') } });
          toast(t('joined'));
          onDone();
        })}>
          {sentTo && <Field form={form} name="code" label={common.t('code')} inputMode="numeric" autocomplete="one-time-code" autofocus
            value={code} onValue={setCode} hint={common.t('codeSent', { to: sentTo })} />}
          <FormError form={form} />
          <button class="btn main" disabled={form.busy}>{sentTo ? common.t('continue') : t('itIsMe', { email: hint })}</button>
        </form>
      )}
      <form class="stack" onSubmit={fresh.submit(async () => {
        await call('POST /api/customers/me/fresh');
        onDone();
      })}>
        <FormError form={fresh} />
        <button class="btn" disabled={fresh.busy}>{t('startFresh')}</button>
        {!hint && <p class="quiet small">{t('orAskStaff')}</p>}
      </form>
    </div>
  );
}

export function Proof({ phone: first, onDone, onBack }: { phone: string; onDone: () => void; onBack: () => void }): JSX.Element {
  const [phone, setPhone] = useState(first);
  const [asked, setAsked] = useState(first !== '');
  const [verified, setVerified] = useState<CodeVerified | null>(null);
  const form = useForm();
  if (verified) return <MoreProof hint={verified.emailHint} onDone={onDone} />;
  if (asked) {
    return <CodeStep to={{ phone }} anonymous={false} onBack={onBack} onDone={(v) => {
      if (v.outcome === 'PROOF_NEEDED') {
        setVerified(v);
        return;
      }
      toast(t(v.outcome === 'JOINED' ? 'joined' : 'phoneProved'));
      onDone();
    }} />;
  }
  return (
    <form class="stack" noValidate onSubmit={form.submit(() => {
      setAsked(true);
      return Promise.resolve();
    })}>
      <Field form={form} name="phone" label={common.t('phone')} type="tel" autocomplete="tel" autofocus value={phone} onValue={setPhone} />
      <div class="actions">
        <button type="button" class="btn" onClick={onBack}>{common.t('cancel')}</button>
        <button class="btn main" disabled={!phone.trim()}>{t('sendCode')}</button>
      </div>
    </form>
  );
}
