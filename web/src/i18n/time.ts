// Times in the company's zone, whatever the zone of this device.
import { serverNow } from '../api/clock';
import { company } from '../api/company';
import { common, locale } from './index';

const zone = (): string | undefined => company.value?.zone;

function format(iso: string | null | undefined, options: Intl.DateTimeFormatOptions): string {
  if (!iso) return '–';
  return new Intl.DateTimeFormat(locale(), { timeZone: zone(), ...options }).format(new Date(iso));
}

export const dateTime = (iso: string | null | undefined): string =>
  format(iso, { dateStyle: 'medium', timeStyle: 'short' });
export const date = (iso: string | null | undefined): string => format(iso, { dateStyle: 'medium' });
export const time = (iso: string | null | undefined): string => format(iso, { timeStyle: 'short' });
/** A date without a time ("1990-04-01"), which has no zone. */
export const day = (ymd: string | null | undefined): string =>
  (ymd ? new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${ymd}T00:00Z`)) : '–');

const STEPS: [Intl.RelativeTimeFormatUnit, number][] =
  [['year', 31_556_952], ['month', 2_629_746], ['week', 604_800], ['day', 86_400], ['hour', 3600], ['minute', 60]];

/** "3 days ago"; "never" without a time. */
export function ago(iso: string | null | undefined, now = serverNow()): string {
  if (!iso) return common.t('never');
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const f = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return f.format(Math.trunc(seconds / size), unit);
  }
  return common.t('justNow');
}

export const number = (n: number): string => new Intl.NumberFormat(locale()).format(n);
/** Of a quantity: up to three digits behind the point. */
export const quantity = (n: number): string =>
  new Intl.NumberFormat(locale(), { maximumFractionDigits: 3 }).format(n);
