// The logins that belong to the person, and why that is believed.
import type { JSX } from 'preact';
import { list } from '../../api/client';
import { may } from '../../api/session';
import { ago } from '../../i18n/time';
import { useLoad } from '../../ui/load';
import { to } from '../../ui/route';
import { Empty, Failed, Loading } from '../../ui/states';
import { t, tOr } from '../texts';

export function Accounts({ id }: { id: string }): JSX.Element {
  const { data, error, reload } = useLoad((signal) => list('GET /api/customers/{id}/users', { path: { id }, signal }), [id]);
  if (!data) return error ? <Failed error={error} retry={reload} /> : <Loading />;
  if (data.rows.length === 0) return <Empty>{t('noAccounts')}</Empty>;
  return (
    <div class="table" tabIndex={0}>
      <table>
        <thead><tr><th>{t('name')}</th><th>{t('email')}</th><th>{t('phone')}</th><th>{t('role')}</th><th>{t('state')}</th><th>{t('lastLogin')}</th></tr></thead>
        <tbody>
          {data.rows.map((u) => (
            <tr key={u.id}>
              <td>{may('MANAGE_USERS') ? <a href={to('users', u.id)}>{u.name}</a> : u.name}</td>
              <td>{u.email ?? '–'} {u.isEmailVerified && <span class="tag good">{t('verified')}</span>}</td>
              <td>{u.phone ?? '–'} {u.isPhoneVerified && <span class="tag good">{t('verified')}</span>}</td>
              <td>{tOr(`role_${u.role}`, u.role)}</td>
              <td>{u.isActive ? t('active') : t('inactive')}</td>
              <td>{ago(u.lastLoginAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
