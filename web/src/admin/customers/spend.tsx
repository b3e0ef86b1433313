// What the person spent, month by month over the last year.
import type { JSX } from 'preact';
import { list } from '../../api/client';
import { serverNow } from '../../api/clock';
import { company } from '../../api/company';
import { locale } from '../../i18n';
import { money, toMinor } from '../../i18n/money';
import { useLoad } from '../../ui/load';
import { Plot, type Bar } from '../plot';
import { t } from '../texts';

const MONTHS = 12;
const PAGES = 10; // of 100 orders: beyond that the plot says what it covers

const monthOf = (iso: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: company.value?.zone, year: 'numeric', month: '2-digit' }).format(new Date(iso)).slice(0, 7);

async function readSpend(id: string, signal: AbortSignal): Promise<{ bars: Bar[]; partial: boolean }> {
  const sums = new Map<string, number>();
  const start = new Date(serverNow());
  start.setUTCDate(1);
  for (let i = MONTHS - 1; i >= 0; i--) sums.set(monthOf(new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() - i, 2)).toISOString()), 0);
  const oldest = [...sums.keys()][0] as string;
  let cursor: string | null | undefined;
  let pages = 0;
  while (cursor !== null && pages++ < PAGES) {
    const page = await list('GET /api/customers/{id}/orders', { path: { id }, query: { limit: 100, ...(cursor && { cursor }) }, signal });
    for (const o of page.rows) {
      const month = monthOf(o.paidAt ?? o.createdAt);
      const spent = o.paidAt ? (toMinor(o.totalAmount) ?? 0) - (toMinor(o.refundedAmount) ?? 0) : 0;
      if (sums.has(month)) sums.set(month, (sums.get(month) ?? 0) + spent);
    }
    const end = page.rows.at(-1);
    cursor = end && monthOf(end.createdAt) < oldest ? null : page.next;
  }
  const name = new Intl.DateTimeFormat(locale(), { month: 'short', year: '2-digit', timeZone: 'UTC' });
  const bars = [...sums].map(([month, value]) => ({ label: name.format(new Date(`${month}-02T00:00Z`)), value, text: money(value) }));
  return { bars, partial: cursor !== null && cursor !== undefined };
}

export function SpendPlot({ id }: { id: string }): JSX.Element {
  const { data } = useLoad((signal) => readSpend(id, signal), [id, company.value?.zone]);
  return (
    <section class="card plotbox">
      {data && <Plot title={t('spentByMonth')} bars={data.bars} />}
      {data?.partial && <p class="quiet small">{t('partialPlot')}</p>}
    </section>
  );
}
