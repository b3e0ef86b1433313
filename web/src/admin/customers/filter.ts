// What the list of customers is asked for. It stands in the address, so that
// back, forward and a copied link work; a saved view is such an address with a
// name, kept in this browser.
import { signal } from '@preact/signals';
import { onSignOut } from '../../api/session';

export const SORTS = ['createdAt', 'name', 'lastOrderAt'] as const;

export interface Filter {
  q: string;
  active: '' | 'true' | 'false';
  tag: string;
  createdFrom: string;
  createdTo: string;
  lastOrderFrom: string;
  lastOrderTo: string;
  sort: (typeof SORTS)[number];
  order: 'asc' | 'desc';
}

const PRESET: Filter = { q: '', active: '', tag: '', createdFrom: '', createdTo: '', lastOrderFrom: '', lastOrderTo: '',
  sort: 'createdAt', order: 'desc' };

export function filterOf(query: URLSearchParams): Filter {
  const f: Record<string, string> = { ...PRESET };
  for (const name of Object.keys(PRESET)) f[name] = query.get(name) ?? f[name] ?? '';
  return f as unknown as Filter;
}

/** Only what differs from the preset, for the address. */
export function queryOf(f: Filter): Record<string, string> {
  return Object.fromEntries(Object.entries(f).filter(([name, value]) => value !== PRESET[name as keyof Filter]));
}

export interface View {
  name: string;
  query: Record<string, string>;
}

const KEPT = 'clientele-admin-views';

function kept(): View[] {
  try {
    const views: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '[]');
    return Array.isArray(views) ? views as View[] : [];
  } catch {
    return [];
  }
}

export const views = signal<View[]>(kept());
// A view may hold a name that was searched for: it goes with its user.
onSignOut(() => keepViews([]));

function keepViews(all: View[]): void {
  views.value = all;
  if (all.length) localStorage.setItem(KEPT, JSON.stringify(all));
  else localStorage.removeItem(KEPT);
}

export function saveView(name: string, f: Filter): void {
  keepViews([...views.value.filter((v) => v.name !== name), { name, query: queryOf(f) }]);
}

export function dropView(name: string): void {
  keepViews(views.value.filter((v) => v.name !== name));
}
