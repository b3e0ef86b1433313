// A one-time code: asked for, typed, and what it opened. Of several accounts
// with one number the person picks one; the code stays good for that.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/client';
import { adopt, currentUser, signIn } from '../api/session';
import { companyPart } from '../api/shop';
import type { Account, CodeVerified, Session } from '../api/types.gen';
import { common } from '../i18n';
import { Field, FormError, useForm, type Form } from './form';

export interface Where {
  phone?: string;
  email?: string;
}

export const isSession = (v: CodeVerified): v is CodeVerified & Session => !!v.accessToken && !!v.refreshToken;

/** Has this form been told that a second factor is needed? From then on it asks for it. */
export function useFactor(form: Form): boolean {
  const [asked, setAsked] = useState(false);
  const told = form.error?.code === 'second_factor_required';
  useEffect(() => {
    if (told) setAsked(true);
  }, [told]);
  return asked;
}

export function FactorField(props: { form: Form; name: string; value: string; onValue: (v: string) => void }): JSX.Element {
  return <Field {...props} label={common.t('secondFactor')} hint={common.t('codeHint')} inputMode="numeric" autocomplete="one-time-code" autofocus />;
}

/** A session that is not of the last minutes changes no address: whose it is says
 * the password, or a code to where the account can be reached now. */
function SignInAgain({ onDone, onBack }: { onDone: () => void; onBack: () => void }): JSX.Element {
  const { t } = common;
  const user = currentUser();
  const [password, setPassword] = useState('');
  const [factorCode, setFactorCode] = useState('');
  const [byCode, setByCode] = useState(false);
  const form = useForm();
  const factor = useFactor(form);
  const at: Where = user?.isEmailVerified || !user?.phone ? { email: user?.email ?? '' } : { phone: user.phone };
  const reachable = user?.isEmailVerified || user?.isPhoneVerified;
  if (byCode) return <CodeStep to={at} anonymous userId={user?.id} onDone={onDone} onBack={() => setByCode(false)} />;
  return (
    <form class="stack" noValidate onSubmit={form.submit(async () => {
      await signIn({ ...at, password, ...(factorCode && { code: factorCode.trim() }), ...companyPart() });
      onDone();
    })}>
      <p class="note warn">{t('isItYou')}</p>
      <Field form={form} name="password" label={t('password')} type="password" autocomplete="current-password" autofocus
        value={password} onValue={setPassword} />
      {factor && <FactorField form={form} name="code" value={factorCode} onValue={setFactorCode} />}
      <FormError form={form} />
      <button class="btn main" disabled={form.busy || !password}>{t('continue')}</button>
      <div class="row apart">
        <button type="button" class="btn plain small" onClick={onBack}>{t('back')}</button>
        {reachable && <button type="button" class="btn plain small" onClick={() => setByCode(true)}>{t('codeInstead', { to: at.phone ?? at.email ?? '' })}</button>}
      </div>
    </form>
  );
}

interface Props {
  to: Where;
  /** Nobody is signed in: the code signs in. */
  anonymous: boolean;
  /** The account that it is to sign in to. */
  userId?: string | undefined;
  onDone: (v: CodeVerified) => void;
  onBack: () => void;
}

/** Sends the code at once; then asks for it. */
export function CodeStep({ to, anonymous, userId, onDone, onBack }: Props): JSX.Element {
  const { t } = common;
  const [code, setCode] = useState('');
  const [accounts, setAccounts] = useState<Account[]>([]);
  const [wait, setWait] = useState(0);
  const [factorCode, setFactorCode] = useState('');
  const form = useForm();
  const factor = useFactor(form);
  const request = async (): Promise<void> => {
    const sent = await call('POST /api/auth/otp/request', { body: { ...to, ...companyPart() }, anonymous });
    setWait(sent.retryAfter);
  };
  useEffect(() => form.submit(request)(new Event('submit')), []);
  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);
  const verify = async (picked = userId): Promise<void> => {
    const v = await call('POST /api/auth/otp/verify', {
      body: { ...to, code: code.replace(/\D/g, ''), ...(picked && { userId: picked }),
        ...(factorCode && { secondFactorCode: factorCode.trim() }), ...companyPart() }, anonymous,
    });
    if (v.accounts?.length) setAccounts(v.accounts);
    else {
      if (isSession(v)) await adopt(v);
      onDone(v);
    }
  };
  if (accounts.length > 0) {
    return (
      <form class="stack" onSubmit={(e) => e.preventDefault()}>
        <p>{t('pickAccount')}</p>
        {accounts.map((a) => (
          <button key={a.id} type="button" class="btn" disabled={form.busy} onClick={form.submit(() => verify(a.id))}>
            <bdi>{a.name}</bdi> <span class="quiet small">{a.email}</span>
          </button>
        ))}
        {factor && <FactorField form={form} name="secondFactorCode" value={factorCode} onValue={setFactorCode} />}
        <FormError form={form} />
      </form>
    );
  }
  if (form.error?.code === 'sign_in_again') {
    return <SignInAgain onBack={onBack} onDone={() => form.submit(() => verify())(new Event('submit'))} />;
  }
  return (
    <form class="stack" noValidate onSubmit={form.submit(() => verify())}>
      <p>{t('codeSent', { to: to.phone ?? to.email ?? '' })}</p>
      <Field form={form} name="code" label={t('code')} inputMode="numeric" autocomplete="one-time-code" autofocus maxLength={14}
        value={code} onValue={setCode} />
      {factor && <FactorField form={form} name="secondFactorCode" value={factorCode} onValue={setFactorCode} />}
      <FormError form={form} />
      <button class="btn main" disabled={form.busy || code.replace(/\D/g, '').length < 6}>{t('continue')}</button>
      <div class="row apart">
        <button type="button" class="btn plain small" onClick={onBack}>{t('back')}</button>
        <button type="button" class="btn plain small" disabled={wait > 0 || form.busy} onClick={form.submit(request)}>
          {wait > 0 ? t('anotherIn', { n: wait }) : t('another')}
        </button>
      </div>
    </form>
  );
}
