// Sales: filters in the address, one opened beside the list.
import type { JSX } from 'preact';
import { useCallback } from 'preact/hooks';
import { list } from '../../api/client';
import type { Routes } from '../../api/types.gen';
import { money } from '../../i18n/money';
import { dateTime } from '../../i18n/time';
import { Field, Select } from '../../ui/form';
import { go, place, to } from '../../ui/route';
import { Empty, Failed, Loading } from '../../ui/states';
import { usePages } from '../pages';
import { t, tOr } from '../texts';
import { VirtualTable } from '../virtual';
import { OrderDialog } from './order';

const STATUSES = ['OPEN', 'PAID', 'REFUNDED', 'CANCELLED'] as const;
const SOURCES = ['POS', 'WEB', 'PHONE', 'SUBSCRIPTION'] as const;
const NAMES = ['orderNumber', 'customerPhone', 'status', 'source', 'from', 'to'] as const;

export function OrderList({ id }: { id: string | undefined }): JSX.Element {
  const { query } = place.value;
  const given = Object.fromEntries(NAMES.map((n) => [n, query.get(n) ?? '']).filter(([, v]) => v)) as Record<string, string>;
  const key = JSON.stringify(given);
  const read = useCallback((cursor: string | undefined, signal: AbortSignal) =>
    list('GET /api/orders', { query: { ...given as Routes['GET /api/orders']['query'], limit: 100, ...(cursor && { cursor }) }, signal }), [key]);
  const found = usePages(read, key);
  const value = (n: string): string => given[n] ?? '';
  const set = (n: string) => (v: string): void => {
    const { [n]: _, ...rest } = given;
    go(to('orders', v ? { ...rest, [n]: v } : rest), { replace: true });
  };
  const foot = found.error ? <Failed error={found.error} retry={() => found.retry()} />
    : found.busy ? <Loading /> : found.count === 0 ? <Empty>{t('noOrders')}</Empty> : null;
  return (
    <div class="stack fill">
      <h1>{t('orders')}</h1>
      <fieldset class="filters plain">
        <legend class="sr">{t('filters')}</legend>
        <Field label={t('orderNumber')} value={value('orderNumber')} onValue={set('orderNumber')} />
        <Field label={t('phone')} type="tel" value={value('customerPhone')} onValue={set('customerPhone')} />
        <Select label={t('state')} value={value('status')} onValue={set('status')}
          options={[['', t('all')], ...STATUSES.map((s) => [s, t(`status_${s}`)] as const)]} />
        <Select label={t('source')} value={value('source')} onValue={set('source')}
          options={[['', t('all')], ...SOURCES.map((s) => [s, t(`source_${s}`)] as const)]} />
        <Field label={t('from')} type="date" value={value('from')} onValue={set('from')} />
        <Field label={t('to')} type="date" value={value('to')} onValue={set('to')} />
      </fieldset>
      <VirtualTable label={t('orders')} pages={found} keyOf={(o) => o.id} href={(o) => to('orders', o.id, given)}
        foot={foot} columns={[
          { key: 'number', title: t('order'), width: 'minmax(11rem, 1fr)', cell: (o) => o.orderNumber ?? o.externalId ?? '–' },
          { key: 'at', title: t('when'), width: '11rem', cell: (o) => dateTime(o.createdAt) },
          { key: 'who', title: t('customer'), width: 'minmax(9rem, 2fr)', cell: (o) => o.customerName },
          { key: 'phone', title: t('phone'), width: '10rem', cell: (o) => o.customerPhone ?? '–' },
          { key: 'source', title: t('source'), width: '7rem', cell: (o) => tOr(`source_${o.source}`, o.source) },
          { key: 'status', title: t('state'), width: '8rem', cell: (o) => tOr(`status_${o.status}`, o.status) },
          { key: 'total', title: t('total'), width: '9rem', number: true, cell: (o) => money(o.totalAmount) },
        ]} />
      {id && <OrderDialog key={id} id={id} onClose={() => go(to('orders', given))} />}
    </div>
  );
}
