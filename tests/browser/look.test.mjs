// How pages stand: accessible in both colour schemes, whole at 360 px, light to
// load, and deaf to markup in what people typed.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, newPhone, start } from '../api/harness.mjs';
import { expectAccessible, expectNoSideways, launch, openPage, openTill, signIn, tillReady } from './browser.mjs';

const MARKUP = '<img src=x onerror="globalThis.hit=1"><script>globalThis.hit=1</script>';
const PHONE = { width: 360, height: 740 };
let s, admin, browser, planted;
before(async () => {
  s = await start({ companies: 1, demo: { customers: 60, orders: 120 } });
  admin = s.as('ADMIN');
  browser = await launch();
  planted = expectOk(await admin.post('/api/customers', {
    name: `Eve ${MARKUP}`, phone: newPhone(), notes: MARKUP, area: MARKUP, address: MARKUP, tags: ['<b>tag</b>'],
  }), 201);
  expectOk(await admin.post('/api/stores', { name: `Zed ${MARKUP}`, code: '<i>', address: MARKUP }), 201);
  expectOk(await admin.post('/api/customers', { name: 'שלמה כהן ‮evil', phone: newPhone() }), 201);
});
after(async () => {
  await browser?.close();
  await s?.stop();
});

async function tillScreens(page, see) {
  await see('empty');
  await page.keyboard.type('an');
  await page.locator('#who-list [role=option]').first().waitFor();
  await page.locator('.detail .figures').waitFor();
  await see('matches');
  await page.keyboard.press('Enter');
  await page.locator('.taken .figures').waitFor();
  await page.locator('#line').fill('mil');
  await see('items');
  await page.keyboard.press('Enter');
  await page.keyboard.type('2 umbrella 250\n');
  await see('cart');
  await page.keyboard.press('F9');
  await page.waitForSelector('#amount:focus');
  await page.keyboard.type('2000');
  await see('pay');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog .receipt');
  await see('done');
  await page.keyboard.press('Enter');
  await page.keyboard.type('9999');
  await page.getByText('Nobody has this').waitFor();
  await page.keyboard.press('Enter');
  await see('register');
  await page.keyboard.press('Escape');
  await page.keyboard.press('F8');
  await page.keyboard.press('Enter');
  await page.locator('dialog .matches button').first().waitFor();
  await see('orders');
}

