// The signed-in user's company: its currency, zone and country stand behind
// every amount and time that is shown. Remembered in this browser, so that a
// till that starts without the network still knows its currency.
import { signal } from '@preact/signals';
import { call } from './client';
import { currentUser, onSignOut } from './session';

export interface CompanyFacts {
  id: string;
  name: string;
  slug: string;
  currency: string;
  zone: string;
  country: string;
}

const KEPT = 'clientele-company';

function remembered(): CompanyFacts | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? 'null') as CompanyFacts | null;
  } catch {
    return null;
  }
}

export const company = signal<CompanyFacts | null>(remembered());

onSignOut(() => localStorage.removeItem(KEPT));

/** Reads it anew; what is remembered stays when that fails. */
export async function loadCompany(): Promise<void> {
  const id = currentUser()?.companyId;
  if (!id) return;
  if (company.value && company.value.id !== id) company.value = null;
  const { name, slug, currency, zone, country } = await call('GET /api/companies/{id}', { path: { id } });
  company.value = { id, name, slug, currency, zone, country };
  localStorage.setItem(KEPT, JSON.stringify(company.value));
}
