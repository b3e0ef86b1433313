// What I ever bought, with the receipts.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { call, list, type Page } from '../api/client';
import { asApiError, type ApiError } from '../api/error';
import type { Order, OrderRow } from '../api/types.gen';
import { common } from '../i18n';
import { money } from '../i18n/money';
import { dateTime, quantity } from '../i18n/time';
import { Dialog } from '../ui/dialog';
import { useLoad } from '../ui/load';
import { go, to } from '../ui/route';
import { Empty, Failed, Loading } from '../ui/states';
import { t, tOr } from './texts';

function Receipt({ o }: { o: Order }): JSX.Element {
  const amount = (v: string): string => money(v, o.currency);
  return (
    <div class="stack receipt">
      <p>{dateTime(o.createdAt)} · {tOr(`status_${o.status}`, o.status)}</p>
      <table>
        <tbody>
          {o.lines.map((l) => (
            <tr key={l.line}><td class="break">{l.name}</td><td class="num">{quantity(Number(l.quantity))} × {amount(l.unitPrice)}</td><td class="num">{amount(l.amount)}</td></tr>
          ))}
          <tr><th scope="row" colSpan={2}>{t('total')}</th><td class="num"><strong>{amount(o.totalAmount)}</strong></td></tr>
          {o.payments.map((p) => <tr key={p.payment}><td colSpan={2}>{tOr(`method_${p.method}`, p.method)}</td><td class="num">{amount(p.amount)}</td></tr>)}
          {o.refunds.map((r) => <tr key={`r${r.refund}`}><td colSpan={2}>{t('refunded')}</td><td class="num">−{amount(r.amount)}</td></tr>)}
        </tbody>
      </table>
      <div class="actions"><button type="button" class="btn" onClick={() => window.print()}>{t('print')}</button></div>
    </div>
  );
}

function ReceiptDialog({ id }: { id: string }): JSX.Element {
  const { data, error, reload } = useLoad((signal) => call('GET /api/orders/{id}', { path: { id }, signal }), [id]);
  return (
    <Dialog title={data?.orderNumber ?? t('order')} onClose={() => go(to('orders'))}>
      {data ? <Receipt o={data} /> : error ? <Failed error={error} retry={reload} /> : <Loading />}
    </Dialog>
  );
}

export function Orders({ id }: { id: string | undefined }): JSX.Element {
  const [page, setPage] = useState<Page<OrderRow> | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const read = (cursor?: string): void => {
    setError(null);
    list('GET /api/orders', { query: { limit: 20, ...(cursor && { cursor }) } })
      .then((p) => setPage((before) => ({ rows: [...(cursor ? before?.rows ?? [] : []), ...p.rows], next: p.next })))
      .catch((e: unknown) => setError(asApiError(e)));
  };
  useEffect(() => read(), []);
  return (
    <div class="stack">
      <h1>{t('orders')}</h1>
      {error && <Failed error={error} retry={() => read()} />}
      {!page && !error && <Loading />}
      {page?.rows.length === 0 && <Empty>{t('noOrders')}</Empty>}
      <ul class="stack">
        {page?.rows.map((o) => (
          <li key={o.id}>
            <a class="card row apart order" href={to('orders', o.id)}>
              <span><strong>{o.orderNumber ?? o.externalId}</strong><br /><span class="quiet">{dateTime(o.createdAt)} · {tOr(`status_${o.status}`, o.status)}</span></span>
              <span class="num">{money(o.totalAmount, o.currency)}</span>
            </a>
          </li>
        ))}
      </ul>
      {page?.next && <button type="button" class="btn" onClick={() => read(page.next ?? undefined)}>{common.t('more')}</button>}
      {id && <ReceiptDialog key={id} id={id} />}
    </div>
  );
}
