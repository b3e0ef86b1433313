// From measured rounds to medians, a JSON file and a table for readers.
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';

export function median(values) {
  const v = [...values].sort((a, b) => a - b);
  const mid = v.length >> 1;
  return v.length % 2 ? v[mid] : (v[mid - 1] + v[mid]) / 2;
}

/** Rounds of one load on one target to its figures. */
export function summary(rounds) {
  const of = (key) => median(rounds.map((r) => r[key]));
  const all = (key) => rounds.reduce((a, r) => a + r[key], 0);
  return { rate: of('rate'), p50: of('p50'), p90: of('p90'), p99: of('p99'), max: Math.max(...rounds.map((r) => r.max)),
    refused: all('refused'), broken: all('broken'), requests: all('requests'), rounds: rounds.map((r) => Math.round(r.rate)) };
}

export function machine() {
  const cpus = os.cpus();
  return { cpu: cpus[0]?.model ?? 'unknown', cores: cpus.length, memoryGb: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(), node: process.version };
}

const n = (v, digits = 0) => v.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const cell = (f) => (f ? `${n(f.rate)}/s, ${n(f.p50, 1)} / ${n(f.p99, 1)} ms` : '–');
const ratio = (a, b) => (a && b ? `${(a.rate / b.rate).toFixed(1)}×` : '–');

function loadsTable(loads) {
  const rows = Object.entries(loads).map(([load, t]) => `| ${load.replace('_', ' ')} | ${cell(t.sqlite)} | ${cell(t.postgres)} `
    + `| ${cell(t.peer)} | ${ratio(t.sqlite, t.peer)} | ${ratio(t.postgres, t.peer)} |`);
  return ['| load | Clientele on SQLite | Clientele on PostgreSQL | Fastify + pg | SQLite to it | PostgreSQL to it |',
    '|---|---|---|---|---|---|', ...rows].join('\n');
}

function signInText({ quiet, beside, me, p99Ratio, signIns: s }) {
  return ['| | requests/s, p50 / p99 |', '|---|---|', `| look-ups alone | ${cell(quiet)} |`,
    `| look-ups beside sign-ins | ${cell(beside)} |`, `| \`GET /api/auth/me\` | ${cell(me)} |`,
    '', `Beside them ${n(s.rate)} sign-ins/s were offered: ${n(s.okRate)}/s signed in (p50 ${n(s.p50)}, p99 ${n(s.p99)} ms); of `
    + `${n(s.offered)} in all ${n(s.ok)} got 200, ${n(s.busy)} got 503 (${n(s.busySaysWhen)} with \`Retry-After\`), ${n(s.other)} anything `
    + `else. The look-ups' p99 was ${n(p99Ratio, 1)} times that of the same round alone.`].join('\n');
}

/** Which budgets hold: [what, measured, budget, ok]. */
export function judge(results, budgets) {
  const out = [];
  if (results.data.customers < 1000000) return out; // budgets are for the whole data
  const add = (what, value, limit, ok) => out.push({ what, value, limit, ok });
  for (const [load, targets] of Object.entries(budgets.loads)) {
    for (const [target, b] of Object.entries(targets)) {
      const f = results.loads?.[load]?.[target];
      const peer = results.loads?.[load]?.peer;
      if (!f) continue;
      if (b.rate) add(`${load} ${target} requests/s`, f.rate, b.rate, f.rate >= b.rate);
      if (b.p99) add(`${load} ${target} p99 ms`, f.p99, b.p99, f.p99 <= b.p99);
      if (b.ratio && peer) add(`${load} ${target} to the peer`, f.rate / peer.rate, b.ratio, f.rate / peer.rate >= b.ratio);
    }
  }
  const s = results.signin;
  if (s) {
    add('look-ups/s beside sign-ins', s.beside.rate, budgets.signin.lookup_rate, s.beside.rate >= budgets.signin.lookup_rate);
    add('p99 of look-ups beside sign-ins to quiet', s.p99Ratio, budgets.signin.lookup_p99_ratio, s.p99Ratio < budgets.signin.lookup_p99_ratio);
    add('auth/me requests/s', s.me.rate, budgets.signin.me_rate, s.me.rate >= budgets.signin.me_rate);
  }
  const most = (what, value, limit) => value !== undefined && add(what, value, limit, value <= limit);
  most('import of 1,000,000 customers s', results.import?.customersSeconds, budgets.import_customers_1000000_s);
  most('import of 1,000,000 orders s', results.import?.ordersSeconds, budgets.import_orders_1000000_s);
  most('start s', results.start?.seconds, budgets.start_s);
  most('resident MB', results.memory?.sqlite?.resident, budgets.resident_mb);
  return out;
}

export function write(results, folder) {
  const budgets = JSON.parse(readFileSync(join(folder, 'budgets.json'), 'utf8'));
  results.budgets = judge(results, budgets);
  const { machine: m, data: d } = results;
  const parts = [`Measured ${results.at.slice(0, 10)} on ${m.cores} cores (${m.cpu}), ${m.memoryGb} GB, shared with the load `
    + `(wrk -t2 -c32), ${d.customers.toLocaleString('en-US')} customers and ${d.orders.toLocaleString('en-US')} orders, medians of `
    + `${d.rounds} rounds of ${d.seconds} s, interleaved. A cell is requests a second, then p50 / p99.`];
  if (results.loads) parts.push('## One company', loadsTable(results.loads));
  if (results.tenants) parts.push('## A thousand companies', loadsTable(results.tenants));
  if (results.signin) parts.push('## Sign-ins beside look-ups, on SQLite', signInText(results.signin));
  const facts = [];
  if (results.start) facts.push(`- start to the first answer, on that file: ${n(results.start.seconds * 1000)} ms`);
  if (results.fill) facts.push(`- filling the store with \`demo\`: ${n(results.fill.sqlite, 1)} s on SQLite`
    + (results.fill.postgres ? `, ${n(results.fill.postgres, 1)} s on PostgreSQL` : ''));
  if (results.import) facts.push(`- import of ${n(results.import.customers)} customers: ${n(results.import.customersSeconds, 1)} s; `
    + `of ${n(results.import.orders)} orders: ${n(results.import.ordersSeconds, 1)} s`);
  for (const [name, v] of Object.entries(results.memory ?? {})) {
    facts.push(`- resident after the loads, ${name}: ${n(v.resident)} MB (${n(v.anonymous)} MB without file pages)`);
  }
  if (facts.length) parts.push('## Besides', facts.join('\n'));
  if (results.budgets.length) parts.push('## Budgets', ['| what | measured | budget | |', '|---|---|---|---|', ...results.budgets.map((b) =>
    `| ${b.what} | ${n(b.value, b.value < 100 ? 2 : 0)} | ${n(b.limit, b.limit < 1 ? 2 : 0)} | ${b.ok ? 'held' : '**missed**'} |`)].join('\n'));
  const refused = [results.loads, results.tenants].flatMap((l) => Object.entries(l ?? {}))
    .flatMap(([load, t]) => Object.entries(t).filter(([, f]) => f.refused + f.broken > 0)
      .map(([target, f]) => `- ${load} ${target}: ${f.refused} refused, ${f.broken} broken of ${f.requests}`));
  if (refused.length) parts.push('## Answers that were not 2xx', refused.join('\n'));
  const text = parts.join('\n\n') + '\n';
  writeFileSync(join(folder, 'results.json'), JSON.stringify(results, null, 2) + '\n');
  writeFileSync(join(folder, 'results.md'), `# Results of the last run\n\n${text}`);
  return text;
}
