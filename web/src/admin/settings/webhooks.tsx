// Servers that are told of events: made, changed, tested, switched off and on.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call, list } from '../../api/client';
import type { Webhook, WebhookNew } from '../../api/types.gen';
import { common } from '../../i18n';
import { date, dateTime } from '../../i18n/time';
import { useDraft } from '../../ui/draft';
import { Dialog } from '../../ui/dialog';
import { Check, Field, FormError, useForm } from '../../ui/form';
import { useLoad } from '../../ui/load';
import { to } from '../../ui/route';
import { Empty, Failed, Loading } from '../../ui/states';
import { toast, toastError } from '../../ui/toast';
import { t } from '../texts';

type EventType = NonNullable<WebhookNew['events']>[number];
/** All of them: the compiler misses one that the service knows. */
const EVENTS = Object.keys({
  'customer.created': 0, 'customer.updated': 0, 'customer.deleted': 0, 'customer.merged': 0, 'customer.linked': 0, 'customer.unlinked': 0,
  'order.created': 0, 'order.updated': 0, 'order.paid': 0, 'order.refunded': 0, 'order.cancelled': 0,
  'store.created': 0, 'store.updated': 0, 'user.created': 0, 'user.updated': 0,
  'api_key.created': 0, 'api_key.revoked': 0, 'company.updated': 0,
} satisfies Record<EventType, 0>) as EventType[];

function Secret({ secret }: { secret: string }): JSX.Element {
  return (
    <div class="stack">
      <p>{t('webhookSecretOnce')}</p>
      <p class="note mono break">{secret}</p>
      <div class="actions">
        <button type="button" class="btn main" autofocus onClick={() => {
          void navigator.clipboard.writeText(secret).then(() => toast(t('copied')));
        }}>{t('copy')}</button>
      </div>
    </div>
  );
}

const fieldsOf = (w: Partial<Webhook>): { url: string; events: string[] } => ({ url: w.url ?? '', events: w.events ?? [] });

/** Without a webhook: a new one, whose secret shows afterwards. */
function Edit({ hook, onClose, onSecret }: { hook: Webhook | null; onClose: () => void; onSecret: (secret: string) => void }): JSX.Element {
  const { draft: { url, events }, set: change, theirs, before, save } = useDraft(hook ?? { version: 0 }, fieldsOf,
    () => call('GET /api/webhooks/{id}', { path: { id: hook?.id ?? '' } }));
  const form = useForm();
  return (
    <Dialog title={t(hook ? 'webhook' : 'newWebhook')} onClose={onClose} class="big">
      <form class="stack" noValidate onSubmit={form.submit(async () => {
        const body = { url: url.trim(), events: EVENTS.filter((e) => events.includes(e)) };
        if (hook) {
          await save((known) => call('PUT /api/webhooks/{id}', { path: { id: hook.id }, body, ifMatch: known.version }));
          onClose();
        } else onSecret((await call('POST /api/webhooks', { body })).secret);
      })}>
        <Field form={form} name="url" label={t('url')} type="url" value={url} onValue={(v) => change({ url: v })} autofocus spellcheck={false}
          hint={theirs.includes('url') ? t('theirValue', { value: before.url }) : undefined} />
        <fieldset class="checks">
          <legend>{t('webhookEvents')}</legend>
          {EVENTS.map((e) => (
            <Check key={e} label={e} checked={events.includes(e)}
              onChecked={(on) => change({ events: on ? [...events, e] : events.filter((x) => x !== e) })} />
          ))}
        </fieldset>
        <p class="quiet small">{t('webhookAllHint')}</p>
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>{common.t('cancel')}</button>
          <button class="btn main" disabled={form.busy}>{common.t('save')}</button>
        </div>
      </form>
    </Dialog>
  );
}

function Row({ w, reload, onEdit, onSecret }: { w: Webhook; reload: () => void; onEdit: () => void; onSecret: (s: string) => void }): JSX.Element {
  const path = { id: w.id };
  const after = (work: Promise<unknown>, says: string): void => {
    work.then(() => toast(says)).catch(toastError).finally(reload);
  };
  return (
    <li class="card stack">
      <div class="row apart">
        <strong class="break">{w.url}</strong>
        <span class={w.isActive ? 'tag good' : 'tag warn'}>{t(w.isActive ? 'active' : 'inactive')}</span>
      </div>
      {w.disabledReason && <p class="note warn">{w.disabledReason}</p>}
      {w.failingSince && <p class="note bad">{t('webhookFailing', { when: dateTime(w.failingSince) })}</p>}
      <p class="quiet small break">{w.events.length ? w.events.join(', ') : t('webhookAll')} · {t('since')} {date(w.createdAt)}</p>
      {w.oldSecretUntil && <p class="quiet small">{t('webhookOldSecret', { until: dateTime(w.oldSecretUntil) })}</p>}
      <div class="row tight">
        <button type="button" class="btn small" onClick={onEdit}>{common.t('edit')}</button>
        <button type="button" class="btn small" disabled={!w.isActive} onClick={() =>
          after(call('POST /api/webhooks/{id}/test', { path }), t('webhookTested'))}>{t('webhookTest')}</button>
        <button type="button" class="btn small" onClick={() => {
          call('POST /api/webhooks/{id}/rotate', { path }).then((r) => onSecret(r.secret)).catch(toastError);
        }}>{t('webhookRotate')}</button>
        <button type="button" class="btn small" onClick={() =>
          after(call('PUT /api/webhooks/{id}', { path, body: { isActive: !w.isActive }, ifMatch: w.version }), t('saved'))}>
          {t(w.isActive ? 'switchOff' : 'switchOn')}</button>
        <button type="button" class="btn small danger" onClick={() =>
          after(call('DELETE /api/webhooks/{id}', { path }), t('deleted', { name: w.url }))}>{common.t('delete')}</button>
        <a class="btn plain small" href={to('messages')}>{t('outgoing')}</a>
      </div>
    </li>
  );
}

export function Webhooks(): JSX.Element {
  const { data, error, reload } = useLoad((signal) => list('GET /api/webhooks', { query: { limit: 100 }, signal }), []);
  const [open, setOpen] = useState<Webhook | 'new' | null>(null);
  const [secret, setSecret] = useState('');
  if (!data) return error ? <Failed error={error} retry={reload} /> : <Loading />;
  const close = (): void => {
    setOpen(null);
    setSecret('');
    reload();
  };
  const show = (s: string): void => {
    setOpen(null);
    setSecret(s);
  };
  return (
    <div class="stack">
      <div class="row apart"><h1>{t('webhooks')}</h1><button type="button" class="btn main" onClick={() => setOpen('new')}>{t('newWebhook')}</button></div>
      {data.rows.length === 0 && <Empty>{t('noWebhooks')}</Empty>}
      <ul class="stack">{data.rows.map((w) => <Row key={w.id} w={w} reload={reload} onEdit={() => setOpen(w)} onSecret={show} />)}</ul>
      {open && <Edit hook={open === 'new' ? null : open} onClose={close} onSecret={show} />}
      {secret && <Dialog title={t('webhookSecret')} onClose={close}><Secret secret={secret} /></Dialog>}
    </div>
  );
}
