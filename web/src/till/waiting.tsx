// What waits for the network, and what became of what has been sent.
import type { JSX } from 'preact';
import { signOut } from '../api/session';
import { common } from '../i18n';
import { Dialog } from '../ui/dialog';
import { toastError } from '../ui/toast';
import { money } from '../i18n/money';
import { time } from '../i18n/time';
import { online } from './online';
import { dropEntry, entries, type Entry } from './queue';
import { dismiss, sync, tryAgain } from './sync';
import { t, tn } from './texts';

/** In the bar: nothing while all is well. */
export function OnlineBadge({ onOpen }: { onOpen: () => void }): JSX.Element {
  const count = entries.value.filter((e) => e.state === 'waiting').length;
  const problems = entries.value.filter((e) => e.state === 'problem').length;
  const sent = entries.value.length - count - problems;
  const shown = !online.value || entries.value.length > 0;
  const text = problems ? tn('problems', problems) : count ? tn('waiting', count) : sent ? t('allSent') : '';
  return (
    <span role="status" class="badge">
      {shown && (
        <button type="button" class={`btn small ${problems ? 'danger' : ''}`} onClick={onOpen}>
          {!online.value && <span class="tag warn">{t('offline')}</span>} {text}
        </button>
      )}
    </span>
  );
}

/** Before signing out: nothing is lost, but somebody has to sign in here again. */
export function LeaveDialog({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <Dialog title={common.t('signOut')} onClose={onClose}>
      <div class="stack">
        <p class="note warn">{tn('leaveWaiting', entries.value.filter((e) => e.state === 'waiting').length)}</p>
        <div class="actions">
          <button type="button" class="btn" onClick={() => {
            onClose();
            void signOut();
          }}>{common.t('signOut')}</button>
          <button type="button" class="btn main" data-first onClick={onClose}>{common.t('cancel')}</button>
        </div>
      </div>
    </Dialog>
  );
}

function outcomeText(e: Entry): string {
  if (e.problem) return e.problem;
  if (e.customer) return e.customer.matched ? t('becameMatched', { name: e.customer.name }) : t('becameRegistered');
  if (!e.outcome) return t('stillWaits');
  const number = e.outcome.orderNumber ?? '';
  if (e.outcome.became === 'matched') return t('soldMatched', { number, name: e.outcome.name });
  if (e.outcome.became === 'walkin') return t('soldWalkIn', { number, why: e.outcome.why });
  return t('soldCreated', { number });
}

export function WaitingDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const sent = entries.value.some((e) => e.state === 'sent');
  return (
    <Dialog title={t('onTheWay')} onClose={onClose}>
      <div class="stack">
        {!online.value && <p class="note warn">{t('offlineLong')}</p>}
        {entries.value.length === 0 && <p class="empty">{t('nothingWaits')}</p>}
        <ul class="stack queue">
          {entries.value.map((e) => (
            <li key={e.id} class="card">
              <p class="row apart"><span><bdi>{e.item.kind === 'sale' ? e.item.customerName ?? t('walkIn') : e.item.name}</bdi></span>
                <span class="num">{e.item.kind === 'sale' ? money(e.item.total) : t('register')}</span></p>
              <p class="small quiet">{time(e.item.at)}{e.item.kind === 'sale' && ` · ${e.item.reference}`}</p>
              <p class={e.state === 'problem' ? 'note bad' : e.state === 'waiting' ? 'quiet' : ''}>{outcomeText(e)}</p>
              {e.state === 'problem' && (
                <p class="row tight">
                  <button type="button" class="btn small" onClick={() => void tryAgain(e).catch(toastError)}>{t('sendAgain')}</button>
                  {/* What was paid stays until the service has it. */}
                  {e.item.kind === 'registration'
                    && <button type="button" class="btn small" onClick={() => void dropEntry(e.id).catch(toastError)}>{t('leaveIt')}</button>}
                </p>
              )}
            </li>
          ))}
        </ul>
        <div class="actions">
          {sent && <button type="button" class="btn" onClick={() => void dismiss()}>{t('seen')}</button>}
          <button type="button" class="btn main" disabled={!online.value} onClick={() => void sync().catch(toastError)}>{t('sendNow')}</button>
        </div>
      </div>
    </Dialog>
  );
}
