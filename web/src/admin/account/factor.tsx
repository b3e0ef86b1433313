// One's own second factor: a secret for an authenticator app, its first code,
// recovery codes shown once, and the way out.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../../api/client';
import { updateUser } from '../../api/session';
import type { SignedInUser, TotpSecret } from '../../api/types.gen';
import { common } from '../../i18n';
import { Field, FormError, useForm, type Form } from '../../ui/form';
import { toast } from '../../ui/toast';
import { t } from '../texts';
import { QrCode } from './qr';

/** What the service now says of the user: its second factor, what it may do. */
export async function refreshUser(): Promise<void> {
  const { user } = await call('GET /api/auth/me');
  if (user) await updateUser(user);
}

function Code({ form, value, onValue, hint }: { form: Form; value: string; onValue: (v: string) => void; hint?: string }): JSX.Element {
  return <Field form={form} name="code" label={common.t('code')} hint={hint} autocomplete="one-time-code" value={value} onValue={onValue} maxLength={40} />;
}

/** The secret as a picture and as text, then the first code of it. */
function Confirm({ secret, onDone, onBack }: { secret: TotpSecret; onDone: (codes: string[]) => void; onBack: () => void }): JSX.Element {
  const [code, setCode] = useState('');
  const form = useForm();
  return (
    <form class="stack" noValidate onSubmit={form.submit(async () => {
      const { recoveryCodes } = await call('POST /api/auth/totp/confirm', { body: { code: code.replace(/\s/g, '') } });
      onDone(recoveryCodes);
      await refreshUser();
    })}>
      <p>{t('factorScan')}</p>
      <QrCode text={secret.otpauthUri} label={t('factorQr')} />
      <dl class="facts">
        <dt>{t('secret')}</dt><dd class="mono">{secret.secret}</dd>
        <dt>{t('url')}</dt><dd class="mono">{secret.otpauthUri}</dd>
      </dl>
      <Field form={form} name="code" label={t('factorFirstCode')} inputMode="numeric" autocomplete="one-time-code" autofocus value={code} onValue={setCode} />
      <FormError form={form} />
      <div class="actions">
        <button type="button" class="btn" onClick={onBack}>{common.t('cancel')}</button>
        <button class="btn main" disabled={form.busy || !code.trim()}>{t('factorConfirm')}</button>
      </div>
    </form>
  );
}

function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }): JSX.Element {
  return (
    <div class="stack">
      <p class="note warn" role="status">{t('recoveryOnce')}</p>
      <ol class="note mono recovery">{codes.map((c) => <li key={c}>{c}</li>)}</ol>
      <div class="actions">
        <button type="button" class="btn" onClick={() => {
          void navigator.clipboard.writeText(codes.join('\n')).then(() => toast(t('copied')));
        }}>{t('copy')}</button>
        <button type="button" class="btn main" autofocus onClick={onDone}>{t('recoveryKept')}</button>
      </div>
    </div>
  );
}

/** Asks for what opens the next step: a password, a code, or both. */
function Ask({ asks, action, danger, work, onBack }: { asks: readonly ('password' | 'code')[]; action: string; danger?: boolean;
  work: (given: { password: string; code: string }) => Promise<void>; onBack: () => void }): JSX.Element {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const form = useForm();
  return (
    <form class="stack" noValidate onSubmit={form.submit(() => work({ password, code: code.trim() }))}>
      {asks.includes('password') && (
        <Field form={form} name="password" label={common.t('password')} type="password" autocomplete="current-password" autofocus value={password} onValue={setPassword} />
      )}
      {asks.includes('code') && <Code form={form} value={code} onValue={setCode} hint={common.t('codeHint')} />}
      <FormError form={form} />
      <div class="actions">
        <button type="button" class="btn" onClick={onBack}>{common.t('cancel')}</button>
        <button class={danger ? 'btn danger main' : 'btn main'} disabled={form.busy}>{action}</button>
      </div>
    </form>
  );
}

type Step = 'rest' | 'setup' | 'disable' | 'recovery' | { secret: TotpSecret } | { codes: string[] };

export function SecondFactor({ user }: { user: SignedInUser }): JSX.Element {
  const [step, setStep] = useState<Step>('rest');
  const rest = (): void => setStep('rest');
  const on = user.secondFactor === 'ON';
  return (
    <section class="card stack" aria-label={t('factor')}>
      <div class="row apart"><h2>{t('factor')}</h2><span class={on ? 'tag good' : 'tag warn'}>{t(on ? 'factorOn' : 'factorOff')}</span></div>
      {user.secondFactor === 'REQUIRED' && <p class="note warn">{t('factorRequired')}</p>}
      {step === 'rest' && (
        <>
          <p class="quiet">{t('factorWhy')}</p>
          <div class="row tight">
            <button type="button" class={on ? 'btn' : 'btn main'} onClick={() => setStep('setup')}>{t(on ? 'factorMove' : 'factorSetUp')}</button>
            {on && <button type="button" class="btn" onClick={() => setStep('recovery')}>{t('recoveryNew')}</button>}
            {on && <button type="button" class="btn danger" onClick={() => setStep('disable')}>{t('factorDisable')}</button>}
          </div>
        </>
      )}
      {step === 'setup' && (
        <Ask asks={[on ? 'code' : 'password']} action={common.t('continue')} onBack={rest} work={async ({ password, code }) =>
          setStep({ secret: await call('POST /api/auth/totp/setup', { body: on ? { code } : { password } }) })} />
      )}
      {step === 'recovery' && (
        <Ask asks={['code']} action={t('recoveryNew')} onBack={rest} work={async ({ code }) =>
          setStep({ codes: (await call('POST /api/auth/totp/recovery', { body: { code } })).recoveryCodes })} />
      )}
      {step === 'disable' && (
        <Ask asks={['password', 'code']} action={t('factorDisable')} danger onBack={rest} work={async ({ password, code }) => {
          await call('POST /api/auth/totp/disable', { body: { password, code } });
          rest();
          await refreshUser();
        }} />
      )}
      {typeof step === 'object' && 'secret' in step && <Confirm secret={step.secret} onBack={rest} onDone={(codes) => setStep({ codes })} />}
      {typeof step === 'object' && 'codes' in step && <RecoveryCodes codes={step.codes} onDone={rest} />}
    </section>
  );
}
