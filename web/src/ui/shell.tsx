// What every page has around it: the bar, the sign-in, messages.
import { render, type ComponentChildren, type JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { company, loadCompany } from '../api/company';
import { session, signOut, startSession, type Realm } from '../api/session';
import { common, lang, LANGS, setLang, type Lang } from '../i18n';
import './components.css';
import './theme.css';
import { SignInAgain, SignInForm } from './sign-in';
import { Toasts } from './toast';

export function LanguagePicker(): JSX.Element {
  return (
    <select class="input lang" aria-label={common.t('language')} value={lang.value}
      onChange={(e) => setLang(e.currentTarget.value as Lang)}>
      {Object.entries(LANGS).map(([code, name]) => <option key={code} value={code} lang={code}>{name}</option>)}
    </select>
  );
}

interface BarProps {
  title: string;
  /** Links of the page's own places. */
  nav?: ComponentChildren;
  /** Before the language and the user. */
  extra?: ComponentChildren;
  /** Instead of signing out at once: a question first. */
  onSignOut?: (() => void) | undefined;
}

export function Bar({ title, nav, extra, onSignOut }: BarProps): JSX.Element {
  const s = session.value;
  const user = 'user' in s ? s.user : null;
  return (
    <header class="bar">
      <button type="button" class="btn skip" onClick={() => document.querySelector<HTMLElement>('main')?.focus()}>{common.t('skip')}</button>
      <a class="brand" href="/"><img src="/assets/icon.svg" width="28" height="28" alt="Clientele" /></a>
      <strong class="clip">{title}</strong>
      {nav && <nav>{nav}</nav>}
      <div class="end">
        {extra && <div class="extra">{extra}</div>}
        <LanguagePicker />
        {user && (
          <button type="button" class="btn small" title={common.t('signedInAs', { name: user.name })}
            onClick={onSignOut ?? (() => void signOut())}>{common.t('signOut')}</button>
        )}
      </div>
    </header>
  );
}

interface ShellProps extends BarProps {
  /** What of the page is open, for the window's title. */
  place?: string | undefined;
  realm: Realm;
  /** Who may use the page; the API decides on its own about everything. */
  roles: readonly string[];
  /** Instead of the sign-in form, where a page has more ways in (sign-up, codes). */
  welcome?: ComponentChildren;
  children: ComponentChildren;
}

export function Shell({ title, place, nav, extra, onSignOut, roles, realm, welcome, children }: ShellProps): JSX.Element | null {
  const s = session.value;
  const userId = s.status === 'in' && roles.includes(s.user.role) ? s.user.id : null;
  const role = 'user' in s ? s.user.role : null;
  useEffect(() => {
    // Other roles may not read the company; a customer's orders say their currency.
    if (userId && realm === 'staff' && STAFF.some((r) => r === role)) loadCompany().catch(() => undefined);
  }, [userId]);
  useEffect(() => {
    document.title = [place, title, company.value?.name ?? 'Clientele'].filter(Boolean).join(' · ');
  }, [place, title, company.value?.name]);
  if (s.status === 'starting') return null;
  if (s.status === 'out') {
    return (
      <>
        <Bar title={title} extra={extra} />
        <main class="narrow stack" id="content" tabIndex={-1}>
          {welcome ?? <><h1>{common.t('signIn')}</h1><SignInForm /></>}
        </main>
        <Toasts />
      </>
    );
  }
  return (
    <>
      <Bar title={title} nav={nav} extra={extra} onSignOut={onSignOut} />
      {roles.includes(s.user.role)
        ? children
        : <main class="narrow" id="content" tabIndex={-1}><p class="note warn">{common.t('notAllowed')}</p></main>}
      <SignInAgain />
      <Toasts />
    </>
  );
}

/** Starts a page: the session first, and what else it needs, so that nothing jumps. */
export async function mount(realm: Realm, page: JSX.Element, ready?: Promise<unknown>): Promise<void> {
  const at = document.getElementById('page');
  if (!at) return;
  await Promise.all([startSession(realm), ready]);
  render(page, at);
}

export const STAFF = ['SUPER_ADMIN', 'ADMIN', 'MANAGER', 'CASHIER', 'STAFF'] as const;
