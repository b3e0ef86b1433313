// One login: role, single permissions, activation.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../../api/client';
import { currentUser } from '../../api/session';
import type { User, UserLink } from '../../api/types.gen';
import { common } from '../../i18n';
import { ago, dateTime } from '../../i18n/time';
import { Dialog } from '../../ui/dialog';
import { Field, FormError, Select, useForm } from '../../ui/form';
import { useLoad } from '../../ui/load';
import { to } from '../../ui/route';
import { Failed, Loading } from '../../ui/states';
import { toast, toastError } from '../../ui/toast';
import { t } from '../texts';
import { OneTimeLink } from './link';
import { PERMISSIONS, ROLES, type Permission } from './roles';

function RecordForm({ u, set }: { u: User; set: (u: User) => void }): JSX.Element {
  const [name, setName] = useState(u.name);
  const [email, setEmail] = useState(u.email ?? '');
  const [role, setRole] = useState<string>(u.role);
  const form = useForm();
  return (
    <form class="card stack" noValidate onSubmit={form.submit(async () => {
      set(await call('PUT /api/users/{id}', { path: { id: u.id }, ifMatch: u.version,
        body: { name, role: role as 'ADMIN', ...(email !== (u.email ?? '') && { email }) } }));
      toast(t('saved'));
    })}>
      <h2>{t('record')}</h2>
      <Field form={form} name="name" label={t('name')} value={name} onValue={setName} />
      <Field form={form} name="email" label={t('email')} type="email" value={email} onValue={setEmail} />
      <Select form={form} name="role" label={t('role')} value={role} onValue={setRole} options={ROLES.map((r) => [r, t(`role_${r}`)] as const)} />
      <FormError form={form} />
      <div class="actions"><button class="btn main" disabled={form.busy}>{common.t('save')}</button></div>
    </form>
  );
}

type Choice = 'role' | 'grant' | 'deny';

function Permissions({ u, set }: { u: User; set: (u: User) => void }): JSX.Element {
  const now = (p: Permission): Choice => (u.grants.includes(p) ? 'grant' : u.denials.includes(p) ? 'deny' : 'role');
  const [chosen, setChosen] = useState<Record<string, Choice>>(() => Object.fromEntries(PERMISSIONS.map((p) => [p, now(p)])));
  const form = useForm();
  const those = (c: Choice): Permission[] => PERMISSIONS.filter((p) => chosen[p] === c);
  return (
    <form class="card stack" onSubmit={form.submit(async () => {
      set(await call('PUT /api/users/{id}/permissions', { path: { id: u.id }, ifMatch: u.version, body: { grants: those('grant'), denials: those('deny') } }));
      toast(t('saved'));
    })}>
      <h2>{t('permissions')}</h2>
      <p class="quiet small">{t('permissionsHint')}</p>
      <div class="permissions">
        {PERMISSIONS.map((p) => (
          <Select key={p} label={`${t(`perm_${p}`)}${u.permissions.includes(p) ? ' ✓' : ''}`} value={chosen[p] ?? 'role'}
            onValue={(v) => setChosen((c) => ({ ...c, [p]: v as Choice }))}
            options={[['role', t('byRole')], ['grant', t('granted')], ['deny', t('denied')]]} />
        ))}
      </div>
      <FormError form={form} />
      <div class="actions"><button class="btn main" disabled={form.busy}>{common.t('save')}</button></div>
    </form>
  );
}

export function UserPage({ id }: { id: string }): JSX.Element {
  const { data: u, error, reload, set } = useLoad((signal) => call('GET /api/users/{id}', { path: { id }, signal }), [id]);
  const [link, setLink] = useState<UserLink | null>(null);
  if (!u) return error ? <Failed error={error} retry={reload} /> : <Loading />;
  const self = currentUser()?.id === u.id;
  const activate = (on: boolean): void => {
    call(on ? 'POST /api/users/{id}/activate' : 'POST /api/users/{id}/deactivate', { path: { id } }).then(set).catch(toastError);
  };
  const reset = (): void => {
    call('POST /api/users/{id}/reset', { path: { id } }).then(setLink).catch(toastError);
  };
  return (
    <article class="stack">
      <p><a href={to('users')}>← {t('users')}</a></p>
      <div class="row apart">
        <div class="row"><h1 class="break"><bdi>{u.name}</bdi></h1>{!u.isActive && <span class="tag warn">{t('inactive')}</span>}</div>
        <div class="row tight">
          <button type="button" class="btn" onClick={reset}>{u.isActivated ? t('resetLink') : t('activateLink')}</button>
          <button type="button" class="btn" disabled={self} onClick={() => activate(!u.isActive)}>{u.isActive ? t('deactivate') : t('activate')}</button>
          {u.secondFactor === 'ON' && !self && (
            <button type="button" class="btn" onClick={() => {
              call('POST /api/users/{id}/totp/reset', { path: { id: u.id } }).then(set).catch(toastError);
            }}>{t('factorReset')}</button>
          )}
          <a class="btn plain" href={to('audit', { subject: u.id })}>{t('audit')}</a>
        </div>
      </div>
      <dl class="facts">
        <dt>{t('lastLogin')}</dt><dd>{ago(u.lastLoginAt)}</dd>
        <dt>{t('since')}</dt><dd>{dateTime(u.createdAt)}</dd>
        {u.phone && <><dt>{t('phone')}</dt><dd>{u.phone} {u.isPhoneVerified && <span class="tag good">{t('verified')}</span>}</dd></>}
        {u.customerId && <><dt>{t('customer')}</dt><dd><a href={to('customers', u.customerId)}>{t('openRecord')}</a></dd></>}
      </dl>
      <div class="sides" key={u.version}>
        <RecordForm u={u} set={set} />
        <Permissions u={u} set={set} />
      </div>
      {link && <Dialog title={u.name} onClose={() => setLink(null)}><OneTimeLink link={link} /></Dialog>}
    </article>
  );
}
