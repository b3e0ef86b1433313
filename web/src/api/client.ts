// Calls of the API, typed by docs/openapi.json:
//   const order = await call('GET /api/orders/{id}', { path: { id } });
//   const { rows, next } = await list('GET /api/customers', { query: { limit: 50 } });
// A failure throws ApiError; an aborted call throws what fetch throws then.
import { hear } from './clock';
import { ApiError, errorOf, offlineError } from './error';
import { accessToken, refused } from './session';
import type { Routes } from './types.gen';

type Given<R> = Pick<R, Extract<keyof R, 'path' | 'query' | 'body'>> & Extra;

export interface Extra {
  signal?: AbortSignal | undefined;
  /** The same key sends a thing once, however often it is sent. */
  idempotencyKey?: string;
  /** `version` of the record that was read: 412 when it has changed since. */
  ifMatch?: number;
  /** Without the session's token: sign-up, codes, a guest's checkout. */
  anonymous?: boolean;
}

type Args<R> = object extends Given<R> ? [options?: Given<R>] : [options: Given<R>];
type DataRoute = { [K in keyof Routes]: Routes[K] extends { data: unknown } ? K : never }[keyof Routes];
type ListRoute = { [K in keyof Routes]: Routes[K] extends { row: unknown } ? K : never }[keyof Routes];
type Data<K extends DataRoute> = Routes[K] extends { data: infer D } ? D : never;
type Row<K extends ListRoute> = Routes[K] extends { row: infer D } ? D : never;

export interface Page<T> {
  rows: T[];
  /** `cursor` of the next page; null on the last. */
  next: string | null;
}

export async function call<K extends DataRoute>(route: K, ...args: Args<Routes[K]>): Promise<Data<K>> {
  const answer = await send(route, args[0] ?? {});
  return (answer['data'] ?? null) as Data<K>;
}

export async function list<K extends ListRoute>(route: K, ...args: Args<Routes[K]>): Promise<Page<Row<K>>> {
  const answer = await send(route, args[0] ?? {});
  const meta = answer['meta'] as { nextCursor: string | null } | undefined;
  return { rows: (answer['data'] ?? []) as Row<K>[], next: meta?.nextCursor ?? null };
}

interface AnyGiven extends Extra {
  path?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | readonly string[] | undefined>;
  body?: unknown;
}

/** "/api/orders/0190…?limit=50" of a route and its parameters. */
export function address(route: string, given: AnyGiven): string {
  const path = route.slice(route.indexOf(' ') + 1)
    .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given.path?.[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given.query ?? {})) {
    if (Array.isArray(value)) for (const v of value) query.append(name, v);
    else if (value !== undefined && value !== '') query.append(name, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** The token is at fault. */
const REFUSED = new Set(['unauthenticated', 'token_expired', 'token_invalid']);

async function send(route: string, given: AnyGiven): Promise<Record<string, unknown>> {
  const token = given.anonymous ? null : await accessToken();
  const res = await exchange(route, given, token);
  if (res.ok) return await res.json() as Record<string, unknown>;
  const error = await errorOf(res);
  // Any other 401 is about what was sent: a password would be guessed twice.
  if (!REFUSED.has(error.code) || given.anonymous || !token) throw error;
  // The token was refused: revoked, or this clock is wrong. Once with a new one.
  const again = await exchange(route, given, await refused(token));
  if (again.ok) return await again.json() as Record<string, unknown>;
  throw await errorOf(again);
}

async function exchange(route: string, given: AnyGiven, token: string | null): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (token) headers['Authorization'] = `Bearer ${token}`;
  if (given.body !== undefined) headers['Content-Type'] = given.body instanceof Blob ? given.body.type : 'application/json';
  if (given.idempotencyKey) headers['Idempotency-Key'] = given.idempotencyKey;
  if (given.ifMatch !== undefined) headers['If-Match'] = `"${given.ifMatch}"`;
  const sent = Date.now();
  try {
    const res = await fetch(address(route, given), {
      method: route.slice(0, route.indexOf(' ')),
      headers,
      body: given.body === undefined ? null : given.body instanceof Blob ? given.body : JSON.stringify(given.body),
      signal: given.signal ?? null,
      credentials: 'omit',
      redirect: 'error',
    });
    hear(res, sent);
    return res;
  } catch (e) {
    // No connection, or none that answers in the time that the caller gives it.
    if (e instanceof TypeError || (e instanceof DOMException && e.name === 'TimeoutError')) throw offlineError();
    throw e;
  }
}

/** The bytes of a file that a GET answers (an export), with the session's token. */
export async function download(route: 'GET /api/customers/export' | 'GET /api/imports/{id}/rejects', given: AnyGiven): Promise<Blob> {
  const res = await exchange(route, given, await accessToken());
  if (!res.ok) throw await errorOf(res);
  return res.blob();
}

export { ApiError };
