// The sums of a sale, by the rules of the service: a line is quantity times
// price, rounded half up, minus its discount; everything in whole minor units.

export interface Line {
  /** Of this sale, for the screen. */
  key: number;
  sku: string | null;
  name: string;
  /** Thousandths. */
  quantity: number;
  price: number;
  discount: number;
}

export type Method = 'CASH' | 'CARD' | 'UPI' | 'WALLET';

export interface Payment {
  method: Method;
  amount: number;
  /** Cash handed over, when more than the amount. */
  tendered: number | null;
}

/** Before its discount. */
export function gross(quantity: number, price: number): number {
  return Number((BigInt(quantity) * BigInt(price) + 500n) / 1000n);
}

export const lineAmount = (l: Line): number => gross(l.quantity, l.price) - l.discount;
export const subtotal = (lines: readonly Line[]): number => lines.reduce((sum, l) => sum + lineAmount(l), 0);
export const paidSum = (payments: readonly Payment[]): number => payments.reduce((sum, p) => sum + p.amount, 0);

/** A share of an amount, rounded half up. */
export const percentOf = (amount: number, percent: number): number => Math.floor((amount * percent) / 100 + 0.5);

/** What a payment of so much by this method does to what is due: null when it cannot be. */
export function take(method: Method, typed: number, due: number): { payment: Payment; change: number } | null {
  if (typed <= 0) return null;
  if (typed <= due) return { payment: { method, amount: typed, tendered: null }, change: 0 };
  if (method !== 'CASH') return null;
  return { payment: { method, amount: due, tendered: typed }, change: typed - due };
}
