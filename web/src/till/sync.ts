// Sending what waits: one at a time, oldest first, over all tabs of this
// browser. Not reached, busy or down: later, as it is. Refused: kept, and shown
// to somebody; nothing that was paid is dropped by itself.
import { effect } from '@preact/signals';
import { call } from '../api/client';
import { ApiError, asApiError, isAbort } from '../api/error';
import { session } from '../api/session';
import type { Order, OrderNew } from '../api/types.gen';
import { online, reachable } from './online';
import { draft } from './state';
import { dropEntry, entries, keepEntry, loadQueue, waiting, type Entry, type Outcome, type Registration, type Sale } from './queue';

const SEND_MS = 5000;
/** How long a cashier waits while something else is being sent. */
const TURN_MS = 1500;

/** Sends for this tab and no other at the same time; an AbortError when its turn does not come. */
function alone<T>(work: () => Promise<T>, patience?: AbortSignal): Promise<T> {
  if (!('locks' in navigator)) return work();
  return navigator.locks.request('clientele-till-sync', patience ? { signal: patience } : {}, work) as Promise<T>;
}

/** Later is another chance: nothing reached, busy, down, or signed out. */
const isLater = (e: ApiError): boolean => e.transient || e.status === 401 || e.code === 'in_progress';

async function sendRegistration(entry: Entry, r: Registration): Promise<Entry['customer']> {
  if (entry.customer) return entry.customer;
  try {
    const made = await call('POST /api/customers', {
      body: { name: r.name, phone: r.phone }, idempotencyKey: r.id, signal: AbortSignal.timeout(SEND_MS),
    });
    return { id: made.id, name: made.name, matched: false };
  } catch (e) {
    const error = asApiError(e);
    const existing = error.answer['existing'] as { id: string; name: string } | undefined;
    if (error.code === 'phone_taken' && existing) return { ...existing, matched: true };
    throw error;
  }
}

async function postOrder(sale: Sale, customerId: string | null, why: string | null): Promise<Order> {
  const body = { ...sale.body, customerId };
  if (why) body.notes = [sale.body.notes, why].filter(Boolean).join('\n');
  // Another body needs another key; the order's id keeps it one order all the same.
  const post = (b: OrderNew, key: string): Promise<Order> =>
    call('POST /api/orders', { body: b, idempotencyKey: key, signal: AbortSignal.timeout(SEND_MS) });
  const key = why ? `${sale.id}-w` : sale.id;
  try {
    return await post(body, key);
  } catch (e) {
    const error = asApiError(e);
    if (!error.fields['externalId']) throw error;
    // Another till has this reference: it stays in the notes.
    const { externalId: _, ...rest } = body;
    return await post(rest, `${key}-r`);
  }
}

/** The record is not there any more: deleted, erased. */
const personIsGone = (e: ApiError): boolean => e.code === 'customer_not_found' || 'customerId' in e.fields;

async function sendOrder(sale: Sale): Promise<Outcome> {
  const registered = sale.registration ? entries.value.find((e) => e.id === sale.registration) : null;
  const customerId = sale.customerId ?? registered?.customer?.id ?? null;
  const refusal = registered?.problem ?? null;
  // The person first: what waits is sent in the order it came.
  if (registered?.state === 'waiting') throw new ApiError(0, 'offline', 'The registration waits.');
  if (refusal) {
    const order = await postOrder(sale, null, refusal);
    return { became: 'walkin', orderNumber: order.orderNumber, orderId: order.id, why: refusal };
  }
  try {
    const order = await postOrder(sale, customerId, null);
    const base = { orderNumber: order.orderNumber, orderId: order.id };
    return registered?.customer?.matched ? { became: 'matched', name: registered.customer.name, ...base } : { became: 'created', ...base };
  } catch (e) {
    const error = asApiError(e);
    if (!customerId || !personIsGone(error)) throw error;
    // Deleted or erased in the meantime: the sale happened all the same.
    const order = await postOrder(sale, null, error.message);
    return { became: 'walkin', orderNumber: order.orderNumber, orderId: order.id, why: error.message };
  }
}

/** One entry; throws what makes it wait, marks what was refused. */
async function sendEntry(entry: Entry): Promise<Entry> {
  try {
    if (entry.item.kind === 'registration') {
      return { ...entry, customer: await sendRegistration(entry, entry.item), state: 'sent', problem: null };
    }
    return { ...entry, outcome: await sendOrder(entry.item), state: 'sent', problem: null };
  } catch (e) {
    const error = asApiError(e);
    if (isLater(error)) throw error;
    const text = [error.message, ...Object.entries(error.fields).map(([f, m]) => `${f}: ${m}`)].join(' · ');
    return { ...entry, state: 'problem', problem: text };
  }
}

/** At the till, with the customer there: sent, waiting, or refused with an error. */
export async function sendNow(entry: Entry): Promise<Entry> {
  if (!online.value) return entry;
  const turn = new AbortController();
  const timer = setTimeout(() => turn.abort(), TURN_MS);
  return alone(async () => {
    clearTimeout(timer);
    try {
      const after = await sendEntry(entry);
      if (after.state === 'sent') await dropEntry(entry.id);
      if (after.state === 'problem') {
        await dropEntry(entry.id);
        throw new ApiError(400, 'refused', after.problem ?? '');
      }
      return after;
    } catch (e) {
      const error = asApiError(e);
      if (error.status === 401) await dropEntry(entry.id);
      if (!error.transient) throw error;
      if (error.status === 0) reachable(false);
      return entry;
    }
  }, turn.signal).catch((e: unknown) => {
    // Another turn: it is on the disk, and sent with the others.
    if (isAbort(e)) return entry;
    throw e;
  });
}

let running = false;

/** Everything that waits, until something is in the way. */
export async function sync(): Promise<void> {
  if (running || !online.value || session.value.status !== 'in') return;
  running = true;
  try {
    await alone(async () => {
      await loadQueue();
      for (const entry of waiting()) await keepEntry(await sendEntry(entry));
    });
  } catch (e) {
    if (asApiError(e).status === 0) reachable(false);
  } finally {
    running = false;
  }
}

export async function tryAgain(entry: Entry): Promise<void> {
  await keepEntry({ ...entry, state: 'waiting', problem: null });
  await sync();
}

/** What somebody has looked at is not shown any more. */
export async function dismiss(): Promise<void> {
  const needed = new Set(waiting().map((e) => (e.item.kind === 'sale' ? e.item.registration : null)));
  needed.add(draft.value.person?.registration ?? null);
  for (const e of entries.value) if (e.state === 'sent' && !needed.has(e.id)) await dropEntry(e.id);
}

const EVERY_MS = 10_000;

export function keepSyncing(): void {
  effect(() => {
    if (online.value && session.value.status === 'in') setTimeout(() => void sync(), 0);
  });
  setInterval(() => {
    if (waiting().length > 0) void sync();
  }, EVERY_MS);
}
