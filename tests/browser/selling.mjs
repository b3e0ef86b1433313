// What tests of a till that loses its network have in common.
import assert from 'node:assert/strict';
import { sleep } from '../api/harness.mjs';

export const national = (phone) => phone.replace('+91', '');

/** What the disk of the browser holds of one store. */
export const stored = (page, store) => page.evaluate((name) => new Promise((resolve, reject) => {
  const open = indexedDB.open('clientele-till');
  open.onerror = () => reject(open.error);
  open.onsuccess = () => {
    const all = open.result.transaction(name).objectStore(name).getAll();
    all.onsuccess = () => {
      open.result.close();
      resolve(JSON.parse(JSON.stringify(all.result, (_, v) => (v instanceof Uint8Array || v instanceof ArrayBuffer ? `bytes ${v.byteLength}` : v))));
    };
  };
}), store);

export async function until(what, work, seconds = 30) {
  for (let i = 0; i < seconds * 5; i++) {
    const is = await work();
    if (is) return is;
    await sleep(200);
  }
  return assert.fail(`never: ${what}`);
}

/** Everybody the till may keep is on the disk. */
export const everybodyKept = (page, seconds) =>
  until('everybody is kept', async () => (await stored(page, 'meta')).find((m) => m.companyId)?.full, seconds);

/** The page starts without the network from now on. */
export const pageKept = (page) => until('the worker keeps the page',
  () => page.evaluate(async () => !!(await navigator.serviceWorker.getRegistration('/till'))?.active));

/** One item at 10.00 per unit, cash; what the receipt calls it. */
export async function sell(page, units) {
  await page.waitForFunction(() => document.activeElement?.id === 'line');
  await page.keyboard.type(`${units} pencil 10\n`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#amount:focus');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog .receipt');
  const title = await page.locator('dialog h2').textContent();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => !document.querySelector('dialog'));
  return title;
}

/** To somebody who is found by typing this. */
export async function sellTo(page, typed, name, units) {
  await page.locator('#who').fill(typed);
  await page.locator('#who-list [role=option]', { hasText: name }).waitFor();
  await page.locator('#who').press('Enter');
  return sell(page, units);
}
