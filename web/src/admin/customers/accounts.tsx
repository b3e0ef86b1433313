// The logins that belong to the person, and why that is believed; linking one
// by hand and taking a wrong one away.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call, list } from '../../api/client';
import { may } from '../../api/session';
import { ago, date } from '../../i18n/time';
import { Field, FormError, useForm } from '../../ui/form';
import { useLoad } from '../../ui/load';
import { to } from '../../ui/route';
import { Empty, Failed, Loading } from '../../ui/states';
import { toast, toastError } from '../../ui/toast';
import { t, tOr } from '../texts';

/** By e-mail, as the person at the counter says it. */
function LinkForm({ id, done }: { id: string; done: () => void }): JSX.Element {
  const [email, setEmail] = useState('');
  const form = useForm();
  return (
    <form class="row" noValidate onSubmit={form.submit(async () => {
      const found = await list('GET /api/users', { query: { q: email.trim(), limit: 2 } });
      const user = found.rows.find((u) => (u.email ?? u.claimedEmail) === email.trim().toLowerCase());
      if (!user) {
        toast(t('nobodyFound'), { bad: true });
        return;
      }
      await call('POST /api/customers/{id}/users', { path: { id }, body: { userId: user.id } });
      setEmail('');
      done();
    })}>
      <Field form={form} name="userId" label={t('linkLogin')} type="email" value={email} onValue={setEmail} hint={t('linkHint')} />
      <button class="btn" disabled={form.busy || !email.trim()}>{t('link')}</button>
      <FormError form={form} />
    </form>
  );
}

export function Accounts({ id }: { id: string }): JSX.Element {
  const { data, error, reload } = useLoad((signal) => list('GET /api/customers/{id}/users', { path: { id }, signal }), [id]);
  if (!data) return error ? <Failed error={error} retry={reload} /> : <Loading />;
  const admin = may('MANAGE_USERS');
  const unlink = (userId: string): void => {
    call('DELETE /api/customers/{id}/users/{userId}', { path: { id, userId } }).then(reload).catch(toastError);
  };
  return (
    <section class="stack" aria-label={t('tab_accounts')}>
      {data.rows.length === 0 ? <Empty>{t('noAccounts')}</Empty> : (
        <div class="table" tabIndex={0}>
          <table>
            <thead><tr>
              <th>{t('name')}</th><th>{t('email')}</th><th>{t('phone')}</th><th>{t('evidence')}</th><th>{t('state')}</th><th>{t('lastLogin')}</th>
              {admin && <th><span class="sr">{t('unlink')}</span></th>}
            </tr></thead>
            <tbody>
              {data.rows.map((u) => (
                <tr key={u.id}>
                  <td>{admin ? <a href={to('users', u.id)}>{u.name}</a> : u.name}</td>
                  <td>{u.email ?? '–'} {u.isEmailVerified && <span class="tag good">{t('verified')}</span>}</td>
                  <td>{u.phone ?? '–'} {u.isPhoneVerified && <span class="tag good">{t('verified')}</span>}</td>
                  <td>
                    <span class={u.isPending ? 'tag warn' : 'tag'}>{tOr(`evidence_${(u.linkEvidence ?? '').replaceAll('-', '_')}`, u.linkEvidence ?? '–')}</span>
                    {u.linkedAt && <span class="quiet small"> {date(u.linkedAt)}</span>}
                  </td>
                  <td>{!u.isActive ? t('inactive') : u.isActivated ? t('active') : t('notActivated')}</td>
                  <td>{ago(u.lastLoginAt)}</td>
                  {admin && <td>{!u.isPending && <button type="button" class="btn small" onClick={() => unlink(u.id)}>{t('unlink')}</button>}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {admin && <LinkForm id={id} done={reload} />}
    </section>
  );
}
