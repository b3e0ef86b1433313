// Imports so far: what came of them, their rejected rows, taking them back.
import type { JSX } from 'preact';
import { useCallback, useRef, useState } from 'preact/hooks';
import { call, download, list } from '../../api/client';
import type { Import } from '../../api/types.gen';
import { common } from '../../i18n';
import { dateTime, number } from '../../i18n/time';
import { FormError, useForm } from '../../ui/form';
import { Dialog } from '../../ui/dialog';
import { Empty, Failed, Loading } from '../../ui/states';
import { toastError } from '../../ui/toast';
import { useRows } from '../rows';
import { t, tOr } from '../texts';
import { save } from './run';

type Stay = { id: string; reason: string };
const STAYS_SHOWN = 20;

/** Takes back step by step until nothing is left of it, or somebody stops it. */
export function TakeBack({ batch, onClose }: { batch: Import; onClose: () => void }): JSX.Element {
  const [step, setStep] = useState<{ removed: number; kept: number; over: boolean } | null>(null);
  const [stays, setStays] = useState<Stay[]>([]);
  const stopped = useRef(false);
  const form = useForm();
  const close = (): void => {
    stopped.current = true;
    onClose();
  };
  return (
    <Dialog title={t('takeBack')} onClose={close}>
      <form class="stack" onSubmit={form.submit(async () => {
        for (let over = false; !over && !stopped.current;) {
          const s = await call('POST /api/imports/{id}/rollback', { path: { id: batch.id } });
          over = s.state === 'rolled back';
          setStep({ removed: s.removed, kept: s.kept, over });
          setStays((before) => [...before, ...s.stays].slice(0, STAYS_SHOWN));
        }
      })}>
        <p>{t('takeBackSure', { file: batch.fileName, n: number(batch.created) })}</p>
        {step && <progress aria-label={t('progress')} max={Math.max(batch.created, 1)} value={step.over ? Math.max(batch.created, 1) : step.removed + step.kept} />}
        {step && <p role="status">{t('takenBack', { removed: number(step.removed), kept: number(step.kept) })}</p>}
        {stays.length > 0 && <ul class="stack">{stays.map((s) => (
          <li key={s.id}>{batch.kind === 'users' ? <code>{s.id}</code> : <a href={`#/${batch.kind}/${s.id}`}>{s.id.slice(0, 8)}</a>}: {s.reason}</li>
        ))}</ul>}
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn" onClick={close}>{step?.over ? common.t('close') : common.t('cancel')}</button>
          {!step?.over && <button class="btn danger" disabled={form.busy}>{t('takeBack')}</button>}
        </div>
      </form>
    </Dialog>
  );
}

export function History({ round }: { round: number }): JSX.Element {
  const read = useCallback((cursor: string | undefined, signal: AbortSignal) =>
    list('GET /api/imports', { query: { limit: 20, ...(cursor && { cursor }) }, signal }), []);
  const found = useRows(read, [round]);
  const [open, setOpen] = useState<Import | null>(null);
  const rejects = (b: Import): void => {
    download('GET /api/imports/{id}/rejects', { path: { id: b.id } }).then((blob) => save(blob, 'rejects.csv')).catch(toastError);
  };
  return (
    <section class="stack" aria-label={t('importsSoFar')}>
      <h2>{t('importsSoFar')}</h2>
      {found.error && <Failed error={found.error} retry={found.reload} />}
      {found.rows.length === 0 ? (found.loading ? <Loading /> : <Empty />) : (
        <div class="table" tabIndex={0}>
          <table>
            <thead><tr><th>{t('when')}</th><th>{t('file')}</th><th>{t('kind')}</th><th>{t('state')}</th><th class="num">{t('created')}</th><th class="num">{t('matched')}</th><th class="num">{t('rejected')}</th><th><span class="sr">{t('takeBack')}</span></th></tr></thead>
            <tbody>
              {found.rows.map((b) => (
                <tr key={b.id}>
                  <td class="when">{dateTime(b.createdAt)}</td><td>{b.fileName}</td><td>{tOr(b.kind, b.kind)}</td><td>{tOr(`import_${b.state.replace(' ', '_')}`, b.state)}</td>
                  <td class="num">{number(b.created)}</td><td class="num">{number(b.matched)}</td>
                  <td class="num">{b.rejected > 0 && b.format
                    ? <button type="button" class="btn plain" aria-label={t('downloadRejects')} onClick={() => rejects(b)}>{number(b.rejected)}</button> : number(b.rejected)}</td>
                  <td>{b.created > b.removed && <button type="button" class="btn small danger" onClick={() => setOpen(b)}>{t('takeBack')}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!found.complete && found.rows.length > 0 && <button type="button" class="btn" disabled={found.loading} onClick={found.more}>{common.t('more')}</button>}
      {open && <TakeBack batch={open} onClose={() => {
        setOpen(null);
        found.reload();
      }} />}
    </section>
  );
}
