// What the sample shop sells. A real shop knows its articles itself; Clientele
// takes what was ordered, and staff confirm what it costs.
import type { JSX } from 'preact';
import { number } from '../i18n/time';
import { t } from './texts';

export const ARTICLES = [
  { sku: 'S-1', price: 120, name: 'a_tea' },
  { sku: 'S-2', price: 95, name: 'a_rice' },
  { sku: 'S-3', price: 240, name: 'a_oil' },
  { sku: 'S-4', price: 60, name: 'a_soap' },
] as const;

/** How many of each, by article number. */
export type Cart = Record<string, number>;

export const totalOf = (cart: Cart): number => ARTICLES.reduce((sum, a) => sum + a.price * (cart[a.sku] ?? 0), 0);

export const linesOf = (cart: Cart): { sku: string; name: string; quantity: number; unitPrice: string }[] =>
  ARTICLES.filter((a) => (cart[a.sku] ?? 0) > 0)
    .map((a) => ({ sku: a.sku, name: t(a.name), quantity: cart[a.sku] ?? 0, unitPrice: String(a.price) }));

export function Articles({ cart, set }: { cart: Cart; set: (c: Cart) => void }): JSX.Element {
  const change = (sku: string, by: number): void => set({ ...cart, [sku]: Math.max(0, Math.min(99, (cart[sku] ?? 0) + by)) });
  return (
    <section class="card stack" aria-label={t('articles')}>
      <h2>{t('articles')}</h2>
      <ul class="stack">
        {ARTICLES.map((a) => (
          <li key={a.sku} class="row apart article">
            <span>{t(a.name)} <span class="quiet num">{number(a.price)}</span></span>
            <span class="row tight" role="group" aria-label={t(a.name)}>
              <button type="button" class="btn small" aria-label={t('less', { name: t(a.name) })} disabled={!cart[a.sku]} onClick={() => change(a.sku, -1)}>−</button>
              <output class="count">{number(cart[a.sku] ?? 0)}</output>
              <button type="button" class="btn small" aria-label={t('more', { name: t(a.name) })} onClick={() => change(a.sku, 1)}>+</button>
            </span>
          </li>
        ))}
      </ul>
      <p class="row apart total"><strong>{t('total')}</strong><strong class="num">{number(totalOf(cart))}</strong></p>
    </section>
  );
}
