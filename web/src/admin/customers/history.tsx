// Orders of the person, whichever login or till they came from.
import type { JSX } from 'preact';
import { useCallback } from 'preact/hooks';
import { list } from '../../api/client';
import { money } from '../../i18n/money';
import { dateTime } from '../../i18n/time';
import { to } from '../../ui/route';
import { Empty, Failed, Loading } from '../../ui/states';
import { common } from '../../i18n';
import { useRows } from '../rows';
import { t, tOr } from '../texts';

export function History({ id }: { id: string }): JSX.Element {
  const read = useCallback((cursor: string | undefined, signal: AbortSignal) =>
    list('GET /api/customers/{id}/orders', { path: { id }, query: { limit: 50, ...(cursor && { cursor }) }, signal }), [id]);
  const found = useRows(read, [id]);
  if (found.error) return <Failed error={found.error} retry={found.reload} />;
  if (found.rows.length === 0) return found.loading ? <Loading /> : <Empty>{t('noOrders')}</Empty>;
  return (
    <section class="stack" aria-label={t('orders')}>
      <div class="table" tabIndex={0}>
        <table>
          <thead><tr><th>{t('order')}</th><th>{t('when')}</th><th>{t('source')}</th><th>{t('state')}</th><th class="num">{t('total')}</th></tr></thead>
          <tbody>
            {found.rows.map((o) => (
              <tr key={o.id}>
                <td><a href={to('orders', o.id)}>{o.orderNumber ?? o.externalId ?? '–'}</a></td>
                <td>{dateTime(o.createdAt)}</td>
                <td>{tOr(`source_${o.source}`, o.source)}</td>
                <td>{tOr(`status_${o.status}`, o.status)}</td>
                <td class="num">{money(o.totalAmount)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!found.complete && <button type="button" class="btn" disabled={found.loading} onClick={found.more}>{common.t('more')}</button>}
    </section>
  );
}