// Colours do not depend on the size: each scheme once, each size once.
for (const [colorScheme, size, viewport] of [['light', 'desktop', { width: 1280, height: 800 }], ['dark', 'phone', PHONE]]) {
  test(`the till is accessible, ${colorScheme}, ${size}`, async () => {
    const { page, wrong, context } = await openPage(browser, s, `/till?company=${s.a.slug}`, { colorScheme, viewport });
    await page.getByLabel('E-mail').waitFor();
    await expectAccessible(page, 'sign-in');
    await signIn(page, s.a.users.MANAGER);
    await tillReady(page);
    await tillScreens(page, async (what) => {
      await expectAccessible(page, what);
      await expectNoSideways(page, what);
    });
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

for (const [locale, word, amount] of [['de-DE', 'Kunde', /1\.234,50/], ['es-ES', 'Cliente', /1234,50/], ['hi-IN', 'ग्राहक', /1,234\.50/]]) {
  test(`the till in ${locale}, whole at 360 px`, async () => {
    const { page, wrong, context } = await openTill(browser, s, 'MANAGER', { locale, viewport: PHONE });
    assert.equal(await page.evaluate(() => document.documentElement.lang), locale.slice(0, 2));
    await page.getByText(word, { exact: false }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('1 kite 1234.50\n');
    assert.match(await page.locator('#total').textContent(), amount);
    await expectNoSideways(page, 'sale');
    await page.keyboard.press('F9');
    await page.waitForSelector('#amount:focus');
    await expectNoSideways(page, 'pay');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog .receipt');
    await expectNoSideways(page, 'done');
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test('what people typed shows as text', async () => {
  const { page, wrong, context } = await openTill(browser, s, 'MANAGER');
  await page.locator('select[aria-label=Store]').selectOption({ label: `Zed ${MARKUP}` });
  await page.locator('#who').fill(planted.phone);
  await page.locator('.detail', { hasText: '<script>' }).waitFor();
  await page.locator('#who').press('Enter');
  await page.locator('.taken', { hasText: '<script>' }).waitFor();
  await page.locator('#line').fill(`1 ${MARKUP.replaceAll(' ', '_')} 5`);
  await page.locator('#line').press('Enter');
  await page.locator('.lines', { hasText: '<script>' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForSelector('#amount:focus');
  await page.keyboard.press('Enter');
  await page.locator('.receipt', { hasText: '<script>' }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('F8');
  await page.keyboard.press('Enter');
  await page.locator('.receipt, dialog .matches', { hasText: '<script>' }).waitFor();
  assert.equal(await page.evaluate(() => globalThis.hit), undefined);
  assert.equal(await page.locator('img[src=x]').count(), 0);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('a name from right to left leaves the others as they are', async () => {
  const { page, context } = await openTill(browser, s);
  await page.keyboard.type('שלמה');
  const row = page.locator('#who-list [role=option]').first();
  await row.waitFor();
  const [name, number] = await row.evaluate((el) => [...el.children].map((c) => c.getBoundingClientRect().left));
  assert.ok(name < number, 'the number stays on the right');
  await context.close();
});

test('names of 10,000 characters are refused at their field', async () => {
  const { page, context } = await openTill(browser, s);
  await page.keyboard.type('zzzzqqq');
  await page.getByText('Nobody has this').waitFor();
  await page.keyboard.press('Enter');
  await page.getByLabel('Name').evaluate((el) => {
    el.removeAttribute('maxlength');
    el.value = 'x'.repeat(10000);
    el.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.getByLabel('Phone').fill(newPhone());
  await page.keyboard.press('Enter');
  await page.locator('.field .wrong').waitFor();
  assert.equal(await page.getByLabel('Name').getAttribute('aria-invalid'), 'true');
  await context.close();
});

test('the first load is under 120 kB, and takes a key within a second on a slow machine', async () => {
  const { page, context } = await openTill(browser, s);
  // What else this machine does slows a load down; the quickest of three tells what the page takes.
  const loads = [];
  for (let i = 0; i < 3; i++) loads.push(await firstLoad(context));
  const ready = Math.min(...loads.map((l) => l.ready));
  const bytes = Math.max(...loads.map((l) => l.bytes));
  assert.ok(bytes > 5000 && bytes < 120_000, `${bytes} bytes`);
  assert.ok(ready < 1000, `${ready.toFixed(0)} ms`);
  await page.close();
  await context.close();
});

/** Everything from the service, nothing kept, the CPU slowed four times. */
async function firstLoad(context) {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  await cdp.send('Network.setBypassServiceWorker', { bypass: true });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  let bytes = 0;
  cdp.on('Network.loadingFinished', (e) => { bytes += e.encodedDataLength; });
  await page.addInitScript(() => {
    const look = () => {
      if (document.activeElement?.id === 'who') globalThis.ready = performance.now();
      else requestAnimationFrame(look);
    };
    look();
  });
  await page.goto(`${s.url}/till`);
  await page.waitForFunction(() => globalThis.ready);
  const ready = await page.evaluate(() => globalThis.ready);
  await page.waitForSelector('.most button');
  await page.waitForTimeout(300);
  await page.close();
  return { bytes, ready };
}

test('a receipt prints alone, as wide as the roll', async () => {
  const { page, context } = await openTill(browser, s);
  await page.keyboard.press('Enter');
  await page.keyboard.type('1 kite 99\n');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#amount:focus');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog .receipt');
  for (const [width, points] of [['58', 164.4], ['80', 226.8]]) {
    await page.getByLabel('Paper width').selectOption(width);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map((m) => Number(m[1]));
    assert.ok(boxes.length === 1 && Math.abs(boxes[0] - points) < 2, `${width} mm: pages ${boxes}`);
  }
  await page.emulateMedia({ media: 'print' });
  const shown = await page.evaluate(() => ['.bar', '.till', '.receipt', 'dialog .actions'].map((q) => {
    const el = document.querySelector(q);
    return !!el && el.checkVisibility({ visibilityProperty: true });
  }));
  assert.deepEqual(shown, [false, false, true, false]);
  await context.close();
});
