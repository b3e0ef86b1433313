// How the back office stands: accessible in both colour schemes, whole at 360 px.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { start } from '../api/harness.mjs';
import { expectAccessible, expectNoSideways, launch } from './browser.mjs';
import { go, openOffice, placesOf, plant, settled } from './office.mjs';

const SCHEMES = [['light', 'desktop', { width: 1280, height: 800 }], ['dark', 'phone', { width: 360, height: 740 }]];
const CSP = { bypassCSP: true };
let s, browser, planted;
before(async () => {
  s = await start({ companies: 1, demo: { customers: 200, orders: 400 }, settings: { 'messages-log': true } });
  planted = await plant(s);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await s?.stop();
});

async function look(page, what) {
  await settled(page);
  await expectAccessible(page, what);
  await expectNoSideways(page, what);
}

for (const [colorScheme, size, viewport] of SCHEMES) {
  test(`the back office is accessible, ${colorScheme}, ${size}`, async () => {
    const { page, wrong, context } = await openOffice(browser, s, 'ADMIN', '', { ...CSP, colorScheme, viewport });
    for (const place of placesOf(planted)) {
      await go(page, place);
      if (place.includes(planted.long.id) || place.includes(planted.rtl.id)) {
        await settled(page);
        await expectNoSideways(page, place);
      } else await look(page, place);
      if (place.startsWith('orders/')) await page.keyboard.press('Escape');
    }
    for (const [place, button] of [['customers', 'New customer'], ['users', 'New user'], ['stores', 'New store'], ['keys', 'New key'],
      ['webhooks', 'New webhook'], [`customers/${planted.person.id}`, 'Edit']]) {
      await go(page, place);
      await page.getByRole('button', { name: button }).first().click();
      await page.locator('dialog').waitFor();
      await look(page, `${place}: ${button}`);
      await page.keyboard.press('Escape');
    }
    assert.deepEqual(wrong, []);
    await context.close();
  });
}
