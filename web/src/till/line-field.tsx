// Typing a line, or taking one of the person's favourites or the most sold: see
// line-entry.ts for the form.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { money } from '../i18n/money';
import { isFavourite, offered } from './favourites';
import { matching, parseEntry, type Article, type Entry } from './line-entry';
import { addArticle, addLine, draft } from './state';
import { t } from './texts';
import { gross, percentOf } from './totals';

const PLACES = 9;

/** The article meant, with its price; or a word about what is missing. */
function resolve(e: Entry, chosen: Article | undefined, all: Article[]): Article | string {
  if (e.place !== null) return all[e.place - 1] ?? t('noSuchPlace', { n: e.place });
  if (e.price !== null) {
    const same = all.find((a) => a.name.toLowerCase() === e.name.toLowerCase());
    return { sku: same?.sku ?? null, name: same?.name ?? e.name, price: e.price };
  }
  return chosen ?? t('priceNeeded');
}

function add(e: Entry, a: Article): void {
  const cost = gross(e.quantity, a.price);
  const asked = e.discount ? ('minor' in e.discount ? e.discount.minor : percentOf(cost, e.discount.percent)) : 0;
  addLine({ sku: a.sku, name: a.name, quantity: e.quantity, price: a.price, discount: Math.min(asked, cost) });
}

export function LineField({ onPay }: { onPay: () => void }): JSX.Element {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const [wrong, setWrong] = useState('');
  const still = useRef<Article[]>([]);
  // Favourites that come while somebody types must not change what the number means.
  if (!typed) still.current = offered.value;
  const all = still.current;
  const entry = parseEntry(typed);
  const offers = entry && entry.place === null && entry.price === null ? matching(all, entry.name) : [];
  const clear = (): void => {
    setTyped('');
    setAt(0);
    setWrong('');
  };
  const enter = (chosen = offers[at]): void => {
    if (!entry) {
      if (!typed.trim() && draft.value.lines.length > 0) onPay();
      return;
    }
    const article = resolve(entry, chosen, all);
    if (typeof article === 'string') {
      setWrong(article);
      return;
    }
    add(entry, article);
    clear();
  };
  const onKey = (e: KeyboardEvent): void => {
    if (e.key === 'Enter') {
      e.preventDefault();
      enter();
    } else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      setAt(Math.max(0, Math.min(offers.length - 1, at + (e.key === 'ArrowDown' ? 1 : -1))));
    } else if (e.key === 'Escape') clear();
  };
  return (
    <div class="entry stack">
      <div class="field">
        <label for="line">{t('line')} <kbd>F4</kbd></label>
        <input id="line" class="input big" role="combobox" aria-expanded={offers.length > 0} aria-controls="line-list" aria-autocomplete="list"
          aria-activedescendant={offers[at] ? `line-${at}` : undefined} aria-invalid={wrong ? true : undefined} aria-describedby="line-hint"
          autocomplete="off" spellcheck={false} enterkeyhint="enter" maxLength={200} placeholder={t('linePlaceholder')} value={typed} onKeyDown={onKey}
          onInput={(e) => {
            setTyped(e.currentTarget.value);
            setAt(0);
            setWrong('');
          }} />
        <span id="line-hint" class={wrong ? 'wrong' : 'hint'} role={wrong ? 'alert' : undefined}>{wrong || t('lineHint')}</span>
      </div>
      <div class="offers">
        <ul id="line-list" role="listbox" aria-label={t('articles')} class="matches" hidden={offers.length === 0}>
          {offers.map((a, i) => (
            <li key={`${a.sku} ${a.name}`} id={`line-${i}`} role="option" aria-selected={i === at} onClick={() => enter(a)}>
              <bdi class="clip name">{a.name}</bdi><span class="num">{money(a.price)}</span>
            </li>
          ))}
        </ul>
        <ol class="most" aria-label={t('mostSold')} hidden={offers.length > 0}>
          {all.slice(0, PLACES).map((a, i) => (
            <li key={`${a.sku} ${a.name}`}>
              <button type="button" class="btn small" onClick={() => {
                addArticle(a);
                document.getElementById('line')?.focus();
              }}>
                <kbd>{i + 1}</kbd><bdi class="clip">{a.name}</bdi>
                {isFavourite(a) && <><span class="star" aria-hidden="true">★</span><span class="sr">{t('favourite')}</span></>}
                <span class="quiet num">{money(a.price)}</span>
              </button>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}
