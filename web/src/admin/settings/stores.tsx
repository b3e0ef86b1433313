// The shops of the company.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call, list } from '../../api/client';
import type { Store } from '../../api/types.gen';
import { common } from '../../i18n';
import { Dialog } from '../../ui/dialog';
import { Field, FormError, useForm } from '../../ui/form';
import { useLoad } from '../../ui/load';
import { Empty, Failed, Loading } from '../../ui/states';
import { toastError } from '../../ui/toast';
import { t } from '../texts';

function EditStore({ store, onClose, onSaved }: { store: Store | null; onClose: () => void; onSaved: () => void }): JSX.Element {
  const [name, setName] = useState(store?.name ?? '');
  const [code, setCode] = useState(store?.code ?? '');
  const [address, setAddress] = useState(store?.address ?? '');
  const form = useForm();
  return (
    <Dialog title={store ? store.name : t('newStore')} onClose={onClose}>
      <form class="stack" noValidate onSubmit={form.submit(async () => {
        const body = { name, code: code || null, address: address || null };
        if (store) await call('PUT /api/stores/{id}', { path: { id: store.id }, body, ifMatch: store.version });
        else await call('POST /api/stores', { body: { name, ...(code && { code }), ...(address && { address }) } });
        onSaved();
      })}>
        <Field form={form} name="name" label={t('name')} value={name} onValue={setName} autofocus />
        <Field form={form} name="code" label={t('storeCode')} value={code} onValue={setCode} optional />
        <Field form={form} name="address" label={t('address')} value={address} onValue={setAddress} lines={2} optional />
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>{common.t('cancel')}</button>
          <button class="btn main" disabled={form.busy}>{common.t('save')}</button>
        </div>
      </form>
    </Dialog>
  );
}

export function Stores(): JSX.Element {
  const { data, error, reload } = useLoad((signal) => list('GET /api/stores', { query: { limit: 100 }, signal }), []);
  const [open, setOpen] = useState<Store | 'new' | null>(null);
  if (!data) return error ? <Failed error={error} retry={reload} /> : <Loading />;
  const activate = (s: Store): void => {
    call(s.isActive ? 'POST /api/stores/{id}/deactivate' : 'POST /api/stores/{id}/activate', { path: { id: s.id } }).then(reload).catch(toastError);
  };
  return (
    <div class="stack">
      <div class="row apart"><h1>{t('stores')}</h1><button type="button" class="btn main" onClick={() => setOpen('new')}>{t('newStore')}</button></div>
      {data.rows.length === 0 ? <Empty /> : (
        <div class="table" tabIndex={0}>
          <table>
            <thead><tr><th>{t('name')}</th><th>{t('storeCode')}</th><th>{t('address')}</th><th>{t('state')}</th><th><span class="sr">{common.t('edit')}</span></th></tr></thead>
            <tbody>
              {data.rows.map((s) => (
                <tr key={s.id}>
                  <td>{s.name}</td><td>{s.code ?? '–'}</td><td>{s.address ?? '–'}</td>
                  <td>{s.isActive ? t('active') : <span class="tag warn">{t('inactive')}</span>}</td>
                  <td class="row tight">
                    <button type="button" class="btn small" onClick={() => setOpen(s)}>{common.t('edit')}</button>
                    <button type="button" class="btn small" onClick={() => activate(s)}>{s.isActive ? t('deactivate') : t('activate')}</button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open && <EditStore store={open === 'new' ? null : open} onClose={() => setOpen(null)} onSaved={() => {
        setOpen(null);
        reload();
      }} />}
    </div>
  );
}
