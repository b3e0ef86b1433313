// Sending what waits: one at a time, people first, then sales as they came, over
// all tabs of this browser. Not reached, busy or down: later, as it is. Refused:
// kept, and shown to somebody; nothing that was paid is dropped by itself.
import { effect } from '@preact/signals';
import { call } from '../api/client';
import { serverNow } from '../api/clock';
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

/** The oldest that the service takes, with an hour to spare. */
const oldest = (): string => new Date(serverNow() - 60 * 86_400_000 + 3_600_000).toISOString();

/**
 * Late: with the time of the sale, which is not now any more. What only
 * describes the sale never keeps it from being sent: what the service will not
 * have of that goes into the notes.
 */
async function postOrder(sale: Sale, customerId: string | null, why: string | null, late: boolean): Promise<Order> {
  const body: OrderNew = { ...sale.body, customerId, ...(late && { createdAt: sale.at }) };
  const note = (text: string): void => {
    body.notes = [body.notes, text].filter(Boolean).join('\n');
  };
  if (why) note(why);
  // Another body needs another key; the order's id keeps it one order all the same.
  let key = sale.id + (why ? '-w' : '') + (late ? '-l' : '');
  for (;;) {
    try {
      return await call('POST /api/orders', { body, idempotencyKey: key, signal: AbortSignal.timeout(SEND_MS) });
    } catch (e) {
      const refused = asApiError(e).fields;
      if (refused['createdAt'] && body.createdAt) {
        // Sold by a clock that was wrong, or kept here for months.
        const first = body.createdAt === sale.at;
        if (first) note(`${sale.at}: ${refused['createdAt']}`);
        if (first && Date.parse(sale.at) < serverNow()) body.createdAt = oldest();
        else delete body.createdAt;
        key = `${sale.id}-${body.createdAt ?? 'now'}`;
      } else if (refused['externalId'] && body.externalId) {
        // Another till has this reference: it stays in the notes.
        delete body.externalId;
        key += '-r';
      } else throw e;
    }
  }
}

/** The record is not there any more: deleted, erased. */
const personIsGone = (e: ApiError): boolean => e.code === 'customer_not_found' || 'customerId' in e.fields;

async function sendOrder(sale: Sale, late: boolean): Promise<Outcome> {
  const registered = sale.registration ? entries.value.find((e) => e.id === sale.registration) : null;
  const customerId = sale.customerId ?? registered?.customer?.id ?? null;
  const refusal = registered?.problem ?? null;
  // The person first: what waits is sent in the order it came.
  if (registered?.state === 'waiting') throw new ApiError(0, 'offline', 'The registration waits.');
  if (refusal) {
    const order = await postOrder(sale, null, refusal, late);
    return { became: 'walkin', orderNumber: order.orderNumber, orderId: order.id, why: refusal };
  }
  try {
    const order = await postOrder(sale, customerId, null, late);
    const base = { orderNumber: order.orderNumber, orderId: order.id };
    return registered?.customer?.matched ? { became: 'matched', name: registered.customer.name, ...base } : { became: 'created', ...base };
  } catch (e) {
    const error = asApiError(e);
    if (!customerId || !personIsGone(error)) throw error;
    // Deleted or erased in the meantime: the sale happened all the same.
    const order = await postOrder(sale, null, error.message, late);
    return { became: 'walkin', orderNumber: order.orderNumber, orderId: order.id, why: error.message };
  }
}

/** One entry; throws what makes it wait, marks what was refused. */
async function sendEntry(entry: Entry, late: boolean): Promise<Entry> {
  try {
    if (entry.item.kind === 'registration') {
      return { ...entry, customer: await sendRegistration(entry, entry.item), state: 'sent', problem: null };
    }
    return { ...entry, outcome: await sendOrder(entry.item, late), state: 'sent', problem: null };
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
      const after = await sendEntry(entry, false);
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
      // People first: a sale may need one that a wrong clock has put behind it.
      for (const kind of ['registration', 'sale']) {
        for (const entry of waiting()) if (entry.item.kind === kind) await keepEntry(await sendEntry(entry, true));
      }
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
