// What the person of the sale buys most often, first among what the till offers.
// Asked for when the person is taken; without the network it is not known.
import { computed, effect, signal } from '@preact/signals';
import { list } from '../api/client';
import { may } from '../api/session';
import { toMinor } from '../i18n/money';
import { articles, same } from './articles';
import type { Article } from './line-entry';
import { online } from './online';
import { draft } from './state';

export interface Favourite extends Article {
  times: number;
}

const MOST = 5;
/** What comes later would only move under the fingers. */
const LATE_MS = 2000;

export const favourites = signal<Favourite[]>([]);
export const isFavourite = (a: Article): boolean => favourites.value.some((f) => same(f, a));

/** Theirs, then what the shop sells most. */
export const offered = computed<Article[]>(() => [...favourites.value, ...articles.value.filter((a) => !isFavourite(a))]);

async function load(id: string, signal: AbortSignal): Promise<void> {
  const { rows } = await list('GET /api/customers/{id}/items', {
    path: { id }, query: { limit: MOST }, signal: AbortSignal.any([signal, AbortSignal.timeout(LATE_MS)]),
  });
  if (signal.aborted) return;
  favourites.value = rows.map((r) => {
    const known = articles.value.find((a) => same(a, r));
    // What it costs today, not what it cost them then.
    return { sku: r.sku, name: r.name, price: known?.price ?? toMinor(r.unitPrice) ?? 0, times: r.times };
  });
}

export function watchFavourites(): void {
  const person = computed(() => draft.value.person?.id ?? null);
  let stop = new AbortController();
  effect(() => {
    const id = person.value;
    stop.abort();
    stop = new AbortController();
    favourites.value = [];
    if (id && online.peek() && may('READ_ORDER')) load(id, stop.signal).catch(() => undefined);
  });
}
