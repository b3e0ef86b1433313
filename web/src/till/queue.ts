// Sales and registrations on their way to the service. Each is on the disk
// before the cashier sees "done", carries an id made here, and stays until the
// service has answered for it; the same id makes one order, however often it is
// sent.
import { signal } from '@preact/signals';
import { currentUser } from '../api/session';
import type { OrderNew } from '../api/types.gen';
import { done, result } from '../api/db';
import { vaultIsSecure } from '../api/vault';
import { all, pack, put, remove, tillDb, unpack } from './store';
import type { Line, Payment } from './totals';

export interface Registration {
  kind: 'registration';
  id: string;
  /** By the service's clock, as far as this device knows it. */
  at: string;
  companyId: string;
  name: string;
  phone: string;
}

/** Enough for the receipt, and to send it. */
export interface Sale {
  kind: 'sale';
  id: string;
  /** When it was sold, by the service's clock as far as this device knows it. */
  at: string;
  companyId: string;
  cashier: string;
  storeId: string | null;
  /** On the receipt until there is a number: "T-K7F3Q2-12". */
  reference: string;
  customerId: string | null;
  registration: string | null;
  customerName: string | null;
  customerPhone: string | null;
  lines: Line[];
  discount: number;
  total: number;
  payments: Payment[];
  body: OrderNew;
}

export type Outcome =
  | { became: 'created'; orderNumber: string | null; orderId: string }
  /** A record of that phone was there already. */
  | { became: 'matched'; orderNumber: string | null; orderId: string; name: string }
  /** The person is gone, or the number was none: the sale stands under its name and phone. */
  | { became: 'walkin'; orderNumber: string | null; orderId: string; why: string };

export interface Entry {
  id: string;
  item: Sale | Registration;
  state: 'waiting' | 'sent' | 'problem';
  /** What the service said, when it will not have it. */
  problem: string | null;
  outcome: Outcome | null;
  /** Of a registration: whose record it became. */
  customer: { id: string; name: string; matched: boolean } | null;
}

interface Row {
  id: string;
  packed: Awaited<ReturnType<typeof pack>>;
}

/** Everything kept, oldest first. */
export const entries = signal<Entry[]>([]);

export async function loadQueue(): Promise<void> {
  const rows = await all<Row>('queue');
  const read = await Promise.all(rows.map(async (r) => unpack<Entry>('queue', r.packed).catch(() => null)));
  const company = currentUser()?.companyId;
  const there = read.filter((e): e is Entry => e !== null && e.item.companyId === company);
  // What is on the disk without its person is here with it, until the page is closed.
  const here = vaultIsSecure() ? [] : entries.value.filter((e) => e.item.kind === 'registration' || there.some((t) => t.id === e.id));
  entries.value = [...there.filter((t) => !here.some((e) => e.id === t.id)), ...here]
    .sort((a, b) => a.item.at.localeCompare(b.item.at));
}

/**
 * What may lie on the disk. Nobody unsealed: where nothing can be sealed, a
 * paid sale is kept without the name and number of its person, and a
 * registration only in memory.
 */
function forDisk(entry: Entry): Entry | null {
  if (vaultIsSecure()) return entry;
  if (entry.item.kind === 'registration') return null;
  const { customerName: _, customerPhone: __, ...body } = entry.item.body;
  return { ...entry, item: { ...entry.item, customerName: null, customerPhone: null, registration: null, body } };
}

export async function keepEntry(entry: Entry): Promise<void> {
  const kept = forDisk(entry);
  if (kept) await put('queue', { id: entry.id, packed: await pack('queue', kept) } satisfies Row);
  const others = entries.value.filter((e) => e.id !== entry.id);
  entries.value = [...others, entry].sort((a, b) => a.item.at.localeCompare(b.item.at));
}

export async function dropEntry(id: string): Promise<void> {
  await remove('queue', id);
  entries.value = entries.value.filter((e) => e.id !== id);
}

export const entryOf = (item: Sale | Registration): Entry =>
  ({ id: item.id, item, state: 'waiting', problem: null, outcome: null, customer: null });

export const waiting = (): Entry[] => entries.value.filter((e) => e.state === 'waiting');

const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const newDevice = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => LETTERS[b % LETTERS.length]).join('');

/**
 * Unique to this device: its own six letters, and a count. On the disk before
 * it is used, so that a power cut gives none twice (localStorage would).
 */
export async function nextReference(): Promise<string> {
  const tx = (await tillDb()).transaction('meta', 'readwrite', { durability: 'strict' });
  const meta = tx.objectStore('meta');
  const last = await result(meta.get('reference')) as { device: string; count: number } | undefined;
  const next = { device: last?.device ?? newDevice(), count: (last?.count ?? 0) + 1 };
  meta.put(next, 'reference');
  await done(tx);
  return `T-${next.device}-${next.count}`;
}
