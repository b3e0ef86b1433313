// One import under way: part after part, each sent until it is answered. A part
// that arrived and whose answer was lost changes nothing when it comes again.
import { call } from '../../api/client';
import { asApiError, isAbort, type ApiError } from '../../api/error';
import type { ImportVerdict } from '../../api/types.gen';
import { cut, type Part } from './cut';
import { DELIMITERS, type Head, type Kind } from './header';

const KEPT = 10_000;
const WAIT_MOST = 10_000;

export interface Plan {
  file: File;
  head: Head;
  kind: Kind;
  /** By column; '' is passed over. */
  fields: string[];
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

export class Run {
  progress: Progress;
  private part = 1;
  private at: number;
  private stopper = new AbortController();

  constructor(private plan: Plan, dry: boolean, private tell: (p: Progress) => void) {
    this.at = plan.head.start;
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
      if (!this.progress.id) await this.open();
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
      body: { kind, fileName: file.name.slice(-200), dryRun: this.progress.dry, ...how },
      idempotencyKey: key, signal: this.stopper.signal,
    }));
    this.set({ id: opened.id });
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
    this.part++;
    this.at = part.to;
    const { created, matched, rejected } = answer;
    this.set({
      created, matched, rejected, bytes: part.to, phase: part.last ? 'done' : 'running',
      rejects: this.progress.rejects.length < KEPT ? [...this.progress.rejects, ...rejectsOf(part, answer.rows)] : this.progress.rejects,
    });
  }

  /** Again after a pause while the service is not reached, busy or down. */
  private async patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let wait = 500; ; wait = Math.min(wait * 2, WAIT_MOST)) {
      try {
        const answer = await ask();
        if (this.progress.phase === 'waiting') this.set({ phase: 'running' });
        return answer;
      } catch (e) {
        if (isAbort(e) || !asApiError(e).transient) throw e;
        this.set({ phase: 'waiting' });
        await this.pause(Math.max(wait, asApiError(e).retryAfter * 1000));
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
