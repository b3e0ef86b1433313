// Who changed what, and when: names of fields, never their values.
import type { JSX } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { list } from '../api/client';
import { dateTime } from '../i18n/time';
import { Field } from '../ui/form';
import { Failed, Loading } from '../ui/states';
import { place, to } from '../ui/route';
import { usePages } from './pages';
import { t } from './texts';
import { VirtualTable } from './virtual';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function AuditLog(): JSX.Element {
  const [subject, setSubject] = useState(place.value.query.get('subject') ?? '');
  const asked = UUID.test(subject.trim()) ? subject.trim() : undefined;
  const read = useCallback((cursor: string | undefined, signal: AbortSignal) =>
    list('GET /api/audit', { query: { limit: 100, ...(cursor && { cursor }), ...(asked && { subject: asked }) }, signal }), [asked]);
  const found = usePages(read, asked ?? '');
  const refused = subject.trim() !== '' && !asked;
  return (
    <div class="stack">
      <div class="row apart">
        <h1>{t('audit')}</h1>
        <div class="filter">
          <Field label={t('auditSubject')} value={subject} onValue={setSubject} error={refused ? t('notAnId') : undefined} spellcheck={false} />
        </div>
      </div>
      <VirtualTable label={t('audit')} pages={found} keyOf={(r) => r.id}
        href={(r) => (r.subjectId ? to('audit', { subject: r.subjectId }) : to('audit'))}
        columns={[
          { key: 'at', title: t('when'), width: '11rem', cell: (r) => dateTime(r.at) },
          { key: 'action', title: t('what'), width: '14rem', cell: (r) => <code>{r.action}</code> },
          { key: 'actor', title: t('who'), width: '1fr', cell: (r) => <span class="mono">{r.actorId ?? r.actorKind}</span> },
          { key: 'subject', title: t('aboutWhom'), width: '1fr', cell: (r) => <span class="mono">{r.subjectId ?? '–'}</span> },
          { key: 'fields', title: t('fields'), width: '1fr', cell: (r) => String(r.fields ?? '–') },
          { key: 'seq', title: t('sealed'), width: '5rem', number: true, cell: (r) => r.seq ?? '…' },
        ]}
        foot={found.error ? <Failed error={found.error} retry={() => found.retry()} /> : found.busy ? <Loading /> : null} />
    </div>
  );
}
