// A file in parts: whole records of bounded number and size, read by slices, so
// that a file of any size needs no more memory than a slice. Where a record
// ends is judged as the service judges it (src/imports/csv.c).
const WINDOW = 700 * 1024;
const ROWS = 500; // others who write wait for a part
const LF = 10, CR = 13, QUOTE = 34;

export interface Part {
  blob: Blob;
  /** Where in the file it begins and ends. */
  from: number;
  to: number;
  /** Each record that is not blank: place in the part. */
  records: { from: number; to: number }[];
  /** Where each row ends, blank ones too: as the service counts them. */
  ends: number[];
  bytes: Uint8Array;
  /** The file ends with it. */
  last: boolean;
  /** Its last record opens a quote that nothing closes. */
  force: boolean;
}

export interface Form {
  csv: boolean;
  /** A byte. */
  delimiter: number;
}

/** The record at `at`: where its text ends, and where the next begins; null: not within these bytes. */
function record(bytes: Uint8Array, at: number, form: Form, eof: boolean): { end: number; next: number; quoted: boolean } | null {
  let quoted = false, fresh = form.csv;
  let i = at;
  while (i < bytes.length) {
    const b = bytes[i];
    if (quoted) {
      const q = bytes.indexOf(QUOTE, i);
      if (q < 0) break;
      if (q + 1 === bytes.length && !eof) return null;
      if (bytes[q + 1] === QUOTE) {
        i = q + 2;
        continue;
      }
      quoted = false;
      fresh = false;
      i = q + 1;
      continue;
    }
    if (b === LF) return { end: i, next: i + 1, quoted: false };
    if (b === CR && form.csv) {
      if (i + 1 === bytes.length && !eof) return null;
      return { end: i, next: bytes[i + 1] === LF ? i + 2 : i + 1, quoted: false };
    }
    quoted = form.csv && b === QUOTE && fresh;
    fresh = form.csv && b === form.delimiter;
    i++;
  }
  return eof ? { end: bytes.length, next: bytes.length, quoted } : null;
}

/** The end of the first line: a record that ends nowhere is passed over that far. */
function firstLine(bytes: Uint8Array): number {
  const i = bytes.findIndex((b) => b === LF || b === CR);
  if (i < 0) return bytes.length;
  return bytes[i] === CR && bytes[i + 1] === LF ? i + 2 : i + 1;
}

const blank = (bytes: Uint8Array, from: number, to: number, csv: boolean): boolean =>
  from === to || (!csv && bytes.subarray(from, to).every((b) => b === 32 || b === 9 || b === CR));

/** The part that begins at `from`; null when the file has a line that fits no part. */
export async function cut(file: Blob, from: number, form: Form, most = ROWS): Promise<Part | null> {
  const stop = Math.min(from + WINDOW, file.size);
  const bytes = new Uint8Array(await file.slice(from, stop).arrayBuffer());
  const eof = stop === file.size;
  const records: Part['records'] = [];
  const ends: number[] = [];
  let at = 0, force = false;
  while (at < bytes.length && records.length < most) {
    const r = record(bytes, at, form, eof);
    if (r && !r.quoted) {
      if (!blank(bytes, at, r.end, form.csv)) records.push({ from: at, to: r.end });
      at = r.next;
      ends.push(at);
      continue;
    }
    if (at > 0) break; // what follows begins a part of its own
    const line = firstLine(bytes);
    if (line === bytes.length && !eof) return null;
    records.push({ from: 0, to: line });
    at = line;
    ends.push(at);
    force = form.csv;
    break;
  }
  const type = form.csv ? 'text/csv' : 'application/x-ndjson';
  return {
    blob: new Blob([bytes.subarray(0, at)], { type }), from, to: from + at, records, ends, bytes,
    last: from + at === file.size, force,
  };
}

/** Where the row after so many of them begins; null: the file has no more than fewer. */
export async function placeAfter(file: Blob, from: number, form: Form, rows: number): Promise<number | null> {
  let at = from;
  for (let left = rows; left > 0;) {
    const part = at < file.size ? await cut(file, at, form, Infinity) : null;
    if (!part) return null;
    const end = part.ends[left - 1];
    if (end !== undefined) return at + end;
    left -= part.ends.length;
    at = part.to;
  }
  return at;
}
