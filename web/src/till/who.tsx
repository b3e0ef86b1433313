// The left half: who is standing there.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api/error';
import { may } from '../api/session';
import { toastError } from '../ui/toast';
import { find, looksLikePhone, recents, remembered, worthAsking, type Match } from './find';
import { online } from './online';
import { ofMatch } from './person';
import { MatchDetail, PersonCard } from './person-card';
import { RegisterForm } from './register';
import { change, draft } from './state';
import { store } from './stores';
import { t, tn } from './texts';

interface Found {
  text: string;
  matches: Match[];
}

interface Question {
  found: Found | null;
  ask: (text: string) => void;
  /** The answer to what was asked last. */
  settled: () => Promise<Found | null>;
}

/** People for what is typed: asked with the key, and the newest question wins. */
function useMatches(): Question {
  const [found, setFound] = useState<Found | null>(null);
  const pending = useRef<Promise<Found | null>>(Promise.resolve(null));
  const stop = useRef(new AbortController());
  const ask = (text: string): void => {
    stop.current.abort();
    stop.current = new AbortController();
    const known = worthAsking(text) ? remembered(text) : [];
    if (known) {
      const now = worthAsking(text) ? { text, matches: known } : null;
      setFound(now);
      pending.current = Promise.resolve(now);
      return;
    }
    pending.current = find(text, stop.current.signal).then((matches) => {
      const now = { text, matches };
      setFound(now);
      return now;
    }).catch((e: unknown) => {
      if (!isAbort(e)) toastError(e);
      return null;
    });
  };
  return { found, ask, settled: () => pending.current };
}

function useRecents(sale: string): Match[] {
  const [rows, setRows] = useState<Match[]>([]);
  const storeId = store.value?.id ?? null;
  useEffect(() => {
    const stop = new AbortController();
    if (online.value) recents(storeId, stop.signal).then(setRows).catch(() => undefined);
    return () => stop.abort();
  }, [storeId, sale, online.value]);
  return rows;
}

export function Who({ onTaken }: { onTaken: () => void }): JSX.Element {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [registering, setRegistering] = useState(false);
  const { found, ask, settled } = useMatches();
  const recent = useRecents(draft.value.id);
  const input = useRef<HTMLInputElement>(null);
  const { person } = draft.value;
  const asked = worthAsking(text);
  const rows = asked ? found?.matches ?? [] : text.trim() ? [] : recent;
  // Of the recents none is chosen until somebody goes there: Enter alone is a walk-in.
  const mark = text.trim() ? Math.min(at, rows.length - 1) : at - 1;
  const shown = rows[mark] ?? null;

  const type = (value: string): void => {
    setText(value);
    setAt(0);
    ask(value.trim());
  };
  // A new sale begins with an empty field; nobody there: it has the focus.
  useEffect(() => {
    type('');
    setRegistering(false);
  }, [draft.value.id]);
  useLayoutEffect(() => input.current?.focus(), [draft.value.id, person === null, registering]);

  const take = (m: Match): void => {
    change({ person: ofMatch(m) });
    type('');
    onTaken();
  };
  const enter = async (): Promise<void> => {
    if (!text.trim()) {
      if (shown) take(shown);
      else onTaken();
      return;
    }
    const now = asked ? await settled() : null;
    // Typed on while the answer was on its way: that question decides.
    if (input.current && input.current.value.trim() !== text.trim()) return;
    const m = now?.matches[Math.min(at, now.matches.length - 1)];
    if (m) take(m);
    else setRegistering(true);
  };
  const onKey = (e: KeyboardEvent): void => {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      const last = text.trim() ? rows.length - 1 : rows.length;
      setAt(Math.max(0, Math.min(last, at + (e.key === 'ArrowDown' ? 1 : -1))));
    } else if (e.key === 'Enter') {
      e.preventDefault();
      void enter();
    } else if (e.key === 'Escape') type('');
  };
  if (person) return <PersonCard person={person} onChange={() => change({ person: null })} />;
  if (registering) {
    const phone = looksLikePhone(text);
    return (
      <RegisterForm name={phone ? '' : text.trim()} phone={phone ? text.trim() : ''} onDone={(p) => {
        change({ person: p });
        setRegistering(false);
        type('');
        onTaken();
      }} onCancel={() => setRegistering(false)} />
    );
  }
  return (
    <section class="who stack" aria-label={t('customer')}>
      <div class="field">
        <label for="who">{t('customer')} <kbd>F2</kbd></label>
        <input id="who" ref={input} class="input big" type="text" role="combobox" aria-expanded={rows.length > 0}
          aria-controls="who-list" aria-activedescendant={shown ? `who-${shown.id}` : undefined} aria-autocomplete="list"
          autocomplete="off" spellcheck={false} enterkeyhint="go" maxLength={100} placeholder={t('phoneOrName')} value={text} onKeyDown={onKey}
          onInput={(e) => type(e.currentTarget.value)} />
      </div>
      <div class="found">
        <p class="small quiet found-head" aria-live="polite">
          {!text.trim() ? t(recent.length ? 'recents' : 'walkInHint') : !asked ? t('typeMore')
            : found?.text !== text.trim() ? '\u00a0' : rows.length ? tn('found', rows.length) : t('nobody')}
        </p>
        <ul id="who-list" role="listbox" aria-label={t('matches')} class="matches">
          {rows.map((m, i) => (
            <li key={m.id} id={`who-${m.id}`} role="option" aria-selected={i === mark} onClick={() => take(m)}>
              <MatchRow match={m} />
            </li>
          ))}
        </ul>
        {asked && rows.length === 0 && found?.text === text.trim() && may('CREATE_CUSTOMER') && (
          <button type="button" class="btn" onClick={() => setRegistering(true)}>{t('registerThis')} <kbd>Enter</kbd></button>
        )}
      </div>
      {shown && <MatchDetail key={shown.id} match={shown} />}
    </section>
  );
}

function MatchRow({ match: m }: { match: Match }): JSX.Element {
  return (
    <>
      <bdi class="clip name">{m.name}</bdi>
      <span class="num">{m.phoneNational ?? m.phone ?? ''}</span>
      {m.row && !m.row.isActive && <span class="tag bad">{t('inactive')}</span>}
    </>
  );
}
