// Texts and their languages. A page brings its own message files beside the
// shared ones:
//   import en from './i18n/en.json'; … de, es, hi
//   export const { t, tn } = texts({ en, de, es, hi });
// Keys are checked by the compiler against the English file; a test checks that
// the other languages have the same keys and placeholders. Plurals are keys
// with the categories of CLDR: orders_one, orders_other: tn('orders', n).
import { signal } from '@preact/signals';
import de from './de.json';
import en from './en.json';
import es from './es.json';
import hi from './hi.json';

export const LANGS = { en: 'English', de: 'Deutsch', es: 'Español', hi: 'हिन्दी' } as const;
export type Lang = keyof typeof LANGS;
export type Params = Record<string, string | number>;
type Table = Record<string, string>;
type PluralKey<M> = Extract<keyof M, `${string}_other`> extends `${infer K}_other` ? K : never;

const KEPT = 'clientele-lang';

function isLang(text: string | null | undefined): text is Lang {
  return !!text && text in LANGS;
}

function preferred(): Lang {
  const kept = localStorage.getItem(KEPT);
  if (isLang(kept)) return kept;
  for (const wanted of navigator.languages) {
    const short = wanted.slice(0, 2).toLowerCase();
    if (isLang(short)) return short;
  }
  return 'en';
}

export const lang = signal<Lang>(preferred());
lang.subscribe((l) => {
  document.documentElement.lang = l;
});

export function setLang(l: Lang): void {
  localStorage.setItem(KEPT, l);
  lang.value = l;
}

/** The full locale for Intl: the browser's own region of that language, if it names one. */
export function locale(): string {
  return navigator.languages.find((l) => l.slice(0, 2).toLowerCase() === lang.value) ?? lang.value;
}

function fill(text: string, params?: Params): string {
  return params ? text.replace(/\{(\w+)\}/g, (whole, k: string) => (k in params ? String(params[k]) : whole)) : text;
}

export function texts<M extends Table>(own: Record<Lang, M>): {
  t: (key: keyof M & string, params?: Params) => string;
  tn: (key: PluralKey<M> & string, n: number, params?: Params) => string;
  /** The text of a key that is made at run time, or `otherwise`. */
  tOr: (key: string, otherwise: string) => string;
} {
  const find = (key: string): string | undefined => own[lang.value][key] ?? own.en[key];
  return {
    t: (key, params) => fill(find(key) ?? key, params),
    tn: (key, n, params) => {
      const form = new Intl.PluralRules(lang.value).select(n);
      const number = new Intl.NumberFormat(locale()).format(n);
      return fill(find(`${key}_${form}`) ?? find(`${key}_other`) ?? key, { n: number, ...params });
    },
    tOr: (key, otherwise) => find(key) ?? otherwise,
  };
}

/** The shared texts: buttons, sign-in, errors. */
export const common = texts<typeof en>({ en, de, es, hi });
