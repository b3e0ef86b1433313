// Who is signed in, and the tokens of that.
//
// Tokens have to outlive the tab: a till is reloaded, killed and started again
// in the middle of the day. They lie in IndexedDB, sealed (vault.ts), and not
//  - in localStorage, which every copy of the profile, backup and extension with
//    storage access holds in clear text;
//  - in sessionStorage, which a duplicated tab copies: two tabs would then use
//    one token that is good once, and the second use ends the whole session;
//  - in a cookie, which the browser adds to requests that other sites cause:
//    with bearer tokens there is nothing to forge (CSRF), and the API has one
//    kind of caller.
// Script of another origin cannot run here (CSP, trusted types), which is what
// protects tokens in use, wherever they are kept.
//
// A refresh token is good once. Web Locks make renewing single flight over all
// tabs, and the tokens stored last are the ones used; the access token is stored
// too, so that a reload does not renew: a second reload while the answer is on
// its way would lose it, and the next use of the old one ends the session. Staff pages and customer pages
// are two realms, so that a customer's page never acts with a cashier's rights.
import { signal } from '@preact/signals';
import { hear } from './clock';
import { ApiError, errorOf, offlineError } from './error';
import type { Session, SignedInUser } from './types.gen';
import { vaultDelete, vaultGet, vaultPut } from './vault';

export type Realm = 'staff' | 'customer';

export type SessionState =
  | { status: 'starting' }
  | { status: 'out' }
  | { status: 'in'; user: SignedInUser }
  /** It ended by itself; what is on the screen stays, somebody signs in over it. */
  | { status: 'ended'; user: SignedInUser };

interface Kept {
  refreshToken: string;
  accessToken: string;
  /** By this device's clock. Wrong, it costs a refused call and a renewal. */
  until: number;
  user: SignedInUser;
}

export const session = signal<SessionState>({ status: 'starting' });

let realm: Realm = 'staff';
let access: { token: string; until: number } | null = null;
let renewing: Promise<string> | null = null;
let channel: BroadcastChannel | null = null;
const leaving: (() => Promise<void> | void)[] = [];

const slot = (): string => `session-${realm}`;

/** Runs when the user signs out or another one signs in: wipe what was theirs. */
export function onSignOut(wipe: () => Promise<void> | void): void {
  leaving.push(wipe);
}

/** Once, before the page is drawn. */
export async function startSession(which: Realm): Promise<void> {
  realm = which;
  channel = new BroadcastChannel(slot());
  channel.onmessage = () => void follow();
  await follow();
}

/** What this tab shows follows what another tab did. */
async function follow(): Promise<void> {
  const kept = await vaultGet<Kept>(slot());
  access = usable(kept);
  session.value = kept ? { status: 'in', user: kept.user } : { status: 'out' };
}

function usable(kept: Kept | null): typeof access {
  return kept && kept.until > Date.now() ? { token: kept.accessToken, until: kept.until } : null;
}

async function keep(s: Session): Promise<void> {
  const until = Date.now() + s.expiresIn * 1000 - 30_000;
  await vaultPut(slot(), { refreshToken: s.refreshToken, accessToken: s.accessToken, until, user: s.user } satisfies Kept);
  access = { token: s.accessToken, until };
  session.value = { status: 'in', user: s.user };
}

/** Takes over a session that some call answered: sign-in, sign-up, a code. */
export async function adopt(s: Session): Promise<void> {
  const before = session.value;
  const other = 'user' in before && before.user.id !== s.user.id;
  const kept = await vaultGet<Kept>(slot());
  if (other) await forget();
  await keep(s);
  channel?.postMessage('in');
  // Nobody will use the one that this takes the place of.
  if (kept) await post('/api/auth/logout', { refreshToken: kept.refreshToken }).catch(() => undefined);
}

/** Signs in by a public route of the API that answers a session. */
export async function signIn(body: Record<string, unknown>, path = '/api/auth/login'): Promise<void> {
  const res = await post(path, body);
  if (!res.ok) throw await errorOf(res);
  const { data } = await res.json() as { data: Session };
  await adopt(data);
}

export async function signOut(): Promise<void> {
  const kept = await vaultGet<Kept>(slot());
  await vaultDelete(slot());
  await forget();
  session.value = { status: 'out' };
  channel?.postMessage('out');
  // Signed out here whether or not the service hears of it.
  if (kept) await post('/api/auth/logout', { refreshToken: kept.refreshToken }).catch(() => undefined);
}

async function forget(): Promise<void> {
  access = null;
  for (const wipe of leaving) await wipe();
}

/** For a call: a token that is still good; null when nobody is signed in. */
export async function accessToken(): Promise<string | null> {
  if (access && Date.now() < access.until) return access.token;
  const s = session.value.status;
  if (s === 'out' || s === 'ended') throw new ApiError(401, 'unauthenticated', 'Sign in first.');
  return renew();
}

/** This token was refused; another one, or the session has ended. */
export function refused(token: string): Promise<string> {
  if (access?.token === token) access = null;
  return access ? Promise.resolve(access.token) : renew(token);
}

function renew(not?: string): Promise<string> {
  renewing ??= locked(() => renewNow(not)).finally(() => {
    renewing = null;
  });
  return renewing;
}

function locked<T>(work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? navigator.locks.request(slot(), work) as Promise<T> : work();
}

async function renewNow(not?: string): Promise<string> {
  const kept = await vaultGet<Kept>(slot());
  // Another tab was quicker.
  access = usable(kept);
  if (access && access.token !== not) return access.token;
  if (!kept) {
    // Ended stays ended: of two calls that were refused one comes second.
    if (session.value.status !== 'ended') session.value = { status: 'out' };
    throw new ApiError(401, 'unauthenticated', 'Sign in first.');
  }
  const res = await post('/api/auth/refresh', { refreshToken: kept.refreshToken });
  if (res.ok) {
    const { data } = await res.json() as { data: Session };
    await keep(data);
    return data.accessToken;
  }
  const error = await errorOf(res);
  if (error.status === 401 || error.status === 403) {
    await vaultDelete(slot());
    access = null;
    session.value = { status: 'ended', user: kept.user };
  }
  throw error;
}

async function post(path: string, body: unknown): Promise<Response> {
  const sent = Date.now();
  try {
    const res = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(body),
      credentials: 'omit',
      redirect: 'error',
    });
    hear(res, sent);
    return res;
  } catch {
    throw offlineError();
  }
}

/** The service says something new of the user: a second factor, other permissions. */
export async function updateUser(user: SignedInUser): Promise<void> {
  const now = currentUser();
  const kept = await vaultGet<Kept>(slot());
  if (!kept || now?.id !== user.id || session.value.status !== 'in') return;
  await vaultPut(slot(), { ...kept, user } satisfies Kept);
  session.value = { status: 'in', user };
}

/** The signed-in user, or null. */
export function currentUser(): SignedInUser | null {
  const s = session.value;
  return 'user' in s ? s.user : null;
}

export const may = (permission: SignedInUser['permissions'][number]): boolean =>
  currentUser()?.permissions.includes(permission) ?? false;
