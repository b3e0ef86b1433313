// Everybody the shop knows: search, filters, order, saved views, export.
import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { download, list, type Page } from '../../api/client';
import { may } from '../../api/session';
import type { CustomerRow } from '../../api/types.gen';
import { money } from '../../i18n/money';
import { ago, date, number } from '../../i18n/time';
import { Check, Field, Select } from '../../ui/form';
import { go, place, to } from '../../ui/route';
import { Empty, Failed, Loading } from '../../ui/states';
import { toastError } from '../../ui/toast';
import { usePages } from '../pages';
import { t } from '../texts';
import { VirtualTable } from '../virtual';
import { EditCustomer } from './edit';
import { dropView, filterOf, queryOf, saveView, SORTS, views, type Filter } from './filter';

function readPage(f: Filter, cursor: string | undefined, signal: AbortSignal): Promise<Page<CustomerRow>> {
  if (f.q.trim()) {
    return list('GET /api/customers/search', { query: { q: f.q.trim(), limit: 100 }, signal }) as Promise<Page<CustomerRow>>;
  }
  const { q: _, active, ...rest } = f;
  return list('GET /api/customers', {
    query: { ...rest, limit: 100, ...(active && { active: active === 'true' }), ...(cursor && { cursor }) }, signal,
  });
}

async function exportAll(format: 'csv' | 'jsonl'): Promise<void> {
  const blob = await download('GET /api/customers/export', { query: { format } });
  const url = URL.createObjectURL(blob);
  const a = Object.assign(document.createElement('a'), { href: url, download: `customers.${format}` });
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** What is typed reaches the address a moment later: one question a pause. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

function Filters({ f, change }: { f: Filter; change: (part: Partial<Filter>) => void }): JSX.Element {
  const searching = f.q.trim() !== '';
  return (
    <details class="card filters" open={Object.keys(queryOf({ ...f, q: '' })).length > 0}>
      <summary>{t('filters')}</summary>
      {searching && <p class="quiet small">{t('filtersWait')}</p>}
      <fieldset disabled={searching}>
        <legend class="sr">{t('filters')}</legend>
        <Select label={t('state')} value={f.active} onValue={(active) => change({ active: active as Filter['active'] })}
          options={[['', t('all')], ['true', t('active')], ['false', t('inactive')]]} />
        <Field label={t('tag')} value={f.tag} onValue={(tag) => change({ tag })} />
        <Field type="date" label={t('createdFrom')} value={f.createdFrom} onValue={(createdFrom) => change({ createdFrom })} />
        <Field type="date" label={t('createdTo')} value={f.createdTo} onValue={(createdTo) => change({ createdTo })} />
        <Field type="date" label={t('lastOrderFrom')} value={f.lastOrderFrom} onValue={(lastOrderFrom) => change({ lastOrderFrom })} />
        <Field type="date" label={t('lastOrderTo')} value={f.lastOrderTo} onValue={(lastOrderTo) => change({ lastOrderTo })} />
        <Select label={t('sort')} value={f.sort} onValue={(sort) => change({ sort: sort as Filter['sort'] })}
          options={SORTS.map((s) => [s, t(`sort_${s}`)] as const)} />
        <Check label={t('descending')} checked={f.order === 'desc'} onChecked={(on) => change({ order: on ? 'desc' : 'asc' })} />
      </fieldset>
    </details>
  );
}

function Views({ f }: { f: Filter }): JSX.Element {
  const [name, setName] = useState('');
  return (
    <div class="row tight" role="group" aria-label={t('views')}>
      {views.value.map((v) => (
        <span class="tag" key={v.name}>
          <a href={to('customers', v.query)}>{v.name}</a>
          <button type="button" class="btn plain small" aria-label={t('dropView', { name: v.name })} onClick={() => dropView(v.name)}>✕</button>
        </span>
      ))}
      <form class="row tight" onSubmit={(e) => {
        e.preventDefault();
        if (name.trim()) saveView(name.trim(), f);
        setName('');
      }}>
        <input class="input short" aria-label={t('viewName')} placeholder={t('viewName')} value={name} maxLength={40}
          onInput={(e) => setName(e.currentTarget.value)} />
        <button class="btn small" disabled={!name.trim()}>{t('saveView')}</button>
      </form>
    </div>
  );
}

export function CustomerList(): JSX.Element {
  const [f, setF] = useState(() => filterOf(place.value.query));
  const [creating, setCreating] = useState(false);
  const asked = useSettled(f, 150);
  const address = to('customers', queryOf(asked));
  useEffect(() => go(address, { replace: true }), [address]);
  // Somebody chose a saved view, or went back.
  const here = place.value.query.toString();
  useEffect(() => {
    if (here !== new URLSearchParams(queryOf(asked)).toString()) setF(filterOf(place.value.query));
  }, [here]);
  const read = useCallback((cursor: string | undefined, signal: AbortSignal) => readPage(asked, cursor, signal), [address]);
  const found = usePages(read, address, 'customers');
  const change = (part: Partial<Filter>): void => setF((before) => ({ ...before, ...part }));
  const foot = found.error ? <Failed error={found.error} retry={() => found.retry()} />
    : found.busy ? <Loading /> : found.count === 0 ? <Empty>{t('nobodyFound')}</Empty> : null;
  return (
    <div class="stack fill">
      <div class="row apart">
        <h1>{t('customers')}</h1>
        <div class="row tight">
          {may('EXPORT') && <button type="button" class="btn small" onClick={() => exportAll('csv').catch(toastError)}>{t('exportCsv')}</button>}
          {may('EXPORT') && <button type="button" class="btn small" onClick={() => exportAll('jsonl').catch(toastError)}>{t('exportJson')}</button>}
          {may('CREATE_CUSTOMER') && <button type="button" class="btn main" onClick={() => setCreating(true)}>{t('newCustomer')}</button>}
        </div>
      </div>
      <input class="input" type="search" aria-label={t('searchCustomers')} placeholder={t('searchCustomers')} value={f.q}
        autofocus onInput={(e) => change({ q: e.currentTarget.value })} />
      <Filters f={f} change={change} />
      <Views f={f} />
      <VirtualTable label={t('customers')} pages={found} keyOf={(c) => c.id} href={(c) => to('customers', c.id)}
        foot={foot} columns={[
          { key: 'name', title: t('name'), width: 'minmax(10rem, 2fr)', cell: (c) => c.name },
          { key: 'phone', title: t('phone'), width: 'minmax(9rem, 1fr)', cell: (c) => c.phoneNational ?? '–' },
          { key: 'email', title: t('email'), width: 'minmax(0, 1.5fr)', cell: (c) => c.email ?? '–' },
          { key: 'orders', title: t('orders'), width: '5rem', number: true, cell: (c) => number(c.totalOrders) },
          { key: 'spent', title: t('spent'), width: '8rem', number: true, cell: (c) => money(c.totalSpent) },
          { key: 'last', title: t('lastVisit'), width: '8rem', cell: (c) => ago(c.lastOrderAt) },
          { key: 'created', title: t('since'), width: '7.5rem', cell: (c) => date(c.createdAt) },
          { key: 'state', title: t('state'), width: '6rem', cell: (c) => (c.isActive ? '' : <span class="tag warn">{t('inactive')}</span>) },
        ]} />
      {creating && <EditCustomer onClose={() => setCreating(false)} onSaved={(c) => go(to('customers', c.id))} />}
    </div>
  );
}
