// What a file says of itself in its first lines: its form, its columns, and
// which kind of rows they look like.
import type { ImportField } from '../../api/types.gen';
import type { Form } from './cut';

const HEAD = 64 * 1024;
const SAMPLES = 3;
export const KINDS = ['customers', 'orders', 'users'] as const;
export type Kind = (typeof KINDS)[number];
export const DELIMITERS = { ',': 'COMMA', ';': 'SEMICOLON', '\t': 'TAB' } as const;
type Delimiter = keyof typeof DELIMITERS;

export interface Head {
  form: Form;
  delimiter: Delimiter;
  /** Names of the columns; of JSON Lines the names that its first lines have. */
  columns: string[];
  /** First rows, by column. */
  samples: string[][];
  /** Where the rows begin. */
  start: number;
}

/** Fields of the record at `at`, and where the next begins. */
function fields(text: string, at: number, delimiter: string): { values: string[]; next: number } {
  const values: string[] = [];
  let i = at;
  for (;;) {
    let value = '';
    if (text[i] === '"') {
      for (i++; i < text.length; i++) {
        if (text[i] === '"' && text[++i] !== '"') break;
        value += text[i];
      }
    }
    while (i < text.length && text[i] !== delimiter && text[i] !== '\n' && text[i] !== '\r') value += text[i++];
    values.push(value.trim());
    if (text[i] !== delimiter) break;
    i++;
  }
  if (text[i] === '\r') i++;
  if (text[i] === '\n') i++;
  return { values, next: i };
}

/** The one that occurs most in the first line, outside quotes. */
function guess(text: string, at: number): Delimiter {
  const count = { ',': 0, ';': 0, '\t': 0 };
  let quoted = false;
  for (let i = at; i < text.length && (quoted || !'\r\n'.includes(text.charAt(i))); i++) {
    const c = text.charAt(i);
    if (c === '"') quoted = !quoted;
    else if (!quoted && c in count) count[c as Delimiter]++;
  }
  return count[';'] > count[','] ? (count['\t'] > count[';'] ? '\t' : ';') : count['\t'] > count[','] ? '\t' : ',';
}

function csvHead(text: string, from: number): Head {
  let at = from;
  const sep = /^sep=([,;\t])\r?\n/.exec(text.slice(at));
  if (sep) at += sep[0].length;
  while (text[at] === '\n' || text[at] === '\r') at++;
  const delimiter = (sep?.[1] ?? guess(text, at)) as Delimiter;
  const first = fields(text, at, delimiter);
  const samples: string[][] = [];
  for (let i = first.next; i < text.length && samples.length < SAMPLES;) {
    const row = fields(text, i, delimiter);
    if (row.values.length > 1 || row.values[0]) samples.push(row.values);
    i = row.next > i ? row.next : text.length;
  }
  const start = new TextEncoder().encode(text.slice(0, first.next)).length;
  return { form: { csv: true, delimiter: delimiter.charCodeAt(0) }, delimiter, columns: first.values, samples, start };
}

function jsonHead(text: string): Head {
  const rows = text.split('\n').slice(0, SAMPLES).flatMap((line) => {
    try {
      const v: unknown = JSON.parse(line);
      return v && typeof v === 'object' ? [v as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
  const columns = [...new Set(rows.flatMap((r) => Object.keys(r)))];
  const samples = rows.map((r) => columns.map((c) => (typeof r[c] === 'string' ? r[c] : r[c] === undefined ? '' : JSON.stringify(r[c]))));
  return { form: { csv: false, delimiter: 0 }, delimiter: ',', columns, samples, start: 0 };
}

export async function readHead(file: File): Promise<Head> {
  const bytes = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(mark));
  const json = /\.(jsonl|ndjson)$/i.test(file.name) || (!/\.(csv|tsv)$/i.test(file.name) && /^\s*\{/.test(text));
  const head = json ? jsonHead(text) : csvHead(text, 0);
  return { ...head, start: head.start + mark };
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The field that a column's name says; '' for none. */
export function fieldOf(column: string, all: ImportField[], kind: Kind): string {
  const name = plain(column);
  const found = name && all.find((f) => f.kind === kind && (plain(f.name) === name || (f.alias && plain(f.alias) === name)));
  return found ? found.name : '';
}

/** A field for each column, none twice. */
export function mapColumns(columns: string[], all: ImportField[], kind: Kind): string[] {
  const taken = new Set<string>();
  return columns.map((c) => {
    const f = fieldOf(c, all, kind);
    if (!f || taken.has(f)) return '';
    taken.add(f);
    return f;
  });
}

/** The kind whose fields the columns know best; what each row must have weighs most. */
export function guessKind(columns: string[], all: ImportField[], open: readonly Kind[]): Kind {
  const score = (kind: Kind): number => {
    const got = mapColumns(columns, all, kind).filter(Boolean);
    const needed = all.filter((f) => f.kind === kind && f.required);
    return got.length + 3 * (needed.every((f) => got.includes(f.name)) ? 1 : 0);
  };
  return open.reduce((best, k) => (score(k) > score(best) ? k : best), open[0] ?? 'customers');
}
