// Confirms an e-mail address by a one-time link. It waits for a click, since
// mail programs open links ahead of people. The token stands behind '#' in the
// address, so that it reaches no server's log; it is taken out of the history.
// Where nobody is signed in to the account, its password says that it is theirs.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, call } from '../api/client';
import { session } from '../api/session';
import { common } from '../i18n';
import { Field, FormError, useForm } from '../ui/form';
import { Bar, mount } from '../ui/shell';
import { t } from './texts';

const token = new URLSearchParams(location.hash.slice(1)).get('token');
history.replaceState(null, '', location.pathname);

/** Where it stands: a click, the password so far, another one, and how it ended. */
type Step = 'click' | 'known' | 'only' | 'anew' | 'confirmed' | 'gone';
const NEXT: Record<string, Step> = { password_required: 'known', sign_in_again: 'only', token_invalid: 'gone' };

function End({ step }: { step: 'confirmed' | 'gone' | 'notWhole' }): JSX.Element {
  return (
    <>
      <p class={step === 'confirmed' ? 'note good' : 'note warn'} role="status">{t(step)}</p>
      {step !== 'notWhole' && <p><a class="btn" href="/me">{t('account')}</a></p>}
    </>
  );
}

function Confirm({ token }: { token: string }): JSX.Element {
  const [step, setStep] = useState<Step>('click');
  const [password, setPassword] = useState('');
  const form = useForm();
  const send = async (): Promise<void> => {
    const secret = step === 'known' || step === 'only' ? { password } : step === 'anew' ? { newPassword: password } : {};
    try {
      await call('POST /api/auth/email/verify', { body: { token, ...secret }, anonymous: session.value.status !== 'in' });
      setStep('confirmed');
    } catch (e) {
      const next = e instanceof ApiError ? NEXT[e.code] : undefined;
      if (!next) throw e;
      setStep(next);
    }
  };
  const choose = (next: Step): void => {
    form.set(null);
    setPassword('');
    setStep(next);
  };
  if (step === 'confirmed' || step === 'gone') return <End step={step} />;
  return (
    <form class="stack" noValidate onSubmit={form.submit(send)}>
      <p>{t(step === 'click' ? 'lead' : step === 'known' ? 'whose' : step === 'only' ? 'signInFirst' : 'anew')}</p>
      {(step === 'known' || step === 'only') && (
        <Field key={step} form={form} name="password" label={common.t('password')} type="password" autocomplete="current-password"
          autofocus value={password} onValue={setPassword} />
      )}
      {step === 'anew' && (
        <Field form={form} name="newPassword" label={common.t('passwordNew')} type="password" autocomplete="new-password"
          autofocus value={password} onValue={setPassword} hint={t('passwordHint')} />
      )}
      <FormError form={form} />
      <button class="btn main" disabled={form.busy || (step !== 'click' && !password)}>{t('confirm')}</button>
      {step === 'known' && <button type="button" class="btn plain small" onClick={() => choose('anew')}>{t('unknown')}</button>}
      {step === 'anew' && <button type="button" class="btn plain small" onClick={() => choose('known')}>{t('known')}</button>}
      {step === 'only' && <a class="btn" href="/me">{common.t('signIn')}</a>}
    </form>
  );
}

function Page(): JSX.Element {
  document.title = `${t('title')} · Clientele`;
  return (
    <>
      <Bar title={t('account')} />
      <main class="narrow stack" id="content" tabIndex={-1}>
        <h1>{t('title')}</h1>
        {token ? <Confirm token={token} /> : <End step="notWhole" />}
      </main>
    </>
  );
}

void mount('customer', <Page />);
