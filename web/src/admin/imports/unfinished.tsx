// Imports that stopped before their file was at its end: the page was closed,
// the network was gone. Each goes on with the same file, or is left as it is.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { call, list } from '../../api/client';
import type { Import } from '../../api/types.gen';
import { common } from '../../i18n';
import { dateTime, number } from '../../i18n/time';
import { Dialog } from '../../ui/dialog';
import { FormError, useForm } from '../../ui/form';
import { useLoad, type Loaded } from '../../ui/load';
import { toast, toastError } from '../../ui/toast';
import { t, tOr } from '../texts';
import { Drop } from './drop';
import { readHead, type Head } from './header';
import { TakeBack } from './history';
import { compare } from './known';

/** Another page may be at it: its figures go up. */
const LOOK_AGAIN = 5000;

/** Those that came in parts, which is what a page can go on with. */
export function useUnfinished(round: number): Loaded<Import[]> {
  const loaded = useLoad(async (signal) => {
    const { rows } = await list('GET /api/imports', { query: { state: 'running', limit: 100 }, signal });
    return rows.filter((b) => b.format !== null);
  }, [round]);
  const some = (loaded.data?.length ?? 0) > 0;
  useEffect(() => {
    if (!some) return;
    const timer = setInterval(loaded.reload, LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [some, loaded.reload]);
  return loaded;
}

/** The file that somebody says it is of, looked at; null when it is another. */
export async function takeUp(b: Import, file: File): Promise<Head | null> {
  const head = await readHead(file);
  if (await compare(b, file, head) === 'same') return head;
  toast(t('otherFileRefused'), { bad: true });
  return null;
}

function CloseAsIs({ b, onClose, onDone }: { b: Import; onClose: () => void; onDone: () => void }): JSX.Element {
  const form = useForm();
  return (
    <Dialog title={t('closeAsIs')} onClose={onClose}>
      <form class="stack" onSubmit={form.submit(async () => {
        // The last part, with nothing in it.
        const end = await call('PUT /api/imports/{id}/parts/{partNo}', {
          path: { id: b.id, partNo: b.nextPart }, query: { last: true },
          body: new Blob([], { type: b.format === 'csv' ? 'text/csv' : 'application/x-ndjson' }),
        });
        if (end.state !== 'done') toast(t('importGoesOn'), { bad: true });
        onDone();
      })}>
        <p>{t('closeAsIsSure', { file: b.fileName, row: number(b.lastRow) })}</p>
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>{common.t('cancel')}</button>
          <button class="btn main" disabled={form.busy}>{t('closeAsIs')}</button>
        </div>
      </form>
    </Dialog>
  );
}

interface Props {
  all: Import[];
  /** An import is under way in this page. */
  busy: boolean;
  onTakeUp: (b: Import, file: File, head: Head) => void;
  onChanged: () => void;
}

export function Unfinished({ all, busy, onTakeUp, onChanged }: Props): JSX.Element | null {
  const [looking, setLooking] = useState('');
  const [open, setOpen] = useState<{ b: Import; what: 'close' | 'back' } | null>(null);
  const choose = (b: Import, file: File): void => {
    setLooking(b.id);
    takeUp(b, file).then((head) => head && onTakeUp(b, file, head)).catch(toastError).finally(() => setLooking(''));
  };
  const close = (): void => {
    setOpen(null);
    onChanged();
  };
  if (all.length === 0 && !open) return null;
  return (
    <section class="stack" aria-label={t('unfinished')}>
      <h2>{t('unfinished')}</h2>
      <p class="quiet">{t('unfinishedHint')}</p>
      {all.map((b) => (
        <article class="card stack" key={b.id} aria-label={b.fileName}>
          <div class="row apart">
            <h3 class="break"><bdi>{b.fileName}</bdi></h3>
            <span class="quiet">{tOr(b.kind, b.kind)} · {t('soFar', { when: dateTime(b.createdAt), n: number(b.lastRow) })}</span>
          </div>
          <p>{t('created')}: {number(b.created)} · {t('matched')}: {number(b.matched)} · {t('rejected')}: {number(b.rejected)}</p>
          <Drop id={`go-on-${b.id}`} label={looking === b.id ? t('comparing') : t('sameFile')} disabled={busy || looking !== ''} onFile={(file) => choose(b, file)} />
          <div class="row tight">
            <button type="button" class="btn small" disabled={busy} onClick={() => setOpen({ b, what: 'close' })}>{t('closeAsIs')}</button>
            {b.created > b.removed && <button type="button" class="btn small danger" disabled={busy} onClick={() => setOpen({ b, what: 'back' })}>{t('takeBack')}</button>}
          </div>
        </article>
      ))}
      {open?.what === 'close' && <CloseAsIs b={open.b} onClose={() => setOpen(null)} onDone={close} />}
      {open?.what === 'back' && <TakeBack batch={open.b} onClose={close} />}
    </section>
  );
}
