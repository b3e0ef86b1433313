// What the till offers to sell: what was sold most often lately, and what was
// typed here since. Kept on the device, so that it is there without the network.
import { signal } from '@preact/signals';
import { list } from '../api/client';
import { onSignOut } from '../api/session';
import { toMinor } from '../i18n/money';
import type { Article } from './line-entry';

const KEPT = 'clientele-articles';
const MOST = 300;

function remembered(): Article[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '[]') as Article[];
  } catch {
    return [];
  }
}

export const articles = signal<Article[]>(remembered());

function keep(all: Article[]): void {
  articles.value = all.slice(0, MOST);
  localStorage.setItem(KEPT, JSON.stringify(articles.value));
}

export const same = (a: Pick<Article, 'name' | 'sku'>, b: Pick<Article, 'name' | 'sku'>): boolean => a.name === b.name && a.sku === b.sku;

export async function loadArticles(): Promise<void> {
  const { rows } = await list('GET /api/orders/items', { query: { limit: 100 } });
  const sold = rows.map((r) => ({ sku: r.sku, name: r.name, price: toMinor(r.unitPrice) ?? 0 }));
  keep([...sold, ...articles.value.filter((a) => !sold.some((s) => same(a, s)))]);
}

/** Typed with a price: known from now on, at the end of the list. */
export function learn(article: Article): void {
  const at = articles.value.findIndex((a) => same(a, article));
  keep(at < 0 ? [...articles.value, article] : articles.value.map((a, i) => (i === at ? article : a)));
}

onSignOut(() => {
  localStorage.removeItem(KEPT);
  articles.value = [];
});
