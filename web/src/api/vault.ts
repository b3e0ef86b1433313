// A small sealed store of this browser: values encrypted with an AES-GCM key
// that no script can read out (a CryptoKey that is not extractable, kept in
// IndexedDB). Where the page is not in a secure context (plain HTTP to another
// machine) the browser has no WebCrypto, and values live in memory only.
import { done, openDb, result } from './db';

export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

const secure = globalThis.isSecureContext && 'subtle' in crypto && 'indexedDB' in globalThis;
const memory = new Map<string, unknown>();

let opened: Promise<IDBDatabase> | null = null;
function db(): Promise<IDBDatabase> {
  opened ??= openDb('clientele-vault', 1, (d) => {
    d.createObjectStore('keys');
    d.createObjectStore('values');
  });
  return opened;
}

const keys = new Map<string, Promise<CryptoKey>>();

/** The key of this name, made when there is none. */
export function vaultKey(name: string): Promise<CryptoKey> {
  let key = keys.get(name);
  if (!key) {
    key = loadKey(name);
    keys.set(name, key);
  }
  return key;
}

async function loadKey(name: string): Promise<CryptoKey> {
  const d = await db();
  const there: unknown = await result(d.transaction('keys').objectStore('keys').get(name));
  if (there instanceof CryptoKey) return there;
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const tx = d.transaction('keys', 'readwrite');
  const store = tx.objectStore('keys');
  // Another tab may have been quicker: the first key stays.
  const first: unknown = await result(store.get(name));
  if (!(first instanceof CryptoKey)) store.put(made, name);
  await done(tx);
  return first instanceof CryptoKey ? first : made;
}

/** Another tab has forgotten it: the next use asks for what is there then. */
export function vaultDropKey(name: string): void {
  keys.delete(name);
}

/** Without its key, what was sealed is noise: the quickest way to forget much. */
export async function vaultForgetKey(name: string): Promise<void> {
  keys.delete(name);
  if (!secure) return;
  const tx = (await db()).transaction('keys', 'readwrite');
  tx.objectStore('keys').delete(name);
  await done(tx);
}

export async function seal(key: CryptoKey, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, text) };
}

export async function unseal<T>(key: CryptoKey, sealed: Sealed): Promise<T> {
  const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv }, key, sealed.data);
  return JSON.parse(new TextDecoder().decode(text)) as T;
}

export async function vaultPut(name: string, value: unknown): Promise<void> {
  if (!secure) {
    memory.set(name, value);
    return;
  }
  const sealed = await seal(await vaultKey('vault'), value);
  const tx = (await db()).transaction('values', 'readwrite');
  tx.objectStore('values').put(sealed, name);
  await done(tx);
}

/** null when there is none, or when it can no longer be opened. */
export async function vaultGet<T>(name: string): Promise<T | null> {
  if (!secure) return (memory.get(name) as T | undefined) ?? null;
  const sealed = await result((await db()).transaction('values').objectStore('values').get(name)) as Sealed | undefined;
  if (!sealed) return null;
  try {
    return await unseal<T>(await vaultKey('vault'), sealed);
  } catch {
    return null;
  }
}

export async function vaultDelete(name: string): Promise<void> {
  memory.delete(name);
  if (!secure) return;
  const tx = (await db()).transaction('values', 'readwrite');
  tx.objectStore('values').delete(name);
  await done(tx);
}

export const vaultIsSecure = (): boolean => secure;
