// One import under way: part after part, each sent until it is answered. A part
// that arrived and whose answer was lost changes nothing when it comes again.
// The service counts the rows that it has taken: where another page sends parts
// of the same import, or one before this did, the next one begins behind them.
import { call } from '../../api/client';
import { asApiError, isAbort, type ApiError } from '../../api/error';
import type { Import, ImportVerdict } from '../../api/types.gen';
import { cut, placeAfter, type Part } from './cut';
import { DELIMITERS, type Head, type Kind } from './header';
import { note } from './known';

const KEPT = 10_000;
const WAIT_MOST = 10_000;

export interface Plan {
  file: File;
  head: Head;
  kind: Kind;
  /** By column; '' is passed over. */
  fields: string[];
  /** An import that was begun with this file and goes on. */
  begun?: Import;
}

/** A rejected row, with its own text to be mended. */
export interface Reject extends ImportVerdict {
  text: string;
}

export interface Progress {
  dry: boolean;
  phase: 'running' | 'waiting' | 'stopped' | 'done' | 'failed';
  id: string;
  bytes: number;
  created: number;
  matched: number;
  rejected: number;
  rejects: Reject[];
  error: ApiError | null;
}

/** As the service keeps it. */
export const nameOf = (file: File): string => file.name.slice(-200);

export class Run {
  progress: Progress;
  private part = 1;
  /** Rows of the file that were sent, the header with them. */
  private row: number;
  private at: number;
  private stopper = new AbortController();

  constructor(private plan: Plan, dry: boolean, private tell: (p: Progress) => void) {
    this.at = plan.head.start;
    this.row = plan.head.form.csv ? 1 : 0;
    this.progress = { dry, phase: 'running', id: '', bytes: 0, created: 0, matched: 0, rejected: 0, rejects: [], error: null };
  }

  stop(): void {
    this.stopper.abort();
  }

  /** From the beginning, or from where it was stopped. */
  async go(): Promise<void> {
    this.stopper = new AbortController();
    this.set({ phase: 'running', error: null });
    try {
      if (!this.progress.id) await (this.plan.begun ? this.takeUp(this.plan.begun.id) : this.open());
      while (this.progress.phase !== 'done') await this.next();
    } catch (e) {
      if (isAbort(e)) this.set({ phase: 'stopped' });
      else this.set({ phase: 'failed', error: asApiError(e) });
    }
  }

  private set(some: Partial<Progress>): void {
    this.progress = { ...this.progress, ...some };
    this.tell(this.progress);
  }

  private async open(): Promise<void> {
    const { file, head, kind, fields } = this.plan;
    const how = head.form.csv
      ? { columns: fields.map((f) => f || '-'), delimiter: DELIMITERS[head.delimiter] }
      : { format: 'jsonl' as const, map: head.columns.map((c, i) => (fields[i] && /^[^,=]+$/.test(c) ? `${c}=${fields[i]}` : '')).filter(Boolean).join(',') };
    const key = crypto.randomUUID();
    const opened = await this.patiently(() => call('POST /api/imports', {
      body: { kind, fileName: nameOf(file), dryRun: this.progress.dry, ...how },
      idempotencyKey: key, signal: this.stopper.signal,
    }));
    this.set({ id: opened.id });
    if (!this.progress.dry) await note(opened.id, file);
  }

  /** An import that another page began goes on where the service says that it is. */
  private async takeUp(id: string): Promise<void> {
    const { nextPart, lastRow, created, matched, rejected, state } =
      await this.patiently(() => call('GET /api/imports/{id}', { path: { id }, signal: this.stopper.signal }));
    if (state !== 'running') throw new Error('import_over');
    await this.seek(nextPart, lastRow);
    this.set({ id, created, matched, rejected, bytes: this.at });
    await note(id, this.plan.file);
  }

  /** The next part is this one, and begins behind this row. */
  private async seek(part: number, row: number): Promise<void> {
    const { file, head } = this.plan;
    const at = await placeAfter(file, head.start, head.form, row - (head.form.csv ? 1 : 0));
    if (at === null) throw new Error('other_file');
    this.part = part;
    this.row = row;
    this.at = at;
  }

  private async next(): Promise<void> {
    const { file, head } = this.plan;
    const part = await cut(file, this.at, head.form);
    if (!part) throw new Error('line_too_long');
    const answer = await this.patiently(() => call('PUT /api/imports/{id}/parts/{partNo}', {
      path: { id: this.progress.id, partNo: this.part },
      query: { ...(part.last && { last: true }), ...(part.force && { force: true }) },
      body: part.blob, signal: this.stopper.signal,
    }));
    const row = this.row + part.ends.length;
    if (answer.lastRow === row && answer.nextPart === this.part + 1) {
      this.part++;
      this.row = row;
      this.at = part.to;
    } else await this.seek(answer.nextPart, answer.lastRow);
    const { created, matched, rejected } = answer;
    this.set({
      created, matched, rejected, bytes: this.at, phase: answer.state === 'running' ? 'running' : 'done',
      rejects: this.progress.rejects.length < KEPT ? [...this.progress.rejects, ...rejectsOf(part, answer.rows)] : this.progress.rejects,
    });
  }

  /** Again after a pause while the service is not reached, busy or down, or until somebody has signed in again. */
  private async patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let wait = 500; ; wait = Math.min(wait * 2, WAIT_MOST)) {
      try {
        const answer = await ask();
        if (this.progress.phase === 'waiting') this.set({ phase: 'running' });
        return answer;
      } catch (e) {
        const error = asApiError(e);
        if (isAbort(e) || !(error.transient || error.status === 401)) throw e;
        this.set({ phase: 'waiting' });
        await this.pause(Math.max(wait, error.retryAfter * 1000));
      }
    }
  }

  private pause(ms: number): Promise<void> {
    const { signal } = this.stopper;
    return new Promise((done, fail) => {
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        fail(new DOMException('stopped', 'AbortError'));
      }, { once: true });
    });
  }
}

function rejectsOf(part: Part, rows: ImportVerdict[]): Reject[] {
  const decoder = new TextDecoder();
  return rows.flatMap((v, i) => {
    const r = part.records[i];
    if (v.verdict !== 'rejected') return [];
    return [{ ...v, text: r && !part.force ? decoder.decode(part.bytes.subarray(r.from, r.to)) : '' }];
  });
}

const cell = (text: string): string => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
};

/** The rejected rows as a file to be mended: row, field and reason before their own columns, which import takes again. */
export function rejectsFile(rejects: Reject[], head: Head): Blob {
  const d = head.delimiter;
  const line = (first: (string | number)[], rest: string): string => `${first.map((v) => cell(String(v))).join(d)}${rest ? d + rest : ''}\r\n`;
  const lines = rejects.map((r) => line([r.row, r.field ?? '', r.reason ?? ''], head.form.csv ? r.text : cell(r.text)));
  return new Blob([line(['row', 'field', 'reason'], head.form.csv ? head.columns.map(cell).join(d) : cell('line')), ...lines], { type: 'text/csv' });
}

/** Lets the browser keep a file. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
