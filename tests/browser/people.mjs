// What keeping many people costs a till: the first fill, the disk, the memory,
// a start without the network, a look-up with every key, and following changes.
//   node tests/browser/people.mjs [PEOPLE]     (CLIENTELE_BIN: the program)
import { fileURLToPath } from 'node:url';
import { expectOk, start } from '../api/harness.mjs';
import { launchWithProfile, signIn, sleep, tillReady } from './browser.mjs';
import { everybodyKept, national, pageKept, stored, until } from './selling.mjs';

const median = (v) => [...v].sort((a, b) => a - b)[Math.floor(v.length / 2)];
const round = (x) => Math.round(x * 10) / 10;

/** Bytes of live JavaScript objects of the page, and what it holds outside. */
async function memory(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.enable');
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = await cdp.send('Runtime.getHeapUsage');
  await cdp.detach();
  return (usedSize + backingStorageSize) / 1e6;
}

/** The longest that the page answered nobody since it was asked last, in ms. */
const stalls = (page) => page.evaluate(() => {
  const worst = Math.max(0, ...globalThis.stalls ?? []);
  globalThis.stalls = [];
  globalThis.watching ??= new PerformanceObserver((seen) => globalThis.stalls.push(...seen.getEntries().map((e) => e.duration)));
  globalThis.watching.observe({ entryTypes: ['longtask'] });
  return worst;
});

/** Types it key by key; ms from each key that asks to the painted answer, and who is shown at the end. */
export async function typed(page, text) {
  await page.locator('#who').fill('');
  await page.evaluate(() => {
    globalThis.times = [];
    globalThis.typedAt ??= addEventListener('input', () => {
      const at = performance.now();
      // After the key's own work and what follows from it: the next frame is out.
      requestAnimationFrame(() => setTimeout(() => globalThis.times.push(performance.now() - at)));
    }, true) ?? true;
  });
  for (const key of text) {
    await page.keyboard.type(key);
    await sleep(60);
  }
  await page.waitForFunction((n) => globalThis.times.length >= n, text.length);
  return {
    times: await page.evaluate(() => globalThis.times),
    names: await page.locator('#who-list [role=option] .name').allTextContents(),
    phones: await page.locator('#who-list [role=option] .num').allTextContents(),
  };
}

/**
 * A till that has everybody: { s, chrome, page, figures }, until closeFull().
 */
export async function openFull(people) {
  const full = { figures: { people } };
  try {
    await fill(full, people);
    return full;
  } catch (e) {
    await closeFull(full);
    throw e;
  }
}

export async function closeFull({ s, chrome }) {
  await chrome?.kill();
  chrome?.remove();
  await s?.stop();
}

async function fill(full, people) {
  const { figures } = full;
  const s = full.s = await start({ companies: 1, demo: { customers: people, orders: 500 } });
  const chrome = full.chrome = await launchWithProfile();
  const page = full.page = await chrome.context.newPage();
  await page.goto(`${s.url}/till?company=${s.a.slug}`);
  await signIn(page, s.a.users.CASHIER);
  await tillReady(page);
  figures.memoryBeforeMB = round(await memory(page));
  await stalls(page);
  const begun = Date.now();
  await everybodyKept(page, 1200);
  figures.fillSeconds = round((Date.now() - begun) / 1000);
  figures.fillLongestTaskMs = round(await stalls(page));
  await pageKept(page);
  figures.memoryAfterFillMB = round(await memory(page));
  figures.diskMB = round(await page.evaluate(async () => (await navigator.storage.estimate()).usageDetails?.indexedDB ?? 0) / 1e6);
  figures.rows = (await stored(page, 'people')).length;
}

/** Starts the page anew without the network, until somebody is found. */
export async function restartOffline(full, probe) {
  const { page, figures } = full;
  await page.context().setOffline(true);
  await page.reload();
  await page.waitForFunction(() => document.activeElement?.id === 'who');
  await stalls(page);
  const begun = Date.now();
  await until('the kept people answer', async () => (await typed(page, national(probe.phone))).names.includes(probe.name), 120);
  figures.startSeconds = round((Date.now() - begun) / 1000);
  figures.startLongestTaskMs = round(await stalls(page));
  figures.memoryMB = round(await memory(page));
}

/** Some people are changed elsewhere; how long the till is busy with that when it has its network again. */
export async function followChanges(full, changed) {
  const { s, page, figures } = full;
  const manager = s.as('MANAGER');
  for (const [i, c] of changed.entries()) {
    expectOk(await manager.patch(`/api/customers/${c.id}`, { name: `Changed Elsewhere ${i}` }));
  }
  const head = await until('all changes are in the feed', async () => {
    const seen = [];
    let rows;
    do {
      rows = expectOk(await manager.get(`/api/events?after=${seen.at(-1)?.seq ?? 0}&limit=100`));
      seen.push(...rows);
    } while (rows.length === 100);
    return seen.filter((e) => e.type === 'customer.updated').length >= changed.length && seen.at(-1).seq;
  });
  // It looks every 15 s; what counts is how long it is busy then.
  const asked = page.waitForRequest((r) => /\/api\/customers\/[0-9a-f-]{36}$/.test(r.url()), { timeout: 60_000 });
  await page.context().setOffline(false);
  await stalls(page);
  await asked;
  const begun = Date.now();
  await until('the changes are in', async () => (await stored(page, 'meta')).find((m) => m.companyId).seq >= head, 120);
  figures.followed = changed.length;
  figures.followSeconds = round((Date.now() - begun) / 1000);
  figures.followLongestTaskMs = round(await stalls(page));
}

async function main() {
  const full = await openFull(Number(process.argv[2] ?? 200_000));
  const { s, page, figures } = full;
  try {
    const some = expectOk(await s.as('CASHIER').get('/api/customers?limit=100'));
    await restartOffline(full, some[50]);
    for (const [what, texts] of Object.entries({
      number: some.slice(0, 5).map((c) => national(c.phone)), lastDigits: some.slice(5, 10).map((c) => c.phone.slice(-5)),
      name: some.slice(10, 15).map((c) => c.name.toLowerCase()), swapped: some.slice(15, 20).map((c) => c.name.split(' ').reverse().join(' ').toLowerCase()),
    })) {
      const times = [];
      for (const text of texts) times.push(...(await typed(page, text)).times);
      figures[`${what}Ms`] = { median: round(median(times)), worst: round(Math.max(...times)) };
    }
    await page.locator('#who').fill('');
    await followChanges(full, some);
  } finally {
    console.log(JSON.stringify(figures, null, 1));
    await closeFull(full);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
