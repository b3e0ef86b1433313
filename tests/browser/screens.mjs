// Pictures of every page for docs/screens: light and dark, desktop and phone.
//   node tests/browser/screens.mjs [PAGE…]     (CLIENTELE_BIN: the program)
// They are looked at, not compared: fonts and times differ from machine to machine.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, expectOk, start } from '../api/harness.mjs';
import { launch, openPage, signIn, tillReady } from './browser.mjs';
import { PAGES as OTHERS } from './screens-pages.mjs';

const OUT = join(ROOT, 'docs/screens');
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

/** Each page takes the steps of a person and says where to take a picture. */
const PAGES = {
  async till(page, s, shot) {
    await page.goto(`${s.url}/till?company=${s.a.slug}`);
    await signIn(page, s.a.users.MANAGER);
    await tillReady(page);
    const [c] = expectOk(await s.as('MANAGER').get('/api/customers/recent?limit=1'));
    await page.keyboard.type(c.phone.slice(3, 7));
    await page.locator('.detail .last li').first().waitFor();
    await shot('find');
    await page.locator('#who').fill(c.phone);
    await page.locator('.detail .last li').first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.taken .last li').first().waitFor();
    await page.locator('.favourites li').first().waitFor();
    for (const line of ['1', '2*4', '0.35 cardamom 2400', '2 umbrella 250 -10%']) await page.keyboard.type(`${line}\n`);
    await shot('sale');
    await page.keyboard.press('F9');
    await page.waitForSelector('#amount:focus');
    await page.keyboard.type('d500\n');
    await page.getByText('Still due').waitFor();
    await page.keyboard.type('c2000');
    await shot('pay');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog .receipt');
    await shot('done');
    await page.keyboard.press('Enter');
    await page.keyboard.type('98111 22233\n');
    await page.getByRole('heading', { name: 'Register' }).waitFor();
    await page.keyboard.type('Asha Rao');
    await shot('register');
    await page.context().setOffline(true);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.id === 'line');
    await page.keyboard.type('3 kite 99\n\n');
    await page.waitForSelector('#amount:focus');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog .receipt');
    await page.keyboard.press('Enter');
    await page.locator('.badge button').click();
    await shot('offline');
  },
  ...OTHERS,
};

const s = await start({ companies: 1, demo: { customers: 2000, orders: 6000 } });
const browser = await launch();
mkdirSync(OUT, { recursive: true });
const asked = process.argv.slice(2);
for (const [name, steps] of Object.entries(PAGES)) {
  if (asked.length && !asked.includes(name)) continue;
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const { page, context } = await openPage(browser, s, '/', { colorScheme, viewport });
      await steps(page, s, async (what) => {
        await page.waitForTimeout(300);
        await page.screenshot({ path: join(OUT, `${name}-${what}-${size}-${colorScheme}.png`) });
      });
      await context.close();
    }
  }
}
await browser.close();
await s.stop();
