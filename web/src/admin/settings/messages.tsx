// How messages leave, and what became of those that could not.
import type { JSX } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { call, list } from '../../api/client';
import type { Transport } from '../../api/types.gen';
import { common } from '../../i18n';
import { ago, dateTime, number } from '../../i18n/time';
import { Dialog } from '../../ui/dialog';
import { Field, FormError, Select, useForm } from '../../ui/form';
import { useLoad } from '../../ui/load';
import { go, place, to } from '../../ui/route';
import { Empty, Failed, Loading } from '../../ui/states';
import { toast, toastError } from '../../ui/toast';
import { useRows } from '../rows';
import { t, tOr } from '../texts';

const CHANNELS = ['SMS', 'EMAIL'] as const;
type Channel = (typeof CHANNELS)[number];
const KINDS = { SMS: ['TWILIO', 'WEBHOOK', 'LOG'], EMAIL: ['SMTP', 'WEBHOOK', 'LOG'] } as const;
const STATES = ['DEAD', 'WAITING', 'SENT'] as const;

function EditTransport({ channel, now, onClose, onSaved }:
{ channel: Channel; now: Transport | undefined; onClose: () => void; onSaved: () => void }): JSX.Element {
  const [kind, setKind] = useState<string>(now?.kind ?? KINDS[channel][0]);
  const [url, setUrl] = useState(now?.url ?? '');
  const [sender, setSender] = useState(now?.sender ?? '');
  const [account, setAccount] = useState(now?.account ?? '');
  const [secret, setSecret] = useState('');
  const form = useForm();
  return (
    <Dialog title={t(`channel_${channel}`)} onClose={onClose}>
      <form class="stack" noValidate onSubmit={form.submit(async () => {
        await call('PUT /api/transports/{channel}', { path: { channel }, body: {
          kind: kind as 'LOG', url: url || null, sender: sender || null, account: account || null, ...(secret && { secret }),
        } });
        onSaved();
      })}>
        <Select form={form} name="kind" label={t('service')} value={kind} onValue={setKind} options={KINDS[channel].map((k) => [k, t(`kind_${k}`)] as const)} />
        <Field form={form} name="url" label={t('url')} value={url} onValue={setUrl} optional spellcheck={false} />
        <Field form={form} name="sender" label={t('sender')} value={sender} onValue={setSender} optional />
        <Field form={form} name="account" label={t('account')} value={account} onValue={setAccount} optional spellcheck={false} />
        <Field form={form} name="secret" label={t('secret')} type="password" autocomplete="new-password" value={secret} onValue={setSecret}
          hint={now?.hasSecret ? t('secretKept') : undefined} optional />
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>{common.t('cancel')}</button>
          <button class="btn main" disabled={form.busy}>{common.t('save')}</button>
        </div>
      </form>
    </Dialog>
  );
}

function Transports(): JSX.Element {
  const { data, error, reload } = useLoad((signal) => list('GET /api/transports', { signal }), []);
  const [open, setOpen] = useState<Channel | null>(null);
  if (!data) return error ? <Failed error={error} retry={reload} /> : <Loading />;
  const of = (c: Channel): Transport | undefined => data.rows.find((x) => x.channel === c);
  return (
    <section class="stack" aria-label={t('transports')}>
      <h2>{t('transports')}</h2>
      <div class="sides">
        {CHANNELS.map((c) => {
          const now = of(c);
          return (
            <div class="card stack" key={c}>
              <div class="row apart"><h3>{t(`channel_${c}`)}</h3><span class={now ? 'tag good' : 'tag'}>{now ? t(`kind_${now.kind}`) : t('notSet')}</span></div>
              {now && <dl class="facts"><dt>{t('sender')}</dt><dd>{now.sender ?? '–'}</dd><dt>{t('url')}</dt><dd>{now.url ?? '–'}</dd></dl>}
              <div class="row tight">
                <button type="button" class="btn small" onClick={() => setOpen(c)}>{common.t('edit')}</button>
                {now && <button type="button" class="btn small danger" onClick={() => {
                  call('DELETE /api/transports/{channel}', { path: { channel: c } }).then(reload).catch(toastError);
                }}>{common.t('delete')}</button>}
              </div>
            </div>
          );
        })}
      </div>
      {open && <EditTransport channel={open} now={of(open)} onClose={() => setOpen(null)} onSaved={() => {
        setOpen(null);
        reload();
      }} />}
    </section>
  );
}

function Outgoing(): JSX.Element {
  const state = STATES.find((s) => s === place.value.query.get('state')) ?? 'DEAD';
  const read = useCallback((cursor: string | undefined, signal: AbortSignal) =>
    list('GET /api/messages', { query: { state, limit: 50, ...(cursor && { cursor }) }, signal }), [state]);
  const found = useRows(read, [state]);
  const retry = (id: string): void => {
    call('POST /api/messages/{id}/retry', { path: { id } }).then(() => {
      toast(t('willRetry'));
      found.reload();
    }).catch(toastError);
  };
  return (
    <section class="stack" aria-label={t('outgoing')}>
      <div class="row apart">
        <h2>{t('outgoing')}</h2>
        <Select label={t('state')} value={state} onValue={(s) => go(to('messages', { state: s }), { replace: true })}
          options={STATES.map((s) => [s, t(`message_${s}`)] as const)} />
      </div>
      {found.error && <Failed error={found.error} retry={found.reload} />}
      {found.rows.length === 0 ? (found.loading ? <Loading /> : <Empty />) : (
        <div class="table" tabIndex={0}>
          <table>
            <thead><tr><th>{t('when')}</th><th>{t('channel')}</th><th>{t('what')}</th><th class="num">{t('tries')}</th><th>{t('lastAnswer')}</th><th><span class="sr">{common.t('retry')}</span></th></tr></thead>
            <tbody>
              {found.rows.map((m) => (
                <tr key={m.id}>
                  <td>{dateTime(m.createdAt)}</td><td>{tOr(`channel_${m.channel}`, m.channel)}</td><td><code>{m.purpose}</code></td>
                  <td class="num">{number(m.tries)}</td>
                  <td>{m.lastStatus ?? ''} {m.lastError ?? ''} {m.state === 'WAITING' && <span class="quiet">{ago(m.nextAt)}</span>}</td>
                  <td>{m.canRetry && <button type="button" class="btn small" onClick={() => retry(m.id)}>{common.t('retry')}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!found.complete && found.rows.length > 0 && <button type="button" class="btn" disabled={found.loading} onClick={found.more}>{common.t('more')}</button>}
    </section>
  );
}

export function Messages(): JSX.Element {
  return <div class="stack"><h1>{t('messages')}</h1><Transports /><Outgoing /></div>;
}
