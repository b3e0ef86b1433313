// The till: /till. Who is standing there on the left, what is sold on the right;
// F2, F4, F8 and F9 go where they say, Enter goes on.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { currentUser, session, signOut } from '../api/session';
import { vaultIsSecure } from '../api/vault';
import { common } from '../i18n';
import { mount, Shell, STAFF } from '../ui/shell';
import { loadArticles } from './articles';
import { DoneDialog } from './done';
import { watchFavourites } from './favourites';
import { keepWorker } from './worker';
import { watchOnline } from './online';
import { OrdersDialog } from './orders';
import { PayDialog } from './pay';
import { keepPeople } from './people';
import { loadQueue, waiting, type Entry } from './queue';
import { SalePanel } from './sale';
import { change, draft, newSale, restoreDraft } from './state';
import { chooseStore, loadStores, store, stores } from './stores';
import { keepSyncing } from './sync';
import { t } from './texts';
import './till.css';
import './print.css';
import { LeaveDialog, OnlineBadge, WaitingDialog } from './waiting';
import { Who } from './who';

const focus = (id: string): void => document.getElementById(id)?.focus();

function StorePicker(): JSX.Element | null {
  if (stores.value.length < 2) return null;
  return (
    <select class="input lang" aria-label={t('store')} value={store.value?.id ?? ''} onChange={(e) => chooseStore(e.currentTarget.value)}>
      {stores.value.map((s) => <option key={s.id} value={s.id}>{s.name}</option>)}
    </select>
  );
}

/** Over plain HTTP from another machine: a line for whoever set this up, gone with a click. */
function NeedsHttps(): JSX.Element | null {
  const [seen, setSeen] = useState(vaultIsSecure());
  if (seen) return null;
  return (
    <p class="note warn row apart" role="status"><span>{t('offlineNeedsHttps')}</span>
      <button type="button" class="btn small" onClick={() => setSeen(true)}>{common.t('close')}</button></p>
  );
}

type Open = { what: 'pay' } | { what: 'orders' } | { what: 'waiting' } | { what: 'leave' } | { what: 'done'; entry: Entry } | null;

function Till(): JSX.Element {
  const [open, setOpen] = useState<Open>(null);
  const signedIn = session.value.status === 'in' && STAFF.some((r) => r === currentUser()?.role);
  useEffect(() => {
    if (!signedIn) return;
    void loadQueue();
    loadStores().catch(() => undefined);
    loadArticles().catch(() => undefined);
  }, [signedIn]);
  useEffect(() => {
    const onKey = (e: KeyboardEvent): void => {
      if (document.querySelector('dialog[open]')) return;
      if (e.key === 'F2') change({ person: null });
      else if (e.key === 'F9' && draft.value.lines.length > 0) setOpen({ what: 'pay' });
      else if (e.key === 'F8') setOpen({ what: 'orders' });
      else if (e.key !== 'F4' && e.key !== 'F9') return;
      e.preventDefault();
      if (e.key === 'F2') focus('who');
      if (e.key === 'F4') focus('line');
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const close = (): void => setOpen(null);
  return (
    <Shell realm="staff" title={t('title')} roles={STAFF}
      onSignOut={() => (waiting().length > 0 ? setOpen({ what: 'leave' }) : void signOut())} extra={signedIn && (
      <>
        <button type="button" class="btn small" onClick={() => setOpen({ what: 'orders' })}>{t('findOrder')} <kbd>F8</kbd></button>
        <StorePicker />
        <OnlineBadge onOpen={() => setOpen({ what: 'waiting' })} />
      </>
    )}>
      <main class="till" tabIndex={-1}>
        <h1 class="sr">{t('title')}</h1>
        <NeedsHttps />
        <Who onTaken={() => focus('line')} />
        <SalePanel onPay={() => setOpen({ what: 'pay' })} />
      </main>
      {open?.what === 'pay' && <PayDialog onClose={close} onDone={(entry) => {
        newSale();
        setOpen({ what: 'done', entry });
      }} />}
      {open?.what === 'done' && open.entry.item.kind === 'sale'
        && <DoneDialog entry={open.entry} sale={open.entry.item} onClose={close} />}
      {open?.what === 'orders' && <OrdersDialog onClose={close} />}
      {open?.what === 'leave' && <LeaveDialog onClose={close} />}
      {open?.what === 'waiting' && <WaitingDialog onClose={close} />}
    </Shell>
  );
}

watchOnline();
keepPeople();
watchFavourites();
void mount('staff', <Till />, restoreDraft()).then(() => {
  keepSyncing();
  keepWorker();
});
