// One person: the record, its figures and plot, orders of all accounts, what
// happened, the logins with their evidence.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, call } from '../../api/client';
import { may } from '../../api/session';
import type { CustomerDetail } from '../../api/types.gen';
import { common } from '../../i18n';
import { money } from '../../i18n/money';
import { ago, dateTime, day, number } from '../../i18n/time';
import { Dialog } from '../../ui/dialog';
import { FormError, useForm } from '../../ui/form';
import { useLoad } from '../../ui/load';
import { go, place, to } from '../../ui/route';
import { Failed, Loading } from '../../ui/states';
import { toast, toastError } from '../../ui/toast';
import { t } from '../texts';
import { Accounts } from './accounts';
import { EditCustomer } from './edit';
import { Favourites } from './favourites';
import { History } from './history';
import { SpendPlot } from './spend';
import { Timeline } from './timeline';

const TABS = ['orders', 'timeline', 'accounts'] as const;

function Delete({ c, onClose }: { c: CustomerDetail; onClose: () => void }): JSX.Element {
  const form = useForm();
  return (
    <Dialog title={t('deleteCustomer')} onClose={onClose}>
      <form class="stack" onSubmit={form.submit(async () => {
        await call('DELETE /api/customers/{id}', { path: { id: c.id } }).catch((e: unknown) => {
          // Somebody else was quicker.
          if (!(e instanceof ApiError && e.status === 404)) throw e;
        });
        toast(t('deleted', { name: c.name }));
        go(to('customers'));
      })}>
        <p>{t('deleteQuestion', { name: c.name })}</p>
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>{common.t('cancel')}</button>
          <button class="btn danger main" disabled={form.busy}>{common.t('delete')}</button>
        </div>
      </form>
    </Dialog>
  );
}

function Facts({ c }: { c: CustomerDetail }): JSX.Element {
  const rows: [string, JSX.Element | string | null][] = [
    [t('phone'), c.phoneNational ? <a href={`tel:${c.phone ?? ''}`}>{c.phoneNational}</a> : null],
    [t('email'), c.email ? <a href={`mailto:${c.email}`}>{c.email}</a> : null],
    [t('address'), c.address ?? null], [t('area'), c.area ?? null],
    [t('preferredName'), c.preferredName ?? null],
    [t('birthday'), c.birthday ? day(c.birthday) : null], [t('anniversary'), c.anniversary ? day(c.anniversary) : null],
    [t('externalId'), c.externalId ?? null], [t('since'), dateTime(c.createdAt)],
    [t('tags'), c.tags.length ? <span class="row tight">{c.tags.map((x) => <span class="tag" key={x}>{x}</span>)}</span> : null],
  ];
  return (
    <section class="card stack" aria-label={t('record')}>
      <dl class="facts">
        {rows.filter(([, v]) => v !== null).map(([k, v]) => <><dt>{k}</dt><dd>{v}</dd></>)}
      </dl>
      {c.notes && <><h2>{t('notes')}</h2><p class="note prewrap break">{c.notes}</p></>}
    </section>
  );
}

function Figures({ c }: { c: CustomerDetail }): JSX.Element {
  const average = c.totalOrders > 0 ? Number(c.totalSpent) / c.totalOrders : 0;
  const rows: [string, string][] = [
    [t('orders'), number(c.totalOrders)], [t('visits'), number(c.visitCount)], [t('spent'), money(c.totalSpent)],
    [t('average'), money(average.toFixed(2))], [t('points'), number(c.loyaltyPoints)], [t('balance'), money(c.balance)],
    [t('firstVisit'), ago(c.firstOrderAt)], [t('lastVisit'), ago(c.lastOrderAt)],
  ];
  return (
    <dl class="figures">
      {rows.map(([k, v]) => <div class="card" key={k}><dt>{k}</dt><dd>{v}</dd></div>)}
    </dl>
  );
}

export function CustomerProfile({ id }: { id: string }): JSX.Element {
  const { data: c, error, reload, set } = useLoad((signal) => call('GET /api/customers/{id}', { path: { id }, signal }), [id]);
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const tab = TABS.find((x) => x === place.value.query.get('tab')) ?? 'orders';
  if (!c || error?.status === 404) {
    return (
      <div class="stack">
        <p><a href={to('customers')}>← {t('customers')}</a></p>
        {error?.status === 404 ? <p class="note warn" role="alert">{t('customerGone')}</p>
          : error ? <Failed error={error} retry={reload} /> : <Loading />}
      </div>
    );
  }
  const activate = (on: boolean): void => {
    call(on ? 'POST /api/customers/{id}/activate' : 'POST /api/customers/{id}/deactivate', { path: { id: c.id } })
      .then((now) => set({ ...c, ...now })).catch((e: unknown) => {
        toastError(e);
        reload(); // it is not what it was on the screen
      });
  };
  return (
    <article class="stack">
      <p><a href={to('customers')}>← {t('customers')}</a></p>
      <div class="row apart">
        <div class="row">
          <h1 class="break"><bdi>{c.name}</bdi></h1>
          {!c.isActive && <span class="tag warn">{t('inactive')}</span>}
          {c.isPhoneVerified && <span class="tag good">{t('phoneVerified')}</span>}
          {c.id !== id && <span class="tag">{t('merged')}</span>}
        </div>
        <div class="row tight">
          {may('UPDATE_CUSTOMER') && <button type="button" class="btn" onClick={() => setOpen('edit')}>{common.t('edit')}</button>}
          {may('UPDATE_CUSTOMER') && <button type="button" class="btn" onClick={() => activate(!c.isActive)}>{c.isActive ? t('deactivate') : t('activate')}</button>}
          {may('DELETE_CUSTOMER') && <button type="button" class="btn danger" onClick={() => setOpen('delete')}>{common.t('delete')}</button>}
          {may('READ_AUDIT') && <a class="btn plain" href={to('audit', { subject: c.id })}>{t('audit')}</a>}
        </div>
      </div>
      <Figures c={c} />
      <div class="sides">
        <Facts c={c} />
        <SpendPlot id={c.id} />
      </div>
      <nav class="row tight tabs" aria-label={t('sections')}>
        {TABS.map((x) => <a key={x} class="btn small" href={to('customers', id, { tab: x })} aria-current={x === tab ? 'true' : undefined}>{t(`tab_${x}`)}</a>)}
      </nav>
      {tab === 'orders' && <><Favourites id={c.id} /><History id={c.id} /></>}
      {tab === 'timeline' && <Timeline id={c.id} />}
      {tab === 'accounts' && <Accounts id={c.id} />}
      {open === 'edit' && <EditCustomer customer={c} onClose={() => {
        setOpen(null);
        reload();
      }} onSaved={(now) => {
        set({ ...c, ...now });
        setOpen(null);
        toast(t('saved'));
      }} />}
      {open === 'delete' && <Delete c={c} onClose={() => setOpen(null)} />}
    </article>
  );
}
