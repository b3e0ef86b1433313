// Everything that happened to the person, newest first.
import type { JSX } from 'preact';
import { useCallback } from 'preact/hooks';
import { list } from '../../api/client';
import { common } from '../../i18n';
import { money } from '../../i18n/money';
import { dateTime } from '../../i18n/time';
import { to } from '../../ui/route';
import { Empty, Failed, Loading } from '../../ui/states';
import { useRows } from '../rows';
import { t, tOr } from '../texts';

export function Timeline({ id }: { id: string }): JSX.Element {
  const read = useCallback((cursor: string | undefined, signal: AbortSignal) =>
    list('GET /api/customers/{id}/timeline', { path: { id }, query: { limit: 50, ...(cursor && { cursor }) }, signal }), [id]);
  const found = useRows(read, [id]);
  if (found.error) return <Failed error={found.error} retry={found.reload} />;
  if (found.rows.length === 0) return found.loading ? <Loading /> : <Empty />;
  return (
    <section class="stack" aria-label={t('tab_timeline')}>
      <ol class="timeline">
        {found.rows.map((e, i) => (
          <li key={`${e.at}-${i}`}>
            <time dateTime={e.at}>{dateTime(e.at)}</time>
            <span>
              {tOr(`event_${e.type.replace('.', '_')}`, e.type)}
              {e.order && <> · <a href={to('orders', e.order.id)}>{e.order.orderNumber ?? e.order.id}</a> · {money(e.order.totalAmount)}</>}
              {e.fields && e.fields.length > 0 && <span class="quiet"> · {e.fields.join(', ')}</span>}
            </span>
          </li>
        ))}
      </ol>
      {!found.complete && <button type="button" class="btn" disabled={found.loading} onClick={found.more}>{common.t('more')}</button>}
    </section>
  );
}
