// Logins: staff and customers.
import type { JSX } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { call, list } from '../../api/client';
import type { UserCreated } from '../../api/types.gen';
import { common } from '../../i18n';
import { ago } from '../../i18n/time';
import { Dialog } from '../../ui/dialog';
import { Field, FormError, Select, useForm } from '../../ui/form';
import { go, place, to } from '../../ui/route';
import { Empty, Failed, Loading } from '../../ui/states';
import { usePages } from '../pages';
import { t } from '../texts';
import { VirtualTable } from '../virtual';
import { OneTimeLink } from './link';
import { ROLES } from './roles';

function NewUser({ onClose }: { onClose: () => void }): JSX.Element {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<string>('CASHIER');
  const [made, setMade] = useState<UserCreated | null>(null);
  const form = useForm();
  if (made) {
    return (
      <Dialog title={made.user.name} onClose={() => go(to('users', made.user.id))}>
        <OneTimeLink link={made.activation} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t('newUser')} onClose={onClose}>
      <form class="stack" noValidate onSubmit={form.submit(async () =>
        setMade(await call('POST /api/users', { body: { name, email, role: role as 'CASHIER' } })))}>
        <Field form={form} name="name" label={t('name')} value={name} onValue={setName} autofocus />
        <Field form={form} name="email" label={t('email')} type="email" value={email} onValue={setEmail} />
        <Select form={form} name="role" label={t('role')} value={role} onValue={setRole}
          options={ROLES.map((r) => [r, t(`role_${r}`)] as const)} />
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>{common.t('cancel')}</button>
          <button class="btn main" disabled={form.busy}>{common.t('save')}</button>
        </div>
      </form>
    </Dialog>
  );
}

export function Users(): JSX.Element {
  const { query } = place.value;
  const [creating, setCreating] = useState(false);
  const [q, setQ] = useState(query.get('q') ?? '');
  const role = query.get('role') ?? '';
  const asked = q.trim();
  const read = useCallback((cursor: string | undefined, signal: AbortSignal) => list('GET /api/users', {
    query: { limit: 100, ...(cursor && { cursor }), ...(asked && { q: asked }), ...(role && { role: role as 'ADMIN' }) }, signal,
  }), [asked, role]);
  const found = usePages(read, `${role} ${asked}`, 'users');
  const foot = found.error ? <Failed error={found.error} retry={() => found.retry()} />
    : found.busy ? <Loading /> : found.count === 0 ? <Empty>{t('nobodyFound')}</Empty> : null;
  return (
    <div class="stack fill">
      <div class="row apart">
        <h1>{t('users')}</h1>
        <button type="button" class="btn main" onClick={() => setCreating(true)}>{t('newUser')}</button>
      </div>
      <fieldset class="filters plain">
        <legend class="sr">{t('filters')}</legend>
        <Field label={t('searchUsers')} type="search" value={q} onValue={setQ} />
        <Select label={t('role')} value={role} onValue={(r) => go(to('users', r ? { role: r } : {}), { replace: true })}
          options={[['', t('all')], ...ROLES.map((r) => [r, t(`role_${r}`)] as const)]} />
      </fieldset>
      <VirtualTable label={t('users')} pages={found} keyOf={(u) => u.id} href={(u) => to('users', u.id)} foot={foot}
        columns={[
          { key: 'name', title: t('name'), width: 'minmax(9rem, 2fr)', cell: (u) => u.name },
          { key: 'email', title: t('email'), width: 'minmax(0, 2fr)', cell: (u) => u.email ?? u.claimedEmail ?? u.phone ?? '–' },
          { key: 'role', title: t('role'), width: '10rem', cell: (u) => t(`role_${u.role}`) },
          { key: 'last', title: t('lastLogin'), width: '9rem', cell: (u) => ago(u.lastLoginAt) },
          { key: 'state', title: t('state'), width: '10rem', cell: (u) => (!u.isActive ? <span class="tag warn">{t('inactive')}</span>
            : u.isActivated ? t('active') : <span class="tag">{t('notActivated')}</span>) },
        ]} />
      {creating && <NewUser onClose={() => setCreating(false)} />}
    </div>
  );
}
