// Paying: the amount stands there already, Enter takes it. More than is due is
// cash handed over, less is a part of it. A letter picks the method.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { common } from '../i18n';
import { fromMinor, money, parseAmount } from '../i18n/money';
import { Dialog } from '../ui/dialog';
import { FormError, useForm } from '../ui/form';
import { finish } from './finish';
import type { Entry } from './queue';
import { change, draft, due, total } from './state';
import { t } from './texts';
import { take, type Method, type Payment } from './totals';

const METHODS: readonly [Method, string][] = [['CASH', 'c'], ['CARD', 'd'], ['UPI', 'u'], ['WALLET', 'w']];

interface Props {
  onDone: (entry: Entry) => void;
  onClose: () => void;
}

export function PayDialog({ onDone, onClose }: Props): JSX.Element {
  const form = useForm();
  const input = useRef<HTMLInputElement>(null);
  const [method, setMethod] = useState<Method>('CASH');
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState('');
  const { payments } = draft.value;
  const amount = typed === null || typed.trim() === '' ? due.value : parseAmount(typed);
  const taken = amount === null ? null : take(method, amount, due.value);
  const rest = taken ? due.value - taken.payment.amount : due.value;

  const pay = async (): Promise<void> => {
    if (due.value > 0 && !taken) {
      setWrong(t(amount !== null && amount > due.value ? 'tooMuch' : 'noAmount'));
      input.current?.select();
      return;
    }
    const all: Payment[] = taken ? [...payments, taken.payment] : payments;
    if (rest > 0) {
      change({ payments: all });
      setTyped(null);
      input.current?.focus();
      return;
    }
    onDone(await finish(draft.value, all));
  };
  const pick = (m: Method): void => {
    setMethod(m);
    setWrong('');
    input.current?.focus();
  };
  const onKey = (e: KeyboardEvent): void => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const m = METHODS.find(([, key]) => key === e.key.toLowerCase());
    if (m) {
      e.preventDefault();
      pick(m[0]);
    }
  };
  return (
    <Dialog title={t('pay')} onClose={onClose} class="paying">
      <form class="stack" onSubmit={form.submit(pay)} onKeyDown={onKey}>
        <p class="row apart total"><span>{t(payments.length ? 'stillDue' : 'total')}</span><strong class="num">{money(due.value)}</strong></p>
        {payments.length > 0 && (
          <ul class="paid small">
            {payments.map((p, i) => (
              <li key={i} class="row apart">
                <span>{t(`method_${p.method}`)}</span><span class="num">{money(p.amount)}</span>
                <button type="button" class="btn plain small" aria-label={`${common.t('delete')}: ${t(`method_${p.method}`)}`}
                  onClick={() => change({ payments: payments.filter((_, j) => j !== i) })}>✕</button>
              </li>
            ))}
          </ul>
        )}
        <div class="methods" role="radiogroup" aria-label={t('method')}>
          {METHODS.map(([m, key]) => (
            <label key={m} class={`btn${m === method ? ' chosen' : ''}`}>
              <input class="sr" type="radio" name="method" checked={m === method} onChange={() => pick(m)} />
              {t(`method_${m}`)} <kbd>{key.toUpperCase()}</kbd>
            </label>
          ))}
        </div>
        <div class="field">
          <label for="amount">{t(method === 'CASH' ? 'received' : 'amount')}</label>
          <input id="amount" ref={input} data-first class="input big num" inputMode="decimal" autocomplete="off" placeholder={fromMinor(due.value)}
            value={typed ?? ''} aria-invalid={wrong ? true : undefined} aria-describedby="amount-said" onInput={(e) => {
              setTyped(e.currentTarget.value);
              setWrong('');
            }} />
          <span id="amount-said" class={wrong ? 'wrong' : 'said'} aria-live="polite">
            {wrong || (taken && taken.change > 0 ? t('changeIs', { amount: money(taken.change) })
              : rest > 0 && taken ? t('restIs', { amount: money(rest) }) : '\u00a0')}
          </span>
        </div>
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn plain" onClick={onClose}>{common.t('back')} <kbd>Esc</kbd></button>
          <button class="btn main" disabled={form.busy}>
            {rest > 0 ? t('takePart') : t('finish', { amount: money(total.value) })} <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
