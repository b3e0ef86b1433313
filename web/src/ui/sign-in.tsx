// Signing in: a page of its own, or a dialog over what somebody was doing.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../api/error';
import { session, signIn } from '../api/session';
import { companyPart, knownCompany, rememberCompany } from '../api/shop';
import { common } from '../i18n';
import { Dialog } from './dialog';
import { Field, FormError, useForm } from './form';

export function SignInForm({ email: first = '' }: { email?: string }): JSX.Element {
  const { t } = common;
  const form = useForm();
  const [email, setEmail] = useState(first);
  const [password, setPassword] = useState('');
  const [slug, setSlug] = useState(knownCompany());
  const [asksCompany, setAsksCompany] = useState(false);
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const send = async (): Promise<void> => {
    try {
      await signIn({ email: email.trim(), password, ...companyPart(slug), ...(asksCode && code && { code: code.trim() }) });
      rememberCompany(slug.trim());
    } catch (e) {
      if (e instanceof ApiError && (e.fields['company'] || e.code === 'company_not_found')) setAsksCompany(true);
      if (e instanceof ApiError && (e.fields['code'] || e.code.startsWith('second_factor'))) setAsksCode(true);
      throw e;
    }
  };
  return (
    <form class="stack" onSubmit={form.submit(send)}>
      <Field form={form} name="email" label={t('email')} type="email" autocomplete="username" required autofocus={!first}
        value={email} onValue={setEmail} />
      <Field form={form} name="password" label={t('password')} type="password" autocomplete="current-password" required
        autofocus={!!first} value={password} onValue={setPassword} />
      {asksCompany && (
        <Field form={form} name="company" label={t('company')} hint={t('companyHint')} autocomplete="organization" autofocus
          value={slug} onValue={setSlug} />
      )}
      {asksCode && (
        <Field form={form} name="code" label={t('code')} hint={t('codeHint')} autocomplete="one-time-code" autofocus
          inputMode="numeric" value={code} onValue={setCode} />
      )}
      <FormError form={form} />
      <button class="btn main" disabled={form.busy}>{t('signIn')}</button>
    </form>
  );
}

/** Over the page when the session has ended by itself. */
export function SignInAgain(): JSX.Element | null {
  const s = session.value;
  if (s.status !== 'ended') return null;
  return (
    <Dialog title={common.t('signIn')}>
      <p class="note warn">{common.t('sessionEnded')}</p>
      <SignInForm email={s.user.email ?? ''} />
    </Dialog>
  );
}
