// What a cashier types for a line, one field for all of it:
//   milk            the article milk at its known price
//   2 milk          two of it
//   2 milk 30       two at 30.00 each, known or not
//   0.35 rice 120   by weight
//   3               article number 3 of the most sold
//   2*3             two of that
//   milk 30 -5      5.00 off the line; -10% a tenth
//   8901234567890   a bar code: the article with this sku
import { parseAmount } from '../i18n/money';

export interface Article {
  sku: string | null;
  name: string;
  /** Minor units. */
  price: number;
}

export interface Entry {
  /** Thousandths. */
  quantity: number;
  name: string;
  /** Minor units; null: not said. */
  price: number | null;
  /** Minor units, or share of the line in percent. */
  discount: { minor: number } | { percent: number } | null;
  /** "2*3": the third of the most sold. */
  place: number | null;
}

const NUMBER = /^\d{1,7}(?:[.,]\d{1,3})?$/;

/** "1.5" → 1500; null when it is no quantity. */
export function parseQuantity(text: string): number | null {
  if (!NUMBER.test(text)) return null;
  const thousandths = Math.round(Number(text.replace(',', '.')) * 1000);
  return thousandths > 0 ? thousandths : null;
}

function discountOf(token: string): Entry['discount'] {
  const m = /^-(\d+(?:[.,]\d+)?)(%?)$/.exec(token);
  if (!m?.[1]) return null;
  if (m[2]) {
    const percent = Number(m[1].replace(',', '.'));
    return percent <= 100 ? { percent } : null;
  }
  const minor = parseAmount(m[1]);
  return minor === null ? null : { minor };
}

export function parseEntry(typed: string): Entry | null {
  const text = typed.trim().replace(/\s+/g, ' ');
  if (!text) return null;
  const place = /^(?:(\d+(?:[.,]\d+)?)\*)?(\d{1,2})$/.exec(text);
  if (place) {
    const quantity = place[1] ? parseQuantity(place[1]) : 1000;
    return quantity === null ? null : { quantity, name: '', price: null, discount: null, place: Number(place[2]) };
  }
  const tokens = text.split(' ');
  const discount = tokens.length > 1 ? discountOf(tokens[tokens.length - 1] ?? '') : null;
  if (discount) tokens.pop();
  let price: number | null = null;
  if (tokens.length > 1 && /^[\d.,]+$/.test(tokens[tokens.length - 1] ?? '')) {
    price = parseAmount(tokens[tokens.length - 1] ?? '');
    if (price !== null) tokens.pop();
  }
  let quantity = 1000;
  if (tokens.length > 1) {
    const first = parseQuantity((tokens[0] ?? '').replace(/[x*×]$/, ''));
    if (first !== null) {
      quantity = first;
      tokens.shift();
    }
  }
  return { quantity, name: tokens.join(' '), price, discount, place: null };
}

const fold = (s: string): string => s.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

/** Articles that fit what is typed, best first: by sku, by beginning, by a word's beginning, anywhere. */
export function matching(articles: readonly Article[], name: string, most = 6): Article[] {
  const wanted = fold(name);
  if (!wanted) return [];
  const ranked: [number, number, Article][] = [];
  articles.forEach((a, i) => {
    const has = fold(a.name);
    const rank = a.sku && fold(a.sku) === wanted ? 0 : has === wanted ? 1 : has.startsWith(wanted) ? 2
      : has.includes(` ${wanted}`) ? 3 : has.includes(wanted) ? 4 : -1;
    if (rank >= 0) ranked.push([rank, i, a]);
  });
  return ranked.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, most).map((r) => r[2]);
}
