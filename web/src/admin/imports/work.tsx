// The file that was chosen: which column is what, a dry run with its verdicts,
// then the import with its progress.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ImportField } from '../../api/types.gen';
import { common } from '../../i18n';
import { number } from '../../i18n/time';
import { errorText, Select } from '../../ui/form';
import { t } from '../texts';
import { mapColumns, type Kind } from './header';
import { rejectsFile, Run, save, type Plan, type Progress } from './run';

const SHOWN = 50;

interface Props {
  plan: Plan;
  all: ImportField[];
  kinds: Kind[];
  onPlan: (plan: Plan) => void;
  onClose: () => void;
  /** An import has made rows. */
  onEnded: () => void;
}

function Columns({ plan, all, disabled, onFields }:
{ plan: Plan; all: ImportField[]; disabled: boolean; onFields: (fields: string[]) => void }): JSX.Element {
  const known = all.filter((f) => f.kind === plan.kind);
  return (
    <div class="table" tabIndex={0}>
      <table>
        <thead><tr><th>{t('column')}</th><th>{t('example')}</th><th>{t('isField')}</th></tr></thead>
        <tbody>
          {plan.head.columns.map((c, i) => (
            <tr key={i}>
              <td>{c || '–'}</td>
              <td class="quiet sample">{plan.head.samples.map((row) => row[i]).find(Boolean) ?? ''}</td>
              <td>
                <select class="input"
                  aria-label={t('fieldOf', { column: c || String(i + 1) })} value={plan.fields[i]} disabled={disabled}
                  onChange={(e) => onFields(plan.fields.map((f, k) => (k === i ? e.currentTarget.value : f === e.currentTarget.value ? '' : f)))}>
                  <option value="">{t('passOver')}</option>
                  {known.map((f) => <option key={f.name} value={f.name} title={f.help}>{f.name}{f.required ? ' *' : ''}</option>)}
                </select>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Rejects({ plan, progress }: { plan: Plan; progress: Progress }): JSX.Element {
  const name = `${plan.file.name.replace(/\.\w+$/, '')}.rejects.csv`;
  return (
    <section class="stack" aria-label={t('rejects')}>
      <div class="row apart">
        <h3>{t('rejects')}</h3>
        <button type="button" class="btn small" onClick={() => save(rejectsFile(progress.rejects, plan.head), name)}>{t('downloadRejects')}</button>
      </div>
      <div class="table" tabIndex={0}>
        <table>
          <thead><tr><th class="num">{t('rowNo')}</th><th>{t('field')}</th><th>{t('reason')}</th></tr></thead>
          <tbody>
            {progress.rejects.slice(0, SHOWN).map((r) => (
              <tr key={r.row}><td class="num">{number(r.row)}</td><td>{r.field ?? '–'}</td><td>{r.reason}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      {progress.rejected > SHOWN && <p class="quiet">{t('firstOf', { n: number(SHOWN), all: number(progress.rejected) })}</p>}
    </section>
  );
}

function Progressed({ plan, progress, onStop, onGo }:
{ plan: Plan; progress: Progress; onStop: () => void; onGo: () => void }): JSX.Element {
  const { phase, dry } = progress;
  const busy = phase === 'running' || phase === 'waiting';
  const said = phase === 'failed' && progress.error
    ? (progress.error.code === 'page_error' ? t(progress.error.message === 'line_too_long' ? 'lineTooLong' : 'fileUnreadable') : errorText(progress.error))
    : t(dry && phase === 'done' ? 'phase_dryDone' : `phase_${phase}`);
  return (
    <section class="stack" aria-label={t(dry ? 'dryRun' : 'import')}>
      <h2>{t(dry ? 'dryRun' : 'import')}</h2>
      <progress aria-label={t('progress')} max={plan.file.size || 1} value={phase === 'done' ? plan.file.size || 1 : progress.bytes} />
      <p class={phase === 'failed' ? 'note bad' : phase === 'waiting' ? 'note' : 'quiet'} role="status">{said}</p>
      <dl class="figures" data-phase={phase}>
        <div class="card"><dt>{t(dry ? 'wouldCreate' : 'created')}</dt><dd>{number(progress.created)}</dd></div>
        <div class="card"><dt>{t('matched')}</dt><dd>{number(progress.matched)}</dd></div>
        <div class="card"><dt>{t('rejected')}</dt><dd>{number(progress.rejected)}</dd></div>
      </dl>
      <div class="row tight">
        {busy && <button type="button" class="btn" onClick={onStop}>{t('stop')}</button>}
        {(phase === 'stopped' || phase === 'failed') && progress.id && <button type="button" class="btn" onClick={onGo}>{t('goOn')}</button>}
      </div>
      {progress.rejects.length > 0 && <Rejects plan={plan} progress={progress} />}
    </section>
  );
}

export function Work({ plan, all, kinds, onPlan, onClose, onEnded }: Props): JSX.Element {
  const [progress, setProgress] = useState<Progress | null>(null);
  const run = useRef<Run | null>(null);
  const busy = progress?.phase === 'running' || progress?.phase === 'waiting';
  const missing = all.filter((f) => f.kind === plan.kind && f.required && !plan.fields.includes(f.name)).map((f) => f.name);
  useEffect(() => () => run.current?.stop(), []);
  useEffect(() => {
    if (!busy) return;
    const ask = (e: BeforeUnloadEvent): void => e.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [busy]);
  const go = (r: Run): void => {
    run.current = r;
    void r.go().then(() => {
      if (!r.progress.dry && r.progress.id) onEnded();
    });
  };
  const change = (next: Plan): void => {
    setProgress(null); // what was tried was another plan
    onPlan(next);
  };
  const done = progress?.phase === 'done';
  const imported = !!progress && !progress.dry;
  return (
    <section class="card stack" aria-label={plan.file.name}>
      <div class="row apart">
        <h2>{plan.file.name}</h2>
        <button type="button" class="btn small" disabled={busy} onClick={onClose}>{t('otherFile')}</button>
      </div>
      <Select label={t('kind')} value={plan.kind} disabled={busy || imported} options={kinds.map((k) => [k, t(k)] as const)}
        onValue={(k) => change({ ...plan, kind: k as Kind, fields: mapColumns(plan.head.columns, all, k as Kind) })} />
      {plan.head.columns.length === 0 ? <p class="note bad">{t('noColumns')}</p> : (
        <Columns plan={plan} all={all} disabled={busy || imported} onFields={(fields) => change({ ...plan, fields })} />
      )}
      {missing.length > 0 && <p class="note">{t('needs', { fields: missing.join(', ') })}</p>}
      {!imported && (
        <div class="row tight">
          <button type="button" class={done ? 'btn' : 'btn main'} disabled={busy || missing.length > 0} onClick={() => go(new Run(plan, true, setProgress))}>{t('dryRun')}</button>
          <button type="button" class={done ? 'btn main' : 'btn'} disabled={busy || !done || (progress?.created ?? 0) + (progress?.matched ?? 0) === 0}
            onClick={() => go(new Run(plan, false, setProgress))}>{t('importNow')}</button>
        </div>
      )}
      {progress && <Progressed plan={plan} progress={progress} onStop={() => run.current?.stop()} onGo={() => run.current && go(run.current)} />}
      {imported && done && <div class="actions"><button type="button" class="btn main" onClick={onClose}>{common.t('close')}</button></div>}
    </section>
  );
}
