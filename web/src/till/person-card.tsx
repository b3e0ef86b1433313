// Who it is: orders, spent, points, last visit, notes, the last orders, and what
// they buy most often.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CustomerDetail, CustomerRow } from '../api/types.gen';
import { money } from '../i18n/money';
import { ago, date, number } from '../i18n/time';
import { favourites } from './favourites';
import { detail, type Match } from './find';
import { online } from './online';
import { addArticle, type Person } from './state';
import { t } from './texts';

/** What a row says at once; the last orders follow when somebody stays on it. */
function useDetail(id: string | null): CustomerDetail | null {
  const [data, setData] = useState<CustomerDetail | null>(null);
  useEffect(() => {
    if (!id || !online.value) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      detail(id, stop.signal).then(setData).catch(() => undefined);
    }, 60);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [id]);
  return data;
}

function Facts({ c }: { c: CustomerRow }): JSX.Element {
  return (
    <dl class="figures">
      <div><dt>{t('orders')}</dt><dd>{number(c.totalOrders)}</dd></div>
      <div><dt>{t('spent')}</dt><dd>{money(c.totalSpent)}</dd></div>
      <div><dt>{t('points')}</dt><dd>{number(c.loyaltyPoints)}</dd></div>
      <div><dt>{t('lastVisit')}</dt><dd title={date(c.lastOrderAt)}>{ago(c.lastOrderAt)}</dd></div>
    </dl>
  );
}

function More({ c, orders }: { c: CustomerRow; orders: CustomerDetail['orders'] | null }): JSX.Element {
  return (
    <>
      {c.tags.length > 0 && <p class="row tight">{c.tags.map((x) => <span key={x} class="tag clip">{x}</span>)}</p>}
      {c.notes && <p class="note warn break notes">{c.notes}</p>}
      <ul class="last small" aria-label={t('lastOrders')}>
        {(orders ?? []).slice(0, 4).map((o) => (
          <li key={o.id}><span class="clip">{o.orderNumber ?? '–'}</span><span class="quiet">{date(o.createdAt)}</span>
            <span class="num">{money(o.totalAmount)}</span></li>
        ))}
      </ul>
    </>
  );
}

export function MatchDetail({ match }: { match: Match }): JSX.Element {
  const full = useDetail(match.row ? match.id : null);
  const c = full ?? match.row;
  return (
    <div class="card stack detail">
      <p class="row apart"><strong class="break"><bdi>{match.name}</bdi></strong>
        {c?.isPhoneVerified && <span class="tag good">{t('verified')}</span>}</p>
      {c ? <><Facts c={c} /><More c={c} orders={full?.orders ?? null} /></> : <p class="quiet">{t('points')}: {number(match.points)}</p>}
    </div>
  );
}

/** A click sells one more of it, as its number does in the line. */
function Favourites(): JSX.Element | null {
  if (favourites.value.length === 0) return null;
  return (
    <div class="favourites">
      <h3 class="small quiet" id="favourites">{t('favourites')}</h3>
      <ul class="row tight" aria-labelledby="favourites">
        {favourites.value.map((f, i) => (
          <li key={`${f.sku} ${f.name}`}>
            <button type="button" class="btn small" onClick={() => {
              addArticle(f);
              document.getElementById('line')?.focus();
            }}><kbd>{i + 1}</kbd><bdi class="clip">{f.name}</bdi> <span class="quiet">{number(f.times)}×</span></button>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function PersonCard({ person, onChange }: { person: Person; onChange: () => void }): JSX.Element {
  const full = useDetail(person.id);
  const kind = person.registration ? t('registersLater') : person.id ? null : t('walkIn');
  return (
    <section class="who stack" aria-label={t('customer')}>
      <div class="card stack taken">
        <div class="row apart">
          <h2 class="break"><bdi>{person.name ?? t('walkIn')}</bdi></h2>
          <button type="button" class="btn small" onClick={onChange}>{t('change')} <kbd>F2</kbd></button>
        </div>
        <p class="row tight">
          <span>{full?.phoneNational ?? person.phone ?? t('noPhone')}</span>
          {kind && person.name && <span class="tag">{kind}</span>}
          {full && !full.isActive && <span class="tag bad">{t('inactive')}</span>}
        </p>
        {full ? <><Facts c={full} /><More c={full} orders={full.orders} /></>
          : person.points !== null && <p class="quiet">{t('points')}: {number(person.points)}</p>}
        <Favourites />
      </div>
    </section>
  );
}
