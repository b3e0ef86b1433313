// The people this till knows without the network: the least a sale needs (id,
// name, phone, points), up to 200,000, sealed a thousand together (blocks.ts)
// under a key that no script can read out. Filled in the background, kept fresh
// by the pull feed, and gone at sign-out, when the session is revoked, or after
// 30 days without contact: forgetting the key makes what is left on the disk noise.
//
// Of several tabs one fills and follows; the others read what it writes.
import { computed, effect } from '@preact/signals';
import { call, list } from '../api/client';
import { serverNow } from '../api/clock';
import { asApiError } from '../api/error';
import { currentUser, onSignOut, session } from '../api/session';
import type { CustomerRow } from '../api/types.gen';
import { seal, unseal, vaultDropKey, vaultForgetKey, vaultIsSecure, vaultKey, type Sealed } from '../api/vault';
import { BLOCK, blockOf, columnsOf, has, peopleOf, search, sizeOf, type Block, type Columns, type KeptPerson } from './blocks';
import { ask, online } from './online';
import { entries, waiting } from './queue';
import { clear, get, putAll, remove } from './store';

interface Meta {
  /** Of what is kept; of another one it is filled anew. */
  form: 2;
  companyId: string;
  /** Where filling goes on; null when everybody is here. */
  cursor: string | null;
  full: boolean;
  /** Last event of the feed that is in. */
  seq: number;
  contact: number;
  /** How many there are: 0, 1, … */
  blocks: number;
  /** Those of people who came by the feed. */
  fed: number[];
}

interface Row {
  n: number;
  sealed: Sealed;
}

const MOST = 200_000;
/** The first sale comes first. */
const QUIET_MS = 1500;
const FOLLOW_MS = 15_000;
const MONTH_MS = 30 * 86_400_000;
const NAME = 'clientele-people';

const blocks = new Map<number, Block>();
let meta: Meta | null = null;
/** Counts what ends whatever is under way: a sign-out, another user. */
let epoch = 0;
/** What is on the disk is in memory. */
let loaded: Promise<void> = Promise.resolve();
let tabs: BroadcastChannel | null = null;

const nobody = (companyId: string): Meta =>
  ({ form: 2, companyId, cursor: null, full: false, seq: -1, contact: serverNow(), blocks: 0, fed: [] });
const wait = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));
const lean = (c: CustomerRow): KeptPerson => ({ id: c.id, name: c.name, phone: c.phone, points: c.loyaltyPoints });
const kept = (): number => [...blocks.values()].reduce((n, b) => n + sizeOf(b), 0);

/** Blocks and how far we are, in one: on the disk, then in memory. Nothing when it has ended in the meantime. */
async function keep(mine: number, now: Meta, changed: ReadonlyMap<number, readonly KeptPerson[]> = new Map()): Promise<void> {
  const key = await vaultKey('people');
  const made: [number, Columns, Sealed][] = [];
  for (const [n, people] of changed) {
    const columns = columnsOf(people);
    made.push([n, columns, await seal(key, columns)]);
  }
  if (mine !== epoch) return;
  await putAll([...made.map(([n, , sealed]) => ({ store: 'people', value: { n, sealed } satisfies Row })),
    { store: 'meta', value: now, key: 'people' }]);
  if (mine !== epoch) return;
  meta = now;
  for (const [n, columns] of made) {
    blocks.set(n, blockOf(columns));
    tabs?.postMessage(n);
  }
}

/** Out of memory, and off the disk. */
async function forgetAll(): Promise<void> {
  blocks.clear();
  meta = null;
  await vaultForgetKey('people');
  await clear('people');
  await remove('meta', 'people');
}

/** The same in all tabs. */
export async function wipePeople(): Promise<void> {
  epoch++;
  tabs?.postMessage('gone');
  await forgetAll();
}

async function readBlock(n: number): Promise<Block | null> {
  const row = await get<Row>('people', n);
  return row ? unseal<Columns>(await vaultKey('people'), row.sealed).then(blockOf, () => null) : null;
}

/** True when all that was kept is in memory. */
async function readAll(mine: number, there: Meta): Promise<boolean> {
  for (let n = 0; n < there.blocks; n++) {
    const block = await readBlock(n);
    if (!block || mine !== epoch) return false;
    blocks.set(n, block);
  }
  return true;
}

/** What is on the disk, if it is good for this. */
async function load(mine: number, companyId: string): Promise<void> {
  meta = null;
  const there = await get<Meta>('meta', 'people');
  // A clock that jumped while the till was off: the service knows better, if it is there.
  if (there && online.value && serverNow() - there.contact > MONTH_MS) await ask();
  const good = there?.form === 2 && there.companyId === companyId && serverNow() - there.contact <= MONTH_MS;
  if (good && await readAll(mine, there) && mine === epoch) meta = there;
}

/** From nothing: what is on the disk is of no use. */
async function startAnew(mine: number, companyId: string): Promise<void> {
  await forgetAll();
  if (mine === epoch) meta = nobody(companyId);
}

/** The newest number of the feed: found by halving, since only what follows a number can be asked. */
async function feedHead(): Promise<number> {
  const someAfter = async (n: number): Promise<boolean> =>
    (await list('GET /api/events', { query: { after: n, limit: 1 } })).rows.length > 0;
  if (!await someAfter(0)) return 0;
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
  let count = kept();
  while (meta && !meta.full && count < MOST && mine === epoch) {
    const people: KeptPerson[] = [];
    let { cursor } = meta;
    do {
      const asked = performance.now();
      const { rows, next } = await list('GET /api/customers', { query: { limit: 100, ...(cursor && { cursor }) } });
      people.push(...rows.map(lean));
      cursor = next;
      // As long as it took: half of what the service and this device can do is for the sale.
      await wait(Math.min(performance.now() - asked, 200));
    } while (cursor !== null && people.length < BLOCK && mine === epoch);
    const now: Meta = { ...meta, cursor, full: cursor === null, contact: serverNow(), blocks: meta.blocks + 1 };
    const others = people.filter((p) => holder(p.id, now.fed) === undefined);
    await keep(mine, now, new Map([[now.blocks - 1, others]]));
    count += others.length;
  }
}

