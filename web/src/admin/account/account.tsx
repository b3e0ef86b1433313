// One's own login: second factor, password, devices.
import type { JSX } from 'preact';
import { currentUser } from '../../api/session';
import { ChangePassword, Devices } from '../../ui/account';
import { t } from '../texts';
import { SecondFactor } from './factor';

export function Account(): JSX.Element | null {
  const user = currentUser();
  if (!user) return null;
  return (
    <div class="stack">
      <h1>{t('myAccount')}</h1>
      <p class="quiet"><bdi>{user.name}</bdi> · {user.email ?? user.phone} · {t(`role_${user.role}`)}</p>
      <div class="sides">
        <SecondFactor user={user} />
        <div class="stack"><ChangePassword /><Devices /></div>
      </div>
    </div>
  );
}
