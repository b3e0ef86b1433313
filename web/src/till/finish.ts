// From the draft to a sale that is on the disk, and then to an order.
import { serverTime } from '../api/clock';
import { company } from '../api/company';
import { currentUser } from '../api/session';
import type { OrderNew } from '../api/types.gen';
import { fromMinor } from '../i18n/money';
import { learn } from './articles';
import { forgetAnswers } from './find';
import { entryOf, keepEntry, nextReference, type Entry, type Sale } from './queue';
import type { Draft } from './state';
import { stores, store } from './stores';
import { sendNow } from './sync';
import { subtotal, type Payment } from './totals';

function orderOf(d: Draft, reference: string, storeId: string | null, payments: Payment[]): OrderNew {
  return {
    id: d.id,
    status: 'PAID',
    externalId: reference,
    ...(storeId && { storeId }),
    ...(d.person?.id && { customerId: d.person.id }),
    ...(d.person?.name && { customerName: d.person.name }),
    ...(d.person?.phone && { customerPhone: d.person.phone }),
    lines: d.lines.map((l) => ({
      ...(l.sku && { sku: l.sku }), name: l.name, quantity: l.quantity / 1000, unitPrice: fromMinor(l.price),
      ...(l.discount > 0 && { discount: fromMinor(l.discount) }),
    })),
    ...(d.discount > 0 && { discount: fromMinor(d.discount) }),
    totalAmount: fromMinor(subtotal(d.lines) - d.discount),
    payments: payments.map((p) => ({
      method: p.method, amount: fromMinor(p.amount), ...(p.tendered !== null && { tendered: fromMinor(p.tendered) }),
    })),
    // Also where another till has the same as externalId.
    notes: reference,
  };
}

/**
 * Takes the sale: first onto the disk, then to the service if it is there.
 * Throws when the service refuses it; the draft is then still the cashier's.
 */
export async function finish(d: Draft, payments: Payment[]): Promise<Entry> {
  const reference = await nextReference();
  const at = serverTime();
  const storeId = stores.value.length ? store.value?.id ?? null : null;
  const total = subtotal(d.lines) - d.discount;
  const sale: Sale = {
    kind: 'sale', id: d.id, at, companyId: company.value?.id ?? currentUser()?.companyId ?? '',
    cashier: currentUser()?.name ?? '', storeId, reference, customerId: d.person?.id ?? null,
    registration: d.person?.registration ?? null, customerName: d.person?.name ?? null,
    customerPhone: d.person?.phone ?? null, lines: d.lines, discount: d.discount, total, payments,
    body: orderOf(d, reference, storeId, payments),
  };
  const entry = entryOf(sale);
  await keepEntry(entry);
  for (const l of d.lines) learn({ sku: l.sku, name: l.name, price: l.price });
  const after = await sendNow(entry);
  forgetAnswers();
  return after;
}
