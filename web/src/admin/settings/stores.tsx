// The shops of the company.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call, list } from '../../api/client';
import type { Store } from '../../api/types.gen';
import { common } from '../../i18n';
import { useDraft } from '../../ui/draft';
import { Dialog } from '../../ui/dialog';
import { Field, FormError, useForm } from '../../ui/form';
import { useLoad } from '../../ui/load';
import { Empty, Failed, Loading } from '../../ui/states';
import { toastError } from '../../ui/toast';
import { t } from '../texts';

const fieldsOf = (s: Partial<Store>): { name: string; code: string; address: string } =>
  ({ name: s.name ?? '', code: s.code ?? '', address: s.address ?? '' });

function EditStore({ store, onClose, onSaved }: { store: Store | null; onClose: () => void; onSaved: () => void }): JSX.Element {
  const { draft: d, set: change, theirs, before, save } = useDraft(store ?? { version: 0 }, fieldsOf,
    () => call('GET /api/stores/{id}', { path: { id: store?.id ?? '' } }));
  const form = useForm();
  const now = (n: keyof typeof d): { hint?: string } => (theirs.includes(n) ? { hint: t('theirValue', { value: before[n] || '–' }) } : {});
  return (
    <Dialog title={store ? store.name : t('newStore')} onClose={onClose}>
      <form class="stack" noValidate onSubmit={form.submit(async () => {
        const { name, code, address } = d;
        const body = { name, code: code || null, address: address || null };
        if (store) await save((known) => call('PUT /api/stores/{id}', { path: { id: store.id }, body, ifMatch: known.version }));
        else await call('POST /api/stores', { body: { name, ...(code && { code }), ...(address && { address }) } });
        onSaved();
      })}>
        <Field form={form} name="name" label={t('name')} value={d.name} onValue={(name) => change({ name })} autofocus {...now('name')} />
        <Field form={form} name="code" label={t('storeCode')} value={d.code} onValue={(code) => change({ code })} optional {...now('code')} />
        <Field form={form} name="address" label={t('address')} value={d.address} onValue={(address) => change({ address })} lines={2} optional {...now('address')} />
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
