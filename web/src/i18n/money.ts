// Amounts. The API sends decimal text ("150.00"); sums are made in whole minor
// units, never in floating point.
import { company } from '../api/company';
import { locale } from './index';

const digitsOf = new Map<string, number>();

/** Digits behind the point: 2 of INR, 0 of JPY, 3 of KWD. */
export function currencyDigits(currency: string): number {
  let digits = digitsOf.get(currency);
  if (digits === undefined) {
    digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digitsOf.set(currency, digits);
  }
  return digits;
}

export const currentCurrency = (): string => company.value?.currency ?? 'USD';

/** "150.5" → 15050; null when it is no amount, or finer than the currency. */
export function toMinor(text: string, currency = currentCurrency()): number | null {
  const digits = currencyDigits(currency);
  const m = /^(-?)(\d{1,12})(?:\.(\d*))?$/.exec(text.trim());
  if (!m) return null;
  const fraction = (m[3] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return null;
  const minor = Number(`${m[2]}${fraction.padEnd(digits, '0')}`);
  return m[1] ? -minor : minor;
}

/** 15050 → "150.50", as the API takes it. */
export function fromMinor(minor: number, currency = currentCurrency()): string {
  const digits = currencyDigits(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  return (minor < 0 ? '-' : '') + (digits ? `${whole}.${text.slice(-digits)}` : whole);
}

/** Groups of three, or of two before the last three as in India; one mark for all. */
const GROUPED = /^\d{1,3}([.,])(?:\d{2,3}\1)*\d{3}$/;

/** What a person typed: decimal comma or point, thousands separators of either kind, spaces. */
export function parseAmount(typed: string, currency = currentCurrency()): number | null {
  const text = typed.replace(/[\s’'\u00a0\u202f]/g, '').replace(/[०-९]/g, (d) => String(d.charCodeAt(0) - 0x966));
  const last = Math.max(text.lastIndexOf(','), text.lastIndexOf('.'));
  let whole = text;
  let fraction = '';
  if (last >= 0) {
    const several = text.split(text[last] as string).length > 2;
    // "1,234" is a thousand, unless the currency has three digits itself.
    if (!several && (text.length - last !== 4 || currencyDigits(currency) >= 3)) {
      whole = text.slice(0, last);
      fraction = text.slice(last);
    }
  }
  if (/[.,]/.test(whole)) {
    if (!GROUPED.test(whole)) return null;
    whole = whole.replace(/[.,]/g, '');
  }
  return toMinor(whole + fraction.replace(',', '.'), currency);
}

/** For people: "₹150.00". */
export function money(amount: string | number | null | undefined, currency = currentCurrency()): string {
  if (amount === null || amount === undefined) return '–';
  const text = typeof amount === 'number' ? fromMinor(amount, currency) : amount;
  const f = new Intl.NumberFormat(locale(), { style: 'currency', currency });
  // A decimal string keeps every digit; typings lag behind the standard.
  return f.format(text as unknown as number);
}
