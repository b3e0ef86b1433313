// Imports: a file dropped or chosen, looked at, tried, brought in; and those
// before it, which can be taken back.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { list } from '../../api/client';
import { may } from '../../api/session';
import type { ImportField } from '../../api/types.gen';
import { useLoad } from '../../ui/load';
import { Failed, Loading } from '../../ui/states';
import { toastError } from '../../ui/toast';
import { t } from '../texts';
import { guessKind, KINDS, mapColumns, readHead, type Kind } from './header';
import { History } from './history';
import type { Plan } from './run';
import { Work } from './work';

/** The kinds that this user may bring in. */
const openKinds = (): Kind[] => KINDS.filter((k) => k !== 'users' || may('MANAGE_USERS'));

function Choose({ onFile }: { onFile: (file: File) => void }): JSX.Element {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null | undefined): void => {
    const file = files?.[0];
    if (file) onFile(file);
    if (input.current) input.current.value = ''; // the same file can be chosen again
  };
  return (
    <div class={over ? 'card drop over' : 'card drop'}
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault();
        setOver(false);
        take(e.dataTransfer?.files);
      }}>
      <label for="import-file">{t('dropFile')}</label>
      <input ref={input} id="import-file" type="file" accept=".csv,.tsv,.txt,.jsonl,.ndjson,text/csv" onChange={(e) => take(e.currentTarget.files)} />
      <p class="quiet">{t('dropHint')}</p>
    </div>
  );
}

function Bring({ fields }: { fields: ImportField[] }): JSX.Element {
  const [plan, setPlan] = useState<Plan | null>(null);
  const [round, setRound] = useState(0);
  const [ended, setEnded] = useState(0);
  const choose = (file: File): void => {
    readHead(file).then((head) => {
      const kind = guessKind(head.columns, fields, openKinds());
      setRound((n) => n + 1);
      setPlan({ file, head, kind, fields: mapColumns(head.columns, fields, kind) });
    }).catch(toastError);
  };
  return (
    <>
      {plan
        ? <Work key={round} plan={plan} all={fields} kinds={openKinds()} onPlan={setPlan}
          onClose={() => setPlan(null)} onEnded={() => setEnded((n) => n + 1)} />
        : <Choose onFile={choose} />}
      <History round={ended} />
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
