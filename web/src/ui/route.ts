// Places inside a page stand behind '#': /admin#/customers/ID?tab=orders. The
// service knows only the page; back and forward work, and no place reaches a log.
import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

export interface Place {
  /** ['customers', ID] */
  path: string[];
  query: URLSearchParams;
}

export const place = computed<Place>(() => {
  const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?');
  return { path: path.split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
});

/** href of a place: to('customers', id) or to('customers', id, { tab: 'orders' }). */
export function to(...parts: (string | Record<string, string>)[]): string {
  const path = parts.filter((p) => typeof p === 'string').map(encodeURIComponent).join('/');
  const query = parts.find((p) => typeof p === 'object');
  const text = query ? new URLSearchParams(query).toString() : '';
  return `#/${path}${text ? `?${text}` : ''}`;
}

/** Goes there; `replace` leaves no step behind (filters that change as one types). */
export function go(href: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, '', href);
    hash.value = location.hash;
  } else location.hash = href;
}
