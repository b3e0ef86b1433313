// The ways in: password, one-time code, a new account, a forgotten password.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import { signIn } from '../api/session';
import { companyPart } from '../api/shop';
import { common } from '../i18n';
import { CodeStep, FactorField, useFactor, type Where } from '../ui/code';
import { Field, FormError, useForm } from '../ui/form';
import { t } from './texts';

const WAYS = ['code', 'password', 'signup', 'forgot'] as const;
type Way = (typeof WAYS)[number];

/** "98765 43210" or "asha@example.com". */
export function whereOf(text: string): Where {
  return text.includes('@') ? { email: text.trim() } : { phone: text.trim() };
}

function Who({ form, value, onValue }: { form: ReturnType<typeof useForm>; value: string; onValue: (v: string) => void }): JSX.Element {
  const name = value.includes('@') ? 'email' : 'phone';
  return <Field form={form} name={name} label={t('phoneOrEmail')} autocomplete="username" autofocus value={value} onValue={onValue} />;
}

function ByCode(): JSX.Element {
  const [who, setWho] = useState('');
  const [sent, setSent] = useState(false);
  const form = useForm();
  if (sent) return <CodeStep to={whereOf(who)} anonymous onDone={() => undefined} onBack={() => setSent(false)} />;
  return (
    <form class="stack" noValidate onSubmit={form.submit(() => {
      setSent(true);
      return Promise.resolve();
    })}>
      <Who form={form} value={who} onValue={setWho} />
      <FormError form={form} />
      <button class="btn main" disabled={form.busy || !who.trim()}>{t('sendCode')}</button>
    </form>
  );
}

function ByPassword(): JSX.Element {
  const [who, setWho] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const form = useForm();
  const factor = useFactor(form);
  return (
    <form class="stack" noValidate onSubmit={form.submit(() => signIn({ ...whereOf(who), password, ...(code && { code: code.trim() }), ...companyPart() }))}>
      <Who form={form} value={who} onValue={setWho} />
      <Field form={form} name="password" label={common.t('password')} type="password" autocomplete="current-password"
        value={password} onValue={setPassword} />
      {factor && <FactorField form={form} name="code" value={code} onValue={setCode} />}
      <FormError form={form} />
      <button class="btn main" disabled={form.busy || !who.trim() || !password}>{common.t('signIn')}</button>
    </form>
  );
}

function SignUp(): JSX.Element {
  const [name, setName] = useState('');
  const [phone, setPhone] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const form = useForm();
  return (
    <form class="stack" noValidate onSubmit={form.submit(() => signIn({
      ...(name.trim() && { name: name.trim() }), ...(phone.trim() && { phone }), ...(email.trim() && { email }),
      ...(password && { password }), ...companyPart(),
    }, '/api/auth/signup'))}>
      <Field form={form} name="name" label={common.t('name')} autocomplete="name" autofocus value={name} onValue={setName} />
      <Field form={form} name="phone" label={common.t('phone')} type="tel" autocomplete="tel" value={phone} onValue={setPhone} hint={t('phoneHint')} />
      <Field form={form} name="email" label={common.t('email')} type="email" autocomplete="email" value={email} onValue={setEmail} optional />
      <Field form={form} name="password" label={common.t('password')} type="password" autocomplete="new-password"
        value={password} onValue={setPassword} hint={t('passwordHint')} />
      <FormError form={form} />
      <button class="btn main" disabled={form.busy || (!phone.trim() && !email.trim())}>{t('signUp')}</button>
    </form>
  );
}

function Forgot(): JSX.Element {
  const [who, setWho] = useState('');
  const [sent, setSent] = useState<Where | null>(null);
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [done, setDone] = useState(false);
  const form = useForm();
  if (done) return <p class="note good" role="status">{t('passwordSet')}</p>;
  if (sent?.email) return <p class="note good" role="status">{t('linkSent')}</p>;
  if (sent?.phone) {
    return (
      <form class="stack" noValidate onSubmit={form.submit(async () => {
        await call('POST /api/auth/password/reset', { body: { phone: sent.phone ?? '', code: code.replace(/\D/g, ''), password, ...companyPart() }, anonymous: true });
        setDone(true);
      })}>
        <p>{common.t('codeSent', { to: sent.phone })}</p>
        <Field form={form} name="code" label={common.t('code')} inputMode="numeric" autocomplete="one-time-code" autofocus value={code} onValue={setCode} />
        <Field form={form} name="password" label={t('newPassword')} type="password" autocomplete="new-password" value={password} onValue={setPassword} />
        <FormError form={form} />
        <button class="btn main" disabled={form.busy}>{common.t('save')}</button>
      </form>
    );
  }
  return (
    <form class="stack" noValidate onSubmit={form.submit(async () => {
      await call('POST /api/auth/password/forgot', { body: { ...whereOf(who), ...companyPart() }, anonymous: true });
      setSent(whereOf(who));
    })}>
      <Who form={form} value={who} onValue={setWho} />
      <FormError form={form} />
      <button class="btn main" disabled={form.busy || !who.trim()}>{t('sendHelp')}</button>
    </form>
  );
}

const FORMS: Record<Way, () => JSX.Element> = { code: ByCode, password: ByPassword, signup: SignUp, forgot: Forgot };

export function Welcome(): JSX.Element {
  const [way, setWay] = useState<Way>('code');
  const Form = FORMS[way];
  return (
    <>
      <h1>{t(`way_${way}`)}</h1>
      <Form key={way} />
      <nav class="stack ways" aria-label={t('otherWays')}>
        {WAYS.filter((w) => w !== way).map((w) => <button key={w} type="button" class="btn plain small" onClick={() => setWay(w)}>{t(`way_${w}`)}</button>)}
      </nav>
    </>
  );
}
