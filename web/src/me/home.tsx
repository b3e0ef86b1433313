// What the shop knows of me: what I may change, what needs a proof.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Customer, Me } from '../api/types.gen';
import { common } from '../i18n';
import { Field, FormError, useForm } from '../ui/form';
import { useLoad } from '../ui/load';
import { Failed, Loading } from '../ui/states';
import { toast, toastError } from '../ui/toast';
import { Proof } from './proof';
import { t } from './texts';

const FIELDS = ['name', 'preferredName', 'address', 'area', 'birthday', 'anniversary'] as const;
type Draft = Record<(typeof FIELDS)[number], string>;

const draftOf = (c: Customer): Draft => Object.fromEntries(FIELDS.map((n) => [n, c[n] ?? ''])) as Draft;

function Profile({ c, set }: { c: Customer; set: (c: Customer) => void }): JSX.Element {
  const [before] = useState(() => draftOf(c));
  const [d, setD] = useState(before);
  const form = useForm();
  const text = (n: (typeof FIELDS)[number], label: string, more: Record<string, unknown> = {}): JSX.Element => (
    <Field form={form} name={n} label={label} value={d[n]} onValue={(v) => setD((x) => ({ ...x, [n]: v }))} {...more} />
  );
  return (
    <form class="card stack" noValidate onSubmit={form.submit(async () => {
      const body = Object.fromEntries(FIELDS.filter((n) => d[n] !== before[n]).map((n) => [n, d[n].trim() || null]));
      set(await call('PUT /api/customers/me', { body, ifMatch: c.version }));
      toast(t('saved'));
    })}>
      <h2>{t('aboutMe')}</h2>
      {text('name', common.t('name'), { autocomplete: 'name' })}
      {text('preferredName', t('preferredName'))}
      {text('address', t('address'), { lines: 2 })}
      {text('area', t('area'))}
      {text('birthday', t('birthday'), { type: 'date', autocomplete: 'bday' })}
      {text('anniversary', t('anniversary'), { type: 'date' })}
      <FormError form={form} />
      <div class="actions"><button class="btn main" disabled={form.busy}>{common.t('save')}</button></div>
    </form>
  );
}

function Contact({ me, reload }: { me: Me; reload: () => void }): JSX.Element {
  const [proving, setProving] = useState(false);
  const [sent, setSent] = useState(false);
  const u = me.user;
  return (
    <section class="card stack" aria-label={t('contact')}>
      <h2>{t('contact')}</h2>
      <dl class="facts">
        <dt>{common.t('phone')}</dt>
        <dd>{u?.phone ?? '–'} {u?.phone && <span class={u.isPhoneVerified ? 'tag good' : 'tag warn'}>{t(u.isPhoneVerified ? 'proved' : 'unproved')}</span>}</dd>
        <dt>{common.t('email')}</dt>
        <dd class="break">{u?.email ?? '–'} {u?.email && <span class={u.isEmailVerified ? 'tag good' : 'tag warn'}>{t(u.isEmailVerified ? 'proved' : 'unproved')}</span>}</dd>
      </dl>
      {u && !u.isPhoneVerified && <p class="note warn">{t('proveWhy')}</p>}
      {proving
        ? <Proof phone={u?.isPhoneVerified ? '' : u?.phone ?? ''} onDone={() => {
          setProving(false);
          reload();
        }} onBack={() => setProving(false)} />
        : (
          <div class="row tight">
            <button type="button" class="btn" onClick={() => setProving(true)}>{t(u?.isPhoneVerified ? 'changePhone' : 'provePhone')}</button>
            {u?.email && !u.isEmailVerified && (
              <button type="button" class="btn" disabled={sent} onClick={() => {
                call('POST /api/auth/email/request').then(() => setSent(true)).catch(toastError);
              }}>{t(sent ? 'linkSent' : 'proveEmail')}</button>
            )}
          </div>
        )}
    </section>
  );
}

export function Home(): JSX.Element {
  const { data, error, reload, set } = useLoad(async (signal) => {
    const me = await call('GET /api/auth/me', { signal });
    return { me, customer: await call('GET /api/customers/me', { signal }) };
  }, []);
  if (!data) return error ? <Failed error={error} retry={reload} /> : <Loading />;
  return (
    <div class="stack">
      <h1>{t('hello', { name: data.customer.preferredName ?? data.customer.name })}</h1>
      <div class="sides">
        <Contact me={data.me} reload={reload} />
        <Profile key={data.customer.version} c={data.customer} set={(customer) => set({ ...data, customer })} />
      </div>
    </div>
  );
}
