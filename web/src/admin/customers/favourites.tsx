// What the person buys most often; nothing where nothing is known.
import type { JSX } from 'preact';
import { list } from '../../api/client';
import { money } from '../../i18n/money';
import { number } from '../../i18n/time';
import { useLoad } from '../../ui/load';
import { t } from '../texts';

const MOST = 5;

export function Favourites({ id }: { id: string }): JSX.Element | null {
  const { data } = useLoad((signal) => list('GET /api/customers/{id}/items', { path: { id }, query: { limit: MOST }, signal }), [id]);
  if (!data || data.rows.length === 0) return null;
  return (
    <section class="row tight" aria-labelledby="favourites">
      <h2 id="favourites" class="quiet">{t('favourites')}</h2>
      <ul class="row tight grow">
        {data.rows.map((r) => (
          <li key={`${r.sku} ${r.name}`} class="tag clip"><bdi>{r.name}</bdi>&nbsp;{number(r.times)}× · {money(r.unitPrice)}</li>
        ))}
      </ul>
    </section>
  );
}
