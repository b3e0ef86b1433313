// What the till keeps on this device: sales and registrations on their way, and
// the people it knows. Sales are sealed under a key of their own, so that wiping
// the people at sign-out never loses what was paid.
import { done, openDb, result } from '../api/db';
import { seal, unseal, vaultIsSecure, vaultKey, type Sealed } from '../api/vault';

let opened: Promise<IDBDatabase> | null = null;

export function tillDb(): Promise<IDBDatabase> {
  opened ??= openDb('clientele-till', 1, (db) => {
    db.createObjectStore('queue', { keyPath: 'id' });
    db.createObjectStore('people', { keyPath: 'n' });
    db.createObjectStore('meta');
  });
  return opened;
}

/** Without WebCrypto (plain HTTP to another machine) a paid sale is kept open rather than not at all, without its person. */
export async function pack(key: string, value: unknown): Promise<Sealed | { plain: unknown }> {
  return vaultIsSecure() ? seal(await vaultKey(key), value) : { plain: value };
}

export async function unpack<T>(key: string, packed: Sealed | { plain: unknown }): Promise<T> {
  return 'plain' in packed ? packed.plain as T : unseal<T>(await vaultKey(key), packed);
}

export async function put(store: string, value: unknown, key?: string): Promise<void> {
  const tx = (await tillDb()).transaction(store, 'readwrite', { durability: 'strict' });
  tx.objectStore(store).put(value, key);
  await done(tx);
}

/** All of it or nothing. */
export async function putAll(rows: readonly { store: string; value: unknown; key?: string }[]): Promise<void> {
  const tx = (await tillDb()).transaction([...new Set(rows.map((r) => r.store))], 'readwrite', { durability: 'strict' });
  for (const r of rows) tx.objectStore(r.store).put(r.value, r.key);
  await done(tx);
}

export async function all<T>(store: string): Promise<T[]> {
  return await result((await tillDb()).transaction(store).objectStore(store).getAll()) as T[];
}

export async function get<T>(store: string, key: IDBValidKey): Promise<T | undefined> {
  return await result((await tillDb()).transaction(store).objectStore(store).get(key)) as T | undefined;
}

export async function remove(store: string, key: IDBValidKey): Promise<void> {
  const tx = (await tillDb()).transaction(store, 'readwrite', { durability: 'strict' });
  tx.objectStore(store).delete(key);
  await done(tx);
}

export async function clear(store: string): Promise<void> {
  const tx = (await tillDb()).transaction(store, 'readwrite');
  tx.objectStore(store).clear();
  await done(tx);
}
