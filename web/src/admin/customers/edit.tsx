// Making and changing a record. Somebody else's change in between is shown
// field by field, and the own one is sent again on top of it or given up.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../../api/client';
import { ApiError } from '../../api/error';
import type { Customer, CustomerDetail } from '../../api/types.gen';
import { uuid7 } from '../../api/uuid';
import { common } from '../../i18n';
import { Dialog } from '../../ui/dialog';
import { Field, FormError, useForm } from '../../ui/form';
import { t } from '../texts';

type Known = Customer | CustomerDetail;
const FIELDS = ['name', 'preferredName', 'phone', 'email', 'address', 'area', 'birthday', 'anniversary', 'notes', 'externalId'] as const;
type Name = (typeof FIELDS)[number];
type Draft = Record<Name, string> & { tags: string };

function draftOf(c: Known | undefined): Draft {
  const d = Object.fromEntries(FIELDS.map((n) => [n, c?.[n] ?? ''])) as Record<Name, string>;
  return { ...d, tags: (c?.tags ?? []).join(', ') };
}

/** What of the draft is not what the record said when it was opened. */
function changes(d: Draft, before: Draft): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const n of FIELDS) if (d[n].trim() !== before[n]) out[n] = d[n].trim() || null;
  if (d.tags !== before.tags) out['tags'] = d.tags.split(',').map((x) => x.trim()).filter(Boolean);
  return out;
}

interface Props {
  customer?: CustomerDetail;
  onClose: () => void;
  onSaved: (c: Customer) => void;
}

export function EditCustomer({ customer, onClose, onSaved }: Props): JSX.Element {
  const [known, setKnown] = useState<Known | undefined>(customer);
  const [before, setBefore] = useState(() => draftOf(customer));
  const [draft, setDraft] = useState(before);
  const [theirs, setTheirs] = useState<(keyof Draft)[]>([]);
  const [key] = useState(uuid7);
  const form = useForm();
  const set = (n: keyof Draft) => (v: string): void => setDraft((d) => ({ ...d, [n]: v }));

  /** The record as it is now; fields that I did not touch follow it. */
  const conflict = async (id: string): Promise<void> => {
    const now = await call('GET /api/customers/{id}', { path: { id } });
    const fresh = draftOf(now);
    setTheirs(([...FIELDS, 'tags'] as const).filter((n) => fresh[n] !== before[n] && draft[n] !== before[n] && draft[n] !== fresh[n]));
    setDraft((d) => Object.fromEntries(Object.entries(d).map(([n, v]) =>
      [n, v === before[n as keyof Draft] ? fresh[n as keyof Draft] : v])) as Draft);
    setBefore(fresh);
    setKnown(now);
  };
  const save = async (): Promise<void> => {
    const body = changes(draft, before);
    if (!known) {
      onSaved(await call('POST /api/customers', { body: body as { name: string }, idempotencyKey: key }));
      return;
    }
    try {
      onSaved(await call('PUT /api/customers/{id}', { path: { id: known.id }, body, ifMatch: known.version }));
    } catch (e) {
      if (e instanceof ApiError && e.code === 'stale') await conflict(known.id);
      throw e;
    }
  };
  const existing = form.error?.answer['existing'] as { id: string; name: string } | undefined;
  const text = (n: Name, label: string, more: Record<string, unknown> = {}): JSX.Element => (
    <Field form={form} name={n} label={label} value={draft[n]} onValue={set(n)}
      hint={theirs.includes(n) ? t('theirValue', { value: before[n] || '–' }) : undefined} {...more} />
  );
  return (
    <Dialog title={customer ? t('editCustomer') : t('newCustomer')} onClose={onClose}>
      <form class="stack" onSubmit={form.submit(save)} noValidate>
        {theirs.length > 0 || form.error?.code === 'stale' ? <p class="note warn" role="status">{t('conflict')}</p> : null}
        <div class="two">
          {text('name', t('name'), { autofocus: true, maxLength: 200 })}
          {text('preferredName', t('preferredName'), { maxLength: 100 })}
          {text('phone', t('phone'), { type: 'tel' })}
          {text('email', t('email'), { type: 'email' })}
          {text('area', t('area'))}
          {text('externalId', t('externalId'))}
          {text('birthday', t('birthday'), { type: 'date' })}
          {text('anniversary', t('anniversary'), { type: 'date' })}
        </div>
        {text('address', t('address'), { lines: 2 })}
        {text('notes', t('notes'), { lines: 3 })}
        <Field form={form} name="tags" label={t('tags')} value={draft.tags} onValue={set('tags')}
          hint={theirs.includes('tags') ? t('theirValue', { value: before.tags || '–' }) : t('tagsHint')} />
        {existing && <p class="note">{t('existing')} <a href={`#/customers/${existing.id}`} onClick={onClose}>{existing.name}</a></p>}
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>{common.t('cancel')}</button>
          <button class="btn main" disabled={form.busy}>{common.t('save')}</button>
        </div>
      </form>
    </Dialog>
  );
}
