// The store that this till stands in: chosen once on the device, else the user's own.
import { computed, signal } from '@preact/signals';
import { list } from '../api/client';
import { currentUser } from '../api/session';
import type { Store } from '../api/types.gen';

const CHOSEN = 'clientele-store';
const KEPT = 'clientele-stores';

function remembered(): Store[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '[]') as Store[];
  } catch {
    return [];
  }
}

export const stores = signal<Store[]>(remembered());
const chosen = signal(localStorage.getItem(CHOSEN));

export const store = computed<Store | null>(() => {
  const find = (id: string | null | undefined): Store | undefined => stores.value.find((s) => s.id === id);
  return find(chosen.value) ?? find(currentUser()?.storeId) ?? stores.value[0] ?? null;
});

export function chooseStore(id: string): void {
  localStorage.setItem(CHOSEN, id);
  chosen.value = id;
}

export async function loadStores(): Promise<void> {
  const { rows } = await list('GET /api/stores', { query: { active: true, limit: 100 } });
  stores.value = rows;
  localStorage.setItem(KEPT, JSON.stringify(rows));
}
