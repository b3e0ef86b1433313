// Is this the file that an import was begun with? A browser may not open a file
// again by itself: somebody chooses it, and it is compared with what this
// browser noted of it, or else with what the import made.
import { call } from '../../api/client';
import type { Import } from '../../api/types.gen';
import { cut, placeAfter } from './cut';
import { DELIMITERS, type Head } from './header';

const KEPT = 'clientele-admin-imports';
const MOST = 20;
const ENDS = 1024 * 1024; // of the file's begin and end

interface Note {
  id: string;
  size: number;
  hash: string;
}

function notes(): Note[] {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '[]');
    return Array.isArray(all) ? all as Note[] : [];
  } catch {
    return [];
  }
}

async function hashOf(file: File): Promise<string> {
  const some = new Blob([file.slice(0, ENDS), file.slice(Math.max(0, file.size - ENDS))]);
  const hash = await crypto.subtle.digest('SHA-256', await some.arrayBuffer());
  return Array.from(new Uint8Array(hash), (b) => b.toString(16).padStart(2, '0')).join('');
}

/** Remembers which file an import is of: no name and nothing of what is in it. */
export async function note(id: string, file: File): Promise<void> {
  const rest = notes().filter((n) => n.id !== id).slice(1 - MOST);
  localStorage.setItem(KEPT, JSON.stringify([...rest, { id, size: file.size, hash: await hashOf(file) }]));
}

/** Rows of the file from one on, as a dry run of the same import sees them: how many would be made. */
async function madeAnew(b: Import, file: File, head: Head, skip: number): Promise<number> {
  const { columns, map } = await call('GET /api/imports/{id}', { path: { id: b.id } });
  const at = await placeAfter(file, head.start, head.form, skip);
  const end = await placeAfter(file, head.start, head.form, b.lastRow - (head.form.csv ? 1 : 0));
  const part = at !== null && end !== null && (!head.form.csv || columns.length === head.columns.length)
    ? await cut(file.slice(0, end), at, head.form) : null;
  if (!part) return 1;
  const how = head.form.csv ? { columns: columns.map((c) => c.column), delimiter: DELIMITERS[head.delimiter] } : { format: 'jsonl' as const };
  const dry = await call('POST /api/imports', {
    body: { kind: b.kind, fileName: b.fileName, dryRun: true, ...how, ...(map && { map }) },
  });
  const { rows } = await call('PUT /api/imports/{id}/parts/{partNo}', {
    path: { id: dry.id, partNo: 1 }, query: { last: true, ...(part.force && { force: true }) }, body: part.blob,
  });
  return rows.filter((v) => v.verdict === 'created').length;
}

/**
 * 'same', or 'other': where this browser began the import by size and hash, elsewhere
 * by looking whether the first rows and the last ones that were taken are there already.
 */
export async function compare(b: Import, file: File, head: Head): Promise<'same' | 'other'> {
  const known = notes().find((n) => n.id === b.id);
  if (known) return known.size === file.size && known.hash === await hashOf(file) ? 'same' : 'other';
  if (head.form.csv !== (b.format === 'csv')) return 'other';
  const rows = b.lastRow - (head.form.csv ? 1 : 0);
  if (rows <= 0) return 'same'; // nothing of it was taken
  const sample = 500;
  for (const skip of rows > sample ? [0, rows - sample] : [0]) if (await madeAnew(b, file, head, skip) > 0) return 'other';
  return 'same';
}
