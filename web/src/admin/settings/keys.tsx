// Keys of servers: a POS, a web shop.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call, list } from '../../api/client';
import type { ApiKeyCreated } from '../../api/types.gen';
import { common } from '../../i18n';
import { date, dateTime } from '../../i18n/time';
import { Dialog } from '../../ui/dialog';
import { Check, Field, FormError, useForm } from '../../ui/form';
import { useLoad } from '../../ui/load';
import { Empty, Failed, Loading } from '../../ui/states';
import { toast, toastError } from '../../ui/toast';
import { t } from '../texts';
import { PERMISSIONS, type Permission } from '../users/roles';

function NewKey({ onClose }: { onClose: () => void }): JSX.Element {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Permission[]>([]);
  const [made, setMade] = useState<ApiKeyCreated | null>(null);
  const form = useForm();
  if (made) {
    return (
      <Dialog title={made.name} onClose={onClose}>
        <div class="stack">
          <p>{t('keyOnce')}</p>
          <p class="note mono break">{made.key}</p>
          <div class="actions">
            <button type="button" class="btn main" autofocus onClick={() => {
              void navigator.clipboard.writeText(made.key).then(() => toast(t('copied')));
            }}>{t('copy')}</button>
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={t('newKey')} onClose={onClose}>
      <form class="stack" noValidate onSubmit={form.submit(async () => setMade(await call('POST /api/api-keys', { body: { name, scopes } })))}>
        <Field form={form} name="name" label={t('keyFor')} value={name} onValue={setName} autofocus />
        <fieldset class="checks">
          <legend>{t('scopes')}</legend>
          {PERMISSIONS.map((p) => (
            <Check key={p} label={t(`perm_${p}`)} checked={scopes.includes(p)}
              onChecked={(on) => setScopes((s) => (on ? [...s, p] : s.filter((x) => x !== p)))} />
          ))}
        </fieldset>
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>{common.t('cancel')}</button>
          <button class="btn main" disabled={form.busy}>{t('newKey')}</button>
        </div>
      </form>
    </Dialog>
  );
}

export function ApiKeys(): JSX.Element {
  const { data, error, reload } = useLoad((signal) => list('GET /api/api-keys', { query: { limit: 100 }, signal }), []);
  const [creating, setCreating] = useState(false);
  if (!data) return error ? <Failed error={error} retry={reload} /> : <Loading />;
  return (
    <div class="stack">
      <div class="row apart"><h1>{t('apiKeys')}</h1><button type="button" class="btn main" onClick={() => setCreating(true)}>{t('newKey')}</button></div>
      {data.rows.length === 0 ? <Empty>{t('noKeys')}</Empty> : (
        <div class="table" tabIndex={0}>
          <table>
            <thead><tr><th>{t('keyFor')}</th><th>{t('scopes')}</th><th>{t('since')}</th><th>{t('expires')}</th><th>{t('state')}</th></tr></thead>
            <tbody>
              {data.rows.map((k) => (
                <tr key={k.id}>
                  <td>{k.name}</td><td>{k.scopes.map((s) => t(`perm_${s}`)).join(', ')}</td>
                  <td>{date(k.createdAt)}</td><td>{k.expiresAt ? date(k.expiresAt) : '–'}</td>
                  <td>{k.isActive
                    ? <button type="button" class="btn small danger" onClick={() => {
                      call('POST /api/api-keys/{id}/revoke', { path: { id: k.id } }).then(reload).catch(toastError);
                    }}>{t('revoke')}</button>
                    : <span class="tag warn">{k.revokedAt ? t('revokedAt', { when: dateTime(k.revokedAt) }) : t('expired')}</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {creating && <NewKey onClose={() => {
        setCreating(false);
        reload();
      }} />}
    </div>
  );
}
