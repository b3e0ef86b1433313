// The sale at hand. It is kept sealed in this browser as it grows, so that a
// reload, a crash or a session that ended leaves it where it was; signing out
// wipes it.
import { computed, effect, signal } from '@preact/signals';
import { onSignOut } from '../api/session';
import { uuid7 } from '../api/uuid';
import { vaultDelete, vaultGet, vaultPut } from '../api/vault';
import type { Article } from './line-entry';
import { lineAmount, paidSum, subtotal, type Line, type Payment } from './totals';

/** Whom the till is selling to: known, registered while offline, or just a name. */
export interface Person {
  /** Of the record; null: walk-in, or not yet registered. */
  id: string | null;
  /** Registered here without the network: sent before the sale. */
  registration: string | null;
  name: string | null;
  phone: string | null;
  points: number | null;
}

export interface Draft {
  id: string;
  person: Person | null;
  lines: Line[];
  discount: number;
  payments: Payment[];
}

const SLOT = 'till-cart';

export const emptyDraft = (): Draft => ({ id: uuid7(), person: null, lines: [], discount: 0, payments: [] });
export const draft = signal<Draft>(emptyDraft());
/** Every article on the screen has a key; they rise. */
let keys = 0;

export const sum = computed(() => subtotal(draft.value.lines));
export const total = computed(() => Math.max(0, sum.value - draft.value.discount));
export const due = computed(() => total.value - paidSum(draft.value.payments));

export function change(part: Partial<Draft>): void {
  draft.value = { ...draft.value, ...part };
}

export function addLine(line: Omit<Line, 'key'>): void {
  const { lines } = draft.value;
  const same = lines.find((l) => l.name === line.name && l.sku === line.sku && l.price === line.price
    && l.discount === 0 && line.discount === 0);
  if (same) setLine(same.key, { quantity: same.quantity + line.quantity });
  else change({ lines: [...lines, { ...line, key: ++keys }] });
}

/** One of it, at its price. */
export const addArticle = (a: Article): void => addLine({ sku: a.sku, name: a.name, quantity: 1000, price: a.price, discount: 0 });

export function setLine(key: number, part: Partial<Line>): void {
  change({
    lines: draft.value.lines.map((l) => {
      if (l.key !== key) return l;
      const next = { ...l, ...part };
      // A discount is never more than the line costs.
      return { ...next, discount: Math.min(next.discount, lineAmount({ ...next, discount: 0 })) };
    }),
    payments: [],
  });
}

export function removeLine(key: number): void {
  const lines = draft.value.lines.filter((l) => l.key !== key);
  change({ lines, discount: Math.min(draft.value.discount, subtotal(lines)), payments: [] });
}

export const isEmpty = (d: Draft): boolean => !d.person && d.lines.length === 0;

/** Takes up what was there before a reload, then keeps what changes. */
export async function restoreDraft(): Promise<void> {
  const kept = await vaultGet<Draft>(SLOT).catch(() => null);
  if (kept) {
    draft.value = { ...kept, payments: [] };
    keys = Math.max(0, ...kept.lines.map((l) => l.key));
  }
  let last = Promise.resolve();
  effect(() => {
    const d = draft.value;
    // One after the other: an older state must never land last.
    last = last.then(() => (isEmpty(d) ? vaultDelete(SLOT) : vaultPut(SLOT, d))).catch(() => undefined);
  });
}

export function newSale(): void {
  draft.value = emptyDraft();
}

onSignOut(() => {
  newSale();
  return vaultDelete(SLOT);
});
