// From a match, a registration or nothing to the person of the sale.
import { call } from '../api/client';
import { serverTime } from '../api/clock';
import { asApiError } from '../api/error';
import { currentUser } from '../api/session';
import { uuid7 } from '../api/uuid';
import { forgetAnswers, type Match } from './find';
import { online, reachable } from './online';
import { isRegistration } from './people';
import { entryOf, keepEntry, type Registration } from './queue';
import type { Person } from './state';

export function ofMatch(m: Match): Person {
  const here = m.row === null && isRegistration(m.id);
  return { id: here ? null : m.id, registration: here ? m.id : null, name: m.name, phone: m.phone, points: m.points };
}

export const walkIn = (name: string, phone: string): Person =>
  ({ id: null, registration: null, name: name.trim() || null, phone: phone.trim() || null, points: null });

/** A record now, or a registration that waits for the network. The API says what is wrong. */
export async function register(name: string, phone: string): Promise<Person> {
  const key = uuid7();
  if (online.value) {
    try {
      const made = await call('POST /api/customers', { body: { name: name.trim(), phone: phone.trim() }, idempotencyKey: key });
      forgetAnswers();
      return { id: made.id, registration: null, name: made.name, phone: made.phone, points: made.loyaltyPoints };
    } catch (e) {
      if (asApiError(e).status !== 0) throw e;
      reachable(false);
    }
  }
  const item: Registration = {
    kind: 'registration', id: key, at: serverTime(), companyId: currentUser()?.companyId ?? '',
    name: name.trim(), phone: phone.trim(),
  };
  await keepEntry(entryOf(item));
  return { id: null, registration: key, name: item.name, phone: item.phone, points: null };
}
