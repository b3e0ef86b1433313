// The people this till knows without the network: the least a sale needs (id,
// name, phone, points), up to 200,000, sealed page by page under a key that no
// script can read out. Filled in the background, kept fresh by the pull feed,
// and gone at sign-out, when the session is revoked, or after 30 days without
// contact: forgetting the key makes what is left on the disk noise.
import { effect } from '@preact/signals';
import { call, list } from '../api/client';
import { serverNow } from '../api/clock';
import { asApiError } from '../api/error';
import { currentUser, onSignOut, session } from '../api/session';
import type { CustomerRow } from '../api/types.gen';
import { seal, unseal, vaultForgetKey, vaultIsSecure, vaultKey, type Sealed } from '../api/vault';
import { ask, online } from './online';
import { entries, waiting } from './queue';
import { all, clear, get, put, remove } from './store';

export interface KeptPerson {
  id: string;
  name: string;
  phone: string | null;
  points: number;
}

interface Known extends KeptPerson {
  folded: string;
  digits: string;
  chunk: number;
}

interface Meta {
  companyId: string;
  /** Where filling goes on; null when everybody is here. */
  cursor: string | null;
  full: boolean;
  /** Last event of the feed that is in. */
  seq: number;
  chunks: number;
  contact: number;
}

const MOST = 200_000;
const PAUSE_MS = 60;
const FOLLOW_MS = 15_000;
const MONTH_MS = 30 * 86_400_000;

const people = new Map<string, Known>();
let meta: Meta | null = null;
let epoch = 0;

const fold = (s: string): string => s.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
const wait = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));
const lean = (c: CustomerRow): KeptPerson => ({ id: c.id, name: c.name, phone: c.phone, points: c.loyaltyPoints });

function learn(p: KeptPerson, chunk: number): void {
  people.set(p.id, { ...p, folded: ` ${fold(p.name)}`, digits: (p.phone ?? '').replace(/\D/g, ''), chunk });
}

async function keepChunk(n: number, of: KeptPerson[]): Promise<void> {
  await put('people', { n, sealed: await seal(await vaultKey('people'), of) });
}

const keepMeta = (): Promise<void> => put('meta', meta, 'people');

/** Out of memory, and off the disk. */
export async function wipePeople(): Promise<void> {
  epoch++;
  await forgetAll();
}

async function forgetAll(): Promise<void> {
  people.clear();
  meta = null;
  await vaultForgetKey('people');
  await clear('people');
  await remove('meta', 'people');
}

async function load(companyId: string): Promise<void> {
  const kept = await get<Meta>('meta', 'people');
  // A clock that jumped while the till was off: the service knows better, if it is there.
  if (kept && serverNow() - kept.contact > MONTH_MS) await ask();
  if (!kept || kept.companyId !== companyId || serverNow() - kept.contact > MONTH_MS) {
    await forgetAll();
    meta = { companyId, cursor: null, full: false, seq: -1, chunks: 0, contact: serverNow() };
    return;
  }
  const key = await vaultKey('people');
  for (const row of await all<{ n: number; sealed: Sealed }>('people')) {
    const of = await unseal<KeptPerson[]>(key, row.sealed).catch(() => []);
    for (const p of of) learn(p, row.n);
  }
  meta = kept;
}

/** The newest number of the feed: found by halving, since only what follows a number can be asked. */
async function feedHead(): Promise<number> {
  const someAfter = async (n: number): Promise<boolean> =>
    (await list('GET /api/events', { query: { after: n, limit: 1 } })).rows.length > 0;
  let low = 0;
  let high = 1;
  while (await someAfter(high)) {
    low = high;
    high *= 8;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await someAfter(middle)) low = middle;
    else high = middle;
  }
  return high;
}

async function fill(mine: number): Promise<void> {
  while (meta && !meta.full && people.size < MOST && mine === epoch) {
    const { rows, next } = await list('GET /api/customers', { query: { limit: 100, ...(meta.cursor && { cursor: meta.cursor }) } });
    if (mine !== epoch) return;
    const n = meta.chunks++;
    for (const c of rows) learn(lean(c), n);
    await keepChunk(n, rows.map(lean));
    meta = { ...meta, cursor: next, full: next === null, contact: serverNow() };
    await keepMeta();
    await wait(PAUSE_MS);
  }
}

