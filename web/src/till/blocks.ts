// Many people in little room, found at once: a thousand of them are a block, the
// same on the disk and in memory. Its columns are one text each, with a line a
// person, which the browser's own indexOf() runs through; 200,000 people are
// some 20 MB and a few milliseconds. Without a page, and tested so.

export interface KeptPerson {
  id: string;
  name: string;
  phone: string | null;
  points: number;
}

/** As it is sealed. */
export interface Columns {
  ids: string;
  names: string;
  phones: string;
  points: number[];
}

export const BLOCK = 1000;
const ID = 36;

/** Lines of text, "\n" before each and after the last; starts[i] is that of line i. */
interface Lines {
  text: string;
  starts: Uint32Array;
}

export interface Block {
  columns: Columns;
  names: Lines;
  /** Words of the name without accents and signs, a space before each. */
  folded: Lines;
  phones: Lines;
}

const fold = (s: string): string =>
  s.toLowerCase().normalize('NFD').replace(/\p{M}+/gu, '').replace(/[^\p{L}\p{N}\n]+/gu, ' ');

function linesOf(text: string, count: number): Lines {
  const starts = new Uint32Array(count + 1);
  for (let i = 0, at = 0; i <= count; i++, at++) {
    at = text.indexOf('\n', at);
    starts[i] = at;
  }
  return { text, starts };
}

const line = (l: Lines, i: number): string => l.text.slice((l.starts[i] ?? 0) + 1, l.starts[i + 1]);

/** The line that this place is in. */
function lineAt(l: Lines, at: number): number {
  let low = 0;
  let high = l.starts.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((l.starts[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return low;
}

const oneLine = (s: string): string => s.replace(/\s+/g, ' ');

export function columnsOf(people: readonly KeptPerson[]): Columns {
  return {
    ids: people.map((p) => p.id).join(''),
    names: `\n${people.map((p) => `${oneLine(p.name)}\n`).join('')}`,
    phones: `\n${people.map((p) => `${p.phone ?? ''}\n`).join('')}`,
    points: people.map((p) => p.points),
  };
}

export function blockOf(columns: Columns): Block {
  const count = columns.points.length;
  return {
    columns,
    names: linesOf(columns.names, count),
    folded: linesOf(fold(columns.names.replace(/\n(?=[^])/g, '\n ')), count),
    phones: linesOf(columns.phones, count),
  };
}

function person(b: Block, i: number): KeptPerson {
  return {
    id: b.columns.ids.slice(i * ID, i * ID + ID), name: line(b.names, i), phone: line(b.phones, i) || null,
    points: b.columns.points[i] ?? 0,
  };
}

export const sizeOf = (b: Block): number => b.columns.points.length;
export const peopleOf = (b: Block | undefined): KeptPerson[] => (b ? b.columns.points.map((_, i) => person(b, i)) : []);
export const has = (b: Block | undefined, id: string): boolean => b !== undefined && b.columns.ids.indexOf(id) % ID === 0;

interface Found {
  rank: number;
  name: string;
  block: Block;
  at: number;
}

/** Keeps the best of what it is given. */
class Best {
  readonly found: Found[] = [];
  constructor(private readonly most: number) {}

  offer(rank: number, block: Block, at: number): void {
    const { found, most } = this;
    const last = found[found.length - 1];
    if (found.length === most && last && rank > last.rank) return;
    const name = line(block.folded, at);
    if (found.length === most && last && rank === last.rank && name >= last.name) return;
    let i = found.length;
    while (i > 0 && before(rank, name, found[i - 1])) i--;
    found.splice(i, 0, { rank, name, block, at });
    if (found.length > most) found.pop();
  }
}

const before = (rank: number, name: string, f: Found | undefined): boolean =>
  f !== undefined && (rank < f.rank || (rank === f.rank && name < f.name));

/** By the number's end, its beginning behind the country's, or any part of it. */
function byNumber(b: Block, digits: string, best: Best): void {
  const { text, starts } = b.phones;
  for (let at = text.indexOf(digits); at >= 0;) {
    const i = lineAt(b.phones, at);
    const end = starts[i + 1] ?? text.length;
    // "\n+91…": two signs before the first digit.
    const rank = text.startsWith(digits, end - digits.length) ? 0 : at - (starts[i] ?? 0) - 2 <= 3 ? 1 : 2;
    best.offer(rank, b, i);
    at = text.indexOf(digits, end);
  }
}

/** Every word begins one of the name's; short names first. */
function byWords(b: Block, words: readonly string[], best: Best): void {
  const { text, starts } = b.folded;
  const [first = '', ...others] = words;
  for (let at = text.indexOf(first); at >= 0;) {
    const i = lineAt(b.folded, at);
    const begin = starts[i] ?? 0;
    const end = starts[i + 1] ?? text.length;
    if (others.length === 0) best.offer(end - begin, b, i);
    else {
      const name = text.slice(begin, end);
      if (others.every((w) => name.includes(w))) best.offer(end - begin, b, i);
    }
    at = text.indexOf(first, end);
  }
}

/** Best first, as the service would: by three digits of the number or more, else by words of the name. */
export function search(blocks: Iterable<Block>, typed: string, most: number): KeptPerson[] {
  const digits = typed.replace(/\D/g, '').replace(/^0+/, '');
  // The longest is the rarest.
  const words = fold(typed).split(/\s+/).filter(Boolean).map((w) => ` ${w}`).sort((a, b) => b.length - a.length);
  const best = new Best(most);
  if (digits.length >= 3) for (const b of blocks) byNumber(b, digits, best);
  else if (words.length > 0) for (const b of blocks) byWords(b, words, best);
  return best.found.map((f) => person(f.block, f.at));
}
