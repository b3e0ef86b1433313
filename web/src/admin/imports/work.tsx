// The file that was chosen: which column is what, a dry run with its verdicts,
// then the import with its progress.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Import, ImportField } from '../../api/types.gen';
import { common } from '../../i18n';
import { dateTime, number } from '../../i18n/time';
import { errorText, Select } from '../../ui/form';
import { toastError } from '../../ui/toast';
import { t } from '../texts';
import * as current from './current';
import { mapColumns, type Head, type Kind } from './header';
import { rejectsFile, save, type Plan, type Progress } from './run';
import { takeUp } from './unfinished';

const SHOWN = 50;

interface Props {
  plan: Plan;
  all: ImportField[];
  kinds: Kind[];
  /** An import of a file of this name that is not finished. */
  before: Import | undefined;
  onTakeUp: (b: Import, file: File, head: Head) => void;
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

/** What a page can find at fault by itself. */
const FAULTS: Record<string, 'lineTooLong' | 'importOver' | 'otherFileRefused'> =
  { line_too_long: 'lineTooLong', import_over: 'importOver', other_file: 'otherFileRefused' };

function Progressed({ plan, progress, onStop, onGo }:
{ plan: Plan; progress: Progress; onStop: () => void; onGo: () => void }): JSX.Element {
  const { phase, dry } = progress;
  const busy = phase === 'running' || phase === 'waiting';
  const said = phase === 'failed' && progress.error
    ? (progress.error.code === 'page_error' ? t(FAULTS[progress.error.message] ?? 'fileUnreadable') : errorText(progress.error))
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
        {(phase === 'stopped' || phase === 'failed') && (progress.id || plan.begun) && <button type="button" class="btn" onClick={onGo}>{t('goOn')}</button>}
      </div>
      {progress.rejects.length > 0 && <Rejects plan={plan} progress={progress} />}
    </section>
  );
}

function Before({ b, onTakeUp }: { b: Import; onTakeUp: () => Promise<void> }): JSX.Element {
  const [looking, setLooking] = useState(false);
  return (
    <div class="note stack">
      <p>{t('takeUpQuestion', { when: dateTime(b.createdAt), n: number(b.lastRow) })}</p>
      <p><button type="button" class="btn small" disabled={looking} onClick={() => {
        setLooking(true);
        onTakeUp().catch(toastError).finally(() => setLooking(false));
      }}>{looking ? t('comparing') : t('takeUp')}</button></p>
    </div>
  );
}

export function Work({ plan, all, kinds, before, onTakeUp }: Props): JSX.Element {
  const progress = current.progress.value;
  const busy = current.busy.value;
  const { begun } = plan;
  const missing = begun ? [] : all.filter((f) => f.kind === plan.kind && f.required && !plan.fields.includes(f.name)).map((f) => f.name);
  const done = progress?.phase === 'done';
  const imported = !!begun || (!!progress && !progress.dry);
  return (
    <section class="card stack" aria-label={plan.file.name}>
      <div class="row apart">
        <h2 class="break"><bdi>{plan.file.name}</bdi></h2>
        <button type="button" class="btn small" disabled={busy} onClick={() => current.choose(null)}>{t('otherFile')}</button>
      </div>
      {before && !progress && <Before b={before} onTakeUp={async () => {
        const head = await takeUp(before, plan.file);
        if (head) onTakeUp(before, plan.file, head);
      }} />}
      <Select label={t('kind')} value={plan.kind} disabled={busy || imported} options={kinds.map((k) => [k, t(k)] as const)}
        onValue={(k) => current.choose({ ...plan, kind: k as Kind, fields: mapColumns(plan.head.columns, all, k as Kind) })} />
      {begun ? null : plan.head.columns.length === 0 ? <p class="note bad">{t('noColumns')}</p> : (
        <Columns plan={plan} all={all} disabled={busy || imported} onFields={(fields) => current.choose({ ...plan, fields })} />
      )}
      {missing.length > 0 && <p class="note">{t('needs', { fields: missing.join(', ') })}</p>}
      {!imported && (
        <div class="row tight">
          <button type="button" class={done ? 'btn' : 'btn main'} disabled={busy || missing.length > 0} onClick={() => current.begin(true)}>{t('dryRun')}</button>
          <button type="button" class={done ? 'btn main' : 'btn'} disabled={busy || !done || (progress?.created ?? 0) + (progress?.matched ?? 0) === 0}
            onClick={() => current.begin(false)}>{t('importNow')}</button>
        </div>
      )}
      {progress && <Progressed plan={plan} progress={progress} onStop={current.stop} onGo={current.goOn} />}
      {imported && done && <div class="actions"><button type="button" class="btn main" onClick={() => current.choose(null)}>{common.t('close')}</button></div>}
    </section>
  );
}
