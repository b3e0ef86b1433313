// Finding people while somebody types. Every key asks anew and aborts the
// question before; answers are remembered for a short while; without the
// network the people kept on this device answer.
import { call, list } from '../api/client';
import { asApiError, isAbort } from '../api/error';
import type { CustomerDetail, CustomerRow } from '../api/types.gen';
import { online, reachable } from './online';
import type { KeptPerson } from './blocks';
import { findKept } from './people';

/** What the till needs of a person; a row of the service has more. */
export interface Match {
  id: string;
  name: string;
  phone: string | null;
  phoneNational: string | null;
  points: number;
  /** Everything else, when it came from the service. */
  row: CustomerRow | null;
}

const digitsOf = (text: string): number => text.replace(/\D/g, '').length;
const lettersOf = (text: string): number => text.replace(/[^\p{L}\p{M}@]/gu, '').length;
/** Digits and what people write between them. */
export const looksLikePhone = (text: string): boolean => /^[+\d][\d\s()./-]*$/.test(text.trim());

/** From the third digit, or the second letter. */
export const worthAsking = (text: string): boolean => digitsOf(text) >= 3 || lettersOf(text) >= 2;

const KEEP_MS = 20_000;
/** A line that is there but answers nothing is as good as none. */
const SLOW_MS = 3000;
const answers = new Map<string, { at: number; matches: Match[] }>();

export function forgetAnswers(): void {
  answers.clear();
}

export const fromRow = (row: CustomerRow): Match => ({
  id: row.id, name: row.name, phone: row.phone, phoneNational: row.phoneNational, points: row.loyaltyPoints, row,
});
const fromKept = (p: KeptPerson): Match => ({
  id: p.id, name: p.name, phone: p.phone, phoneNational: null, points: p.points, row: null,
});

/** What was answered a moment ago, for the first paint; null when nothing. */
export function remembered(text: string): Match[] | null {
  const a = answers.get(text.trim().toLowerCase());
  return a && performance.now() - a.at < KEEP_MS ? a.matches : null;
}

export async function find(text: string, signal: AbortSignal): Promise<Match[]> {
  const key = text.trim().toLowerCase();
  const known = remembered(key);
  if (known) return known;
  if (!online.value) return (await findKept(key)).map(fromKept);
  try {
    const { rows } = await list('GET /api/customers/search', {
      query: { q: key, limit: 8 }, signal: AbortSignal.any([signal, AbortSignal.timeout(SLOW_MS)]),
    });
    const matches = rows.map(fromRow);
    answers.set(key, { at: performance.now(), matches });
    if (answers.size > 100) answers.delete(answers.keys().next().value ?? '');
    return matches;
  } catch (e) {
    if (isAbort(e) || !asApiError(e).transient) throw e;
    reachable(false);
    return (await findKept(key)).map(fromKept);
  }
}

/** The one who has exactly this number, in any spelling; null when nobody has. */
export async function byPhone(text: string): Promise<Match | null> {
  try {
    return fromRow(await call('GET /api/customers/phone/{phone}', { path: { phone: text.trim() } }));
  } catch (e) {
    const error = asApiError(e);
    if (error.status === 404 || error.status === 400) return null;
    throw error;
  }
}

export const detail = (id: string, signal: AbortSignal): Promise<CustomerDetail> =>
  call('GET /api/customers/{id}', { path: { id }, signal });

export async function recents(storeId: string | null, signal: AbortSignal): Promise<Match[]> {
  const { rows } = await list('GET /api/customers/recent', { query: { ...(storeId && { storeId }), limit: 8 }, signal });
  return rows.map(fromRow);
}