/** What happened to somebody since: read anew, or gone. */
async function refresh(id: string): Promise<void> {
  const before = people.get(id);
  let now: KeptPerson | null = null;
  try {
    const c = await call('GET /api/customers/{id}', { path: { id } });
    // A merged id answers with the surviving record.
    now = c.id === id ? lean(c) : null;
  } catch (e) {
    if (asApiError(e).status !== 404) throw e;
  }
  if (!meta || (!before && people.size >= MOST)) return;
  const chunk = before?.chunk ?? meta.chunks++;
  if (now) learn(now, chunk);
  else people.delete(id);
  await keepChunk(chunk, [...people.values()].filter((p) => p.chunk === chunk)
    .map(({ id: i, name, phone, points }) => ({ id: i, name, phone, points })));
}

async function follow(mine: number): Promise<void> {
  while (meta && mine === epoch) {
    const { rows, next } = await list('GET /api/events', { query: { after: meta.seq, limit: 100 } });
    for (const id of new Set(rows.filter((e) => e.type.startsWith('customer.')).map((e) => e.subjectId))) await refresh(id);
    if (!meta || mine !== epoch) return;
    meta = { ...meta, seq: rows[rows.length - 1]?.seq ?? meta.seq, contact: serverNow() };
    await keepMeta();
    if (!next) return;
  }
}

async function work(mine: number, companyId: string): Promise<void> {
  if (!meta) await load(companyId);
  while (mine === epoch && session.value.status === 'in') {
    if (online.value && meta) {
      try {
        if (meta.seq < 0) {
          meta.seq = await feedHead();
          await keepMeta();
        }
        await follow(mine);
        await fill(mine);
      } catch {
        // Not reached, or not allowed: the till works without.
      }
    }
    await wait(FOLLOW_MS);
  }
}

/** Begins when somebody is signed in; without WebCrypto nothing is kept. */
export function keepPeople(): void {
  if (!vaultIsSecure()) return;
  onSignOut(wipePeople);
  effect(() => {
    const s = session.value.status;
    if (s === 'ended') void wipePeople();
    const companyId = currentUser()?.companyId;
    // The first sale comes first: this starts when the page is quiet.
    if (s === 'in' && companyId) {
      const mine = ++epoch;
      setTimeout(() => void work(mine, companyId).catch(() => undefined), 1500);
    }
  });
}

/** Best first, as the service would: by the number's beginning or end, or by words of the name. */
export function findKept(text: string, most = 8): KeptPerson[] {
  const digits = text.replace(/\D/g, '').replace(/^0+/, '');
  const words = fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const byNumber = digits.length >= 3;
  const found: [number, KeptPerson][] = [];
  const look = (p: KeptPerson, folded: string, own: string): void => {
    const at = byNumber ? own.indexOf(digits) : -1;
    if (byNumber ? at >= 0 : words.every((w) => folded.includes(` ${w}`))) {
      found.push([byNumber ? (own.endsWith(digits) ? 0 : at <= 3 ? 1 : 2) : folded.length, p]);
    }
  };
  for (const p of people.values()) look(p, p.folded, p.digits);
  // Registered here a moment ago, and not yet sent.
  for (const e of waiting()) {
    const r = e.item;
    if (r.kind === 'registration') {
      look({ id: r.id, name: r.name, phone: r.phone, points: 0 }, ` ${fold(r.name)}`, r.phone.replace(/\D/g, ''));
    }
  }
  return found.sort((a, b) => a[0] - b[0] || a[1].name.localeCompare(b[1].name)).slice(0, most).map((f) => f[1]);
}

export const isRegistration = (id: string): boolean => entries.value.some((e) => e.id === id && e.item.kind === 'registration');
export const peopleKept = (): number => people.size;
