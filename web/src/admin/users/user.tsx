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
import { useDraft } from '../../ui/draft';
import { useLoad } from '../../ui/load';
import { to } from '../../ui/route';
import { Failed, Loading } from '../../ui/states';
import { toast, toastError } from '../../ui/toast';
import { t, tOr } from '../texts';
import { OneTimeLink } from './link';
import { PERMISSIONS, ROLES, type Permission } from './roles';

const recordOf = (u: User): { name: string; email: string; role: string } => ({ name: u.name, email: u.email ?? '', role: u.role });

function RecordForm({ u, set }: { u: User; set: (u: User) => void }): JSX.Element {
  const { draft: d, set: change, theirs, before, save } = useDraft(u, recordOf, () => call('GET /api/users/{id}', { path: { id: u.id } }));
  const form = useForm();
  const now = (n: 'name' | 'email'): { hint?: string } => (theirs.includes(n) ? { hint: t('theirValue', { value: before[n] || '–' }) } : {});
  return (
    <form class="card stack" noValidate onSubmit={form.submit(async () => {
      set(await save((known) => call('PUT /api/users/{id}', { path: { id: u.id }, ifMatch: known.version,
        body: { name: d.name, role: d.role as 'ADMIN', ...(d.email !== (known.email ?? '') && { email: d.email }) } })));
      toast(t('saved'));
    })}>
      <h2>{t('record')}</h2>
      <Field form={form} name="name" label={t('name')} value={d.name} onValue={(name) => change({ name })} {...now('name')} />
      <Field form={form} name="email" label={t('email')} type="email" value={d.email} onValue={(email) => change({ email })} {...now('email')} />
      <Select form={form} name="role" label={t('role')} value={d.role} onValue={(role) => change({ role })} options={ROLES.map((r) => [r, t(`role_${r}`)] as const)} />
      {theirs.includes('role') && <p class="hint">{t('theirValue', { value: tOr(`role_${before.role}`, before.role) })}</p>}
      <FormError form={form} />
      <div class="actions"><button class="btn main" disabled={form.busy}>{common.t('save')}</button></div>
    </form>
  );
}

type Choice = 'role' | 'grant' | 'deny';

const CHOICES = { role: 'byRole', grant: 'granted', deny: 'denied' } as const;

const choicesOf = (u: User): Record<Permission, Choice> => Object.fromEntries(PERMISSIONS.map((p) =>
  [p, u.grants.includes(p) ? 'grant' : u.denials.includes(p) ? 'deny' : 'role'])) as Record<Permission, Choice>;

function Permissions({ u, set }: { u: User; set: (u: User) => void }): JSX.Element {
  const { draft: chosen, set: change, theirs, before, save } = useDraft(u, choicesOf, () => call('GET /api/users/{id}', { path: { id: u.id } }));
  const form = useForm();
  const those = (c: Choice): Permission[] => PERMISSIONS.filter((p) => chosen[p] === c);
  return (
    <form class="card stack" onSubmit={form.submit(async () => {
      set(await save((known) => call('PUT /api/users/{id}/permissions', { path: { id: u.id }, ifMatch: known.version,
        body: { grants: those('grant'), denials: those('deny') } })));
      toast(t('saved'));
    })}>
      <h2>{t('permissions')}</h2>
      <p class="quiet small">{t('permissionsHint')}</p>
      {theirs.length > 0 && <p class="note warn">{theirs.map((p) => `${t(`perm_${p}`)}: ${t('theirValue', { value: t(CHOICES[before[p]]) })}`).join(' · ')}</p>}
      <div class="permissions">
        {PERMISSIONS.map((p) => (
          <Select key={p} label={`${t(`perm_${p}`)}${u.permissions.includes(p) ? ' ✓' : ''}`} value={chosen[p] ?? 'role'}
            onValue={(v) => change({ [p]: v as Choice })}
            options={Object.entries(CHOICES).map(([c, text]) => [c, t(text)] as const)} />
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
