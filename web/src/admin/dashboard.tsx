// How the shop does: sales, new and returning customers, busiest hours, what
// sells.
import type { JSX } from 'preact';
import { call } from '../api/client';
import { serverNow } from '../api/clock';
import { company } from '../api/company';
import type { SalesReport } from '../api/types.gen';
import { locale } from '../i18n';
import { money, toMinor } from '../i18n/money';
import { day, number, quantity } from '../i18n/time';
import { Select } from '../ui/form';
import { useLoad } from '../ui/load';
import { go, place, to } from '../ui/route';
import { Empty, Failed, Loading } from '../ui/states';
import { Plot } from './plot';
import { t } from './texts';

const SPANS = ['7', '30', '90', '365'] as const;

/** Today in the company's zone, and some days before it: "2026-11-21". */
function ymd(daysAgo: number): string {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: company.value?.zone }).format(serverNow());
  return new Date(Date.parse(`${today}T00:00Z`) - daysAgo * 86_400_000).toISOString().slice(0, 10);
}

/** Days, or weeks when days would be too many bars. */
function bars(r: SalesReport): { label: string; value: number; text: string }[] {
  const size = r.days.length > 92 ? 7 : 1;
  const name = new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const out = [];
  for (let i = 0; i < r.days.length; i += size) {
    const some = r.days.slice(i, i + size);
    const value = some.reduce((sum, d) => sum + (toMinor(d.sales) ?? 0), 0);
    out.push({ label: name.format(new Date(`${some[0]?.day ?? ''}T00:00Z`)), value, text: money(value) });
  }
  return out;
}

/** A week of hours; darker is busier, and the figure is there to read. */
function Hours({ r }: { r: SalesReport }): JSX.Element {
  const most = Math.max(1, ...r.hours.map((h) => h.orders));
  const weekday = new Intl.DateTimeFormat(locale(), { weekday: 'short', timeZone: 'UTC' });
  const used = [...new Set(r.hours.filter((h) => h.orders > 0).map((h) => h.hour))].sort((a, b) => a - b);
  const first = used[0] ?? 8;
  const last = used.at(-1) ?? 20;
  const span = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return (
    <section class="card stack" aria-label={t('busiest')}>
      <h2>{t('busiest')}</h2>
      <div class="table" tabIndex={0}>
        <table class="heat">
          <thead><tr><td />{span.map((h) => <th key={h} scope="col">{h}</th>)}</tr></thead>
          <tbody>
            {[1, 2, 3, 4, 5, 6, 7].map((d) => (
              <tr key={d}>
                {/* 2024-01-01 was a Monday. */}
                <th scope="row">{weekday.format(new Date(Date.UTC(2024, 0, d)))}</th>
                {span.map((h) => {
                  const orders = r.hours[(d - 1) * 24 + h]?.orders ?? 0;
                  return <td key={h} class={`heat${Math.ceil((orders / most) * 4)}`}>{orders > 0 ? number(orders) : ''}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Items({ r }: { r: SalesReport }): JSX.Element {
  return (
    <section class="card stack" aria-label={t('topItems')}>
      <h2>{t('topItems')}</h2>
      {r.items.length === 0 ? <Empty /> : (
        <table>
          <thead><tr><th>{t('article')}</th><th class="num">{t('quantity')}</th><th class="num">{t('sales')}</th></tr></thead>
          <tbody>
            {r.items.slice(0, 10).map((i) => (
              <tr key={i.name}><td class="break">{i.name}</td><td class="num">{quantity(Number(i.quantity))}</td><td class="num">{money(i.sales)}</td></tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

export function Dashboard(): JSX.Element {
  const span = SPANS.find((s) => s === place.value.query.get('days')) ?? '30';
  const { data: r, error, reload } = useLoad((signal) =>
    call('GET /api/reports/sales', { query: { from: ymd(Number(span) - 1), to: ymd(0) }, signal }), [span, company.value?.zone]);
  const average = r && r.orders > 0 ? Math.round((toMinor(r.sales) ?? 0) / r.orders) : 0;
  return (
    <div class="stack">
      <div class="row apart">
        <h1>{t('dashboard')}</h1>
        <Select label={t('span')} value={span} onValue={(days) => go(to('dashboard', { days }), { replace: true })}
          options={SPANS.map((s) => [s, t('lastDays', { n: s })] as const)} />
      </div>
      {error && <Failed error={error} retry={reload} />}
      {!r && !error && <Loading />}
      {r && (
        <>
          <dl class="figures">
            {([[t('sales'), money(r.sales)], [t('orders'), number(r.orders)], [t('average'), money(average)],
              [t('newCustomers'), number(r.newCustomers)], [t('returningCustomers'), number(r.returningCustomers)]] as const)
              .map(([k, v]) => <div class="card" key={k}><dt>{k}</dt><dd>{v}</dd></div>)}
          </dl>
          <section class="card plotbox"><Plot title={t('salesPlot', { from: day(r.from), to: day(r.to) })} bars={bars(r)} /></section>
          <div class="sides"><Hours r={r} /><Items r={r} /></div>
        </>
      )}
    </div>
  );
}