/** The block that has this one. */
function holder(id: string, among: Iterable<number> = blocks.keys()): number | undefined {
  for (const n of among) if (has(blocks.get(n), id)) return n;
  return undefined;
}

/** Who that is now; null when they are gone. */
async function read(id: string): Promise<KeptPerson | null> {
  try {
    const c = await call('GET /api/customers/{id}', { path: { id } });
    // A merged id answers with the surviving record.
    return c.id === id ? lean(c) : null;
  } catch (e) {
    if (asApiError(e).status !== 404) throw e;
    return null;
  }
}

/** What happened to some since: everybody read anew, and each block written once with `now`. */
async function refresh(mine: number, ids: Iterable<string>, now: Meta): Promise<void> {
  const touched = new Map<number, KeptPerson[]>();
  const open = (n: number): KeptPerson[] => {
    const people = touched.get(n) ?? peopleOf(blocks.get(n));
    touched.set(n, people);
    return people;
  };
  let room = MOST - kept();
  for (const id of ids) {
    const is = await read(id);
    if (mine !== epoch) return;
    const n = holder(id);
    if (n !== undefined) {
      const people = open(n);
      people.splice(people.findIndex((p) => p.id === id), 1, ...(is ? [is] : []));
    } else if (is && room-- > 0) {
      let last = now.fed[now.fed.length - 1];
      if (last === undefined || open(last).length >= BLOCK) {
        last = now.blocks++;
        now.fed = [...now.fed, last];
      }
      open(last).push(is);
    }
  }
  await keep(mine, now, touched);
}

async function follow(mine: number): Promise<void> {
  while (meta && mine === epoch) {
    const { rows, next } = await list('GET /api/events', { query: { after: meta.seq, limit: 100 } });
    const ids = new Set(rows.filter((e) => e.type.startsWith('customer.')).map((e) => e.subjectId));
    await refresh(mine, ids, { ...meta, seq: rows[rows.length - 1]?.seq ?? meta.seq, contact: serverNow() });
    if (!next) return;
  }
}

/** Of all tabs in this one alone. */
async function work(mine: number, companyId: string): Promise<void> {
  if (!meta && mine === epoch) await startAnew(mine, companyId);
  while (mine === epoch) {
    if (meta && !online.value && serverNow() - meta.contact > MONTH_MS) {
      tabs?.postMessage('gone');
      await startAnew(mine, companyId);
    }
    if (online.value && meta) {
      try {
        if (meta.seq < 0) await keep(mine, { ...meta, seq: await feedHead() });
        await follow(mine);
        await fill(mine);
      } catch {
        // Not reached, or not allowed: the till works without.
      }
    }
    for (let waited = 0; waited < FOLLOW_MS && mine === epoch; waited += 500) await wait(500);
  }
}

async function begin(companyId: string): Promise<void> {
  const mine = ++epoch;
  blocks.clear();
  meta = null;
  // Without the network people are asked for at once.
  loaded = wait(online.value ? QUIET_MS : 0).then(() => (mine === epoch ? load(mine, companyId) : undefined)).catch(() => undefined);
  await loaded;
  return navigator.locks.request(NAME, { ifAvailable: true }, (mineAlone) => (mineAlone ? work(mine, companyId) : takeOver(mine, companyId)));
}

/** Another tab does it; should that one close, this one goes on from what is on the disk. */
function takeOver(mine: number, companyId: string): void {
  void navigator.locks.request(NAME, async () => {
    if (mine !== epoch) return;
    await load(mine, companyId);
    await work(mine, companyId);
  }).catch(() => undefined);
}

/** Another tab has written a block, or everybody is gone. */
async function hear(said: unknown): Promise<void> {
  const mine = said === 'gone' ? ++epoch : epoch;
  if (said === 'gone') {
    blocks.clear();
    meta = null;
    vaultDropKey('people');
  } else if (typeof said === 'number') {
    const block = await readBlock(said);
    if (block && mine === epoch) blocks.set(said, block);
  }
}

/** Begins when somebody is signed in; without WebCrypto nothing is kept. */
export function keepPeople(): void {
  if (!vaultIsSecure()) return;
  onSignOut(wipePeople);
  tabs = new BroadcastChannel(NAME);
  tabs.onmessage = (e) => void hear(e.data).catch(() => undefined);
  // Of the whole session only this: it is set anew with every renewal.
  const company = computed(() => {
    const { status } = session.value;
    return status === 'in' ? currentUser()?.companyId ?? null : status === 'ended' ? 'ended' : null;
  });
  effect(() => {
    const now = company.value;
    if (now === 'ended') void wipePeople();
    else if (now) void begin(now).catch(() => undefined);
  });
}

/** Whom this device knows; also who was registered here and is not yet sent. */
export async function findKept(text: string, most = 8): Promise<KeptPerson[]> {
  await loaded;
  const here = waiting().flatMap((e): KeptPerson[] =>
    (e.item.kind === 'registration' ? [{ id: e.id, name: e.item.name, phone: e.item.phone, points: 0 }] : []));
  return search([blockOf(columnsOf(here)), ...blocks.values()], text, most);
}

export const isRegistration = (id: string): boolean => entries.value.some((e) => e.id === id && e.item.kind === 'registration');
