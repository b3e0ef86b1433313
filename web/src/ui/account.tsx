// What staff and customers alike do with their own login: another password,
// and signing out a device that is not in their hands.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call, list } from '../api/client';
import { signOut } from '../api/session';
import { common } from '../i18n';
import { ago, dateTime } from '../i18n/time';
import { Field, FormError, useForm } from './form';
import { useLoad } from './load';
import { Failed, Loading } from './states';
import { toast, toastError } from './toast';

export function ChangePassword(): JSX.Element {
  const { t } = common;
  const [before, setBefore] = useState('');
  const [after, setAfter] = useState('');
  const form = useForm();
  return (
    <form class="card stack" noValidate onSubmit={form.submit(async () => {
      await call('POST /api/auth/password/change', { body: { oldPassword: before, newPassword: after } });
      setBefore('');
      setAfter('');
      toast(t('passwordChanged'));
    })}>
      <h2>{t('changePassword')}</h2>
      <Field form={form} name="oldPassword" label={t('passwordNow')} type="password" autocomplete="current-password" value={before} onValue={setBefore} />
      <Field form={form} name="newPassword" label={t('passwordNew')} type="password" autocomplete="new-password" value={after} onValue={setAfter}
        hint={t('othersSignedOut')} />
      <FormError form={form} />
      <div class="actions"><button class="btn main" disabled={form.busy || !before || !after}>{t('save')}</button></div>
    </form>
  );
}

export function Devices(): JSX.Element {
  const { t } = common;
  const { data, error, reload } = useLoad((signal) => list('GET /api/auth/sessions', { signal }), []);
  const end = (id: string): void => {
    call('POST /api/auth/sessions/{id}/end', { path: { id } }).then(() => {
      toast(t('deviceSignedOut'));
      reload();
    }).catch(toastError);
  };
  return (
    <section class="card stack" aria-label={t('devices')}>
      <h2>{t('devices')}</h2>
      <p class="quiet small">{t('devicesHint')}</p>
      {!data && (error ? <Failed error={error} retry={reload} /> : <Loading />)}
      <ul class="stack devices">
        {data?.rows.map((s) => (
          <li key={s.id} class="row apart">
            <span>
              {t('signedInAt', { when: dateTime(s.createdAt) })}
              <br /><span class="quiet small">{s.current ? t('thisDevice') : t('usedAt', { when: ago(s.usedAt) })}</span>
            </span>
            <button type="button" class="btn small" onClick={() => (s.current ? void signOut() : end(s.id))}>{t('signOut')}</button>
          </li>
        ))}
      </ul>
    </section>
  );
}
