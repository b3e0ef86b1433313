// Sign-ins beside look-ups. A password check is meant to cost; what it may not
// do is make the tills wait. Sign-ins are offered at a fixed rate whatever
// becomes of them, as people would.
import http from 'node:http';
import { median, summary } from './report.mjs';
import { signIn, wrk, wrkBeside, writeSamples } from './targets.mjs';

/** Offers sign-ins for so long: how many of what answer, and how long they took. */
export async function offerSignIns(url, body, rate, seconds) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1000 });
  const text = JSON.stringify(body);
  const out = { offered: 0, ok: 0, busy: 0, busySaysWhen: 0, other: 0, times: [] };
  const one = () => new Promise((done) => {
    const begin = performance.now();
    const req = http.request(`${url}/api/auth/login`, { method: 'POST', agent, timeout: 60000,
      headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) } }, (res) => {
      res.resume().on('end', () => {
        if (res.statusCode === 200) {
          out.ok++;
          out.times.push(performance.now() - begin);
        } else if (res.statusCode === 503) {
          out.busy++;
          if (Number(res.headers['retry-after']) > 0) out.busySaysWhen++;
        } else out.other++;
        done();
      });
    });
    req.on('timeout', () => req.destroy());
    req.on('error', () => { out.other++; done(); });
    req.end(text);
  });
  const begin = performance.now();
  const all = [];
  for (let past = 0; past < seconds; past = (performance.now() - begin) / 1000) {
    for (; out.offered < past * rate; out.offered++) all.push(one());
    await new Promise((r) => setTimeout(r, 5));
  }
  await Promise.all(all);
  agent.destroy();
  out.times.sort((a, b) => a - b);
  const at = (q) => out.times[Math.min(out.times.length - 1, Math.floor(out.times.length * q))] ?? 0;
  return { ...out, times: undefined, seconds, okRate: out.ok / seconds, p50: at(0.5), p99: at(0.99) };
}

/** Rounds of: look-ups alone, look-ups beside sign-ins, `auth/me`. */
export async function signInPart(target, made, people, folder, { rounds, seconds, rate, say }) {
  const admin = made.users.find((u) => u.role === 'ADMIN');
  target.tokens = [await signIn(target, made.company, admin)];
  writeSamples(folder, target.tokens, people, people);
  const body = { email: admin.email, password: admin.password, company: made.company.slug };
  const all = { quiet: [], beside: [], signIns: [], me: [] };
  for (let round = 0; round < rounds; round++) {
    all.quiet.push(wrk(target, 'lookup', folder, seconds, 900 + round));
    const [beside, signIns] = await Promise.all([wrkBeside(target, 'lookup', folder, seconds, 950 + round),
      offerSignIns(target.url, body, rate, seconds)]);
    all.beside.push(beside);
    all.signIns.push(signIns);
    all.me.push(wrk(target, 'me', folder, seconds, 980 + round));
    const line = (f) => `${Math.round(f.rate)}/s, p99 ${f.p99.toFixed(1)} ms`;
    say(`look-ups ${line(all.quiet.at(-1))}; beside ${signIns.okRate.toFixed(0)} sign-ins/s of ${rate} offered ${line(beside)}; `
      + `auth/me ${line(all.me.at(-1))}`);
  }
  const total = (key) => all.signIns.reduce((a, r) => a + r[key], 0);
  return {
    quiet: summary(all.quiet), beside: summary(all.beside), me: summary(all.me),
    p99Ratio: median(all.beside.map((b, i) => b.p99 / all.quiet[i].p99)),
    signIns: { rate, okRate: median(all.signIns.map((r) => r.okRate)), p50: median(all.signIns.map((r) => r.p50)),
      p99: median(all.signIns.map((r) => r.p99)),
      ...Object.fromEntries(['offered', 'ok', 'busy', 'busySaysWhen', 'other'].map((k) => [k, total(k)])) },
  };
}
