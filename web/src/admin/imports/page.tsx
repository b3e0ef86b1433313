// Imports: a file dropped or chosen, looked at, tried, brought in; those that
// stopped in the middle, and those before it, which can be taken back.
import type { JSX } from 'preact';
import { list } from '../../api/client';
import { may } from '../../api/session';
import type { Import, ImportField } from '../../api/types.gen';
import { useLoad } from '../../ui/load';
import { Failed, Loading } from '../../ui/states';
import { toastError } from '../../ui/toast';
import { t } from '../texts';
import * as current from './current';
import { Drop } from './drop';
import { guessKind, KINDS, mapColumns, readHead, type Head, type Kind } from './header';
import { History } from './history';
import { nameOf } from './run';
import { Unfinished, useUnfinished } from './unfinished';
import { Work } from './work';

/** The kinds that this user may bring in. */
const openKinds = (): Kind[] => KINDS.filter((k) => k !== 'users' || may('MANAGE_USERS'));

function Bring({ fields }: { fields: ImportField[] }): JSX.Element {
  const plan = current.plan.value;
  const unfinished = useUnfinished(current.changes.value);
  const choose = (file: File): void => {
    readHead(file).then((head) => {
      const kind = guessKind(head.columns, fields, openKinds());
      current.choose({ file, head, kind, fields: mapColumns(head.columns, fields, kind) });
    }).catch(toastError);
  };
  const goOn = (b: Import, file: File, head: Head): void => {
    current.choose({ file, head, kind: b.kind, fields: [], begun: b });
    current.begin(false);
  };
  const here = [plan?.begun?.id, current.progress.value?.id];
  const others = (unfinished.data ?? []).filter((b) => !here.includes(b.id));
  return (
    <>
      {plan
        ? <Work plan={plan} all={fields} kinds={openKinds()} before={others.find((b) => b.fileName === nameOf(plan.file))} onTakeUp={goOn} />
        : <Drop id="import-file" label={t('dropFile')} onFile={choose}><p class="quiet">{t('dropHint')}</p></Drop>}
      <Unfinished all={others} busy={plan !== null} onTakeUp={goOn} onChanged={() => current.changes.value++} />
      <History round={current.changes.value} />
    </>
  );
}

export function Imports(): JSX.Element {
  const { data, error, reload } = useLoad((signal) => list('GET /api/imports/fields', { signal }), []);
  return (
    <div class="stack medium">
      <h1>{t('imports')}</h1>
      {data ? <Bring fields={data.rows} /> : error ? <Failed error={error} retry={reload} /> : <Loading />}
    </div>
  );
}
