// Debian's Chromium on the pages of the real program: what every test of a page
// stands on. See ../api/harness.mjs for the program itself.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { sleep } from '../api/harness.mjs';

const CHROMIUM = '/usr/bin/chromium';
// Root has no user namespace to put a sandbox into.
const ARGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const launch = (more = []) => chromium.launch({ executablePath: CHROMIUM, args: [...ARGS, ...more] });

/** A Chromium with a profile that outlives it: kill() is a power cut. */
export async function launchWithProfile(profile = mkdtempSync(join(tmpdir(), 'clientele-profile-'))) {
  const port = join(profile, 'DevToolsActivePort');
  rmSync(port, { force: true });
  const child = spawn(CHROMIUM, [...ARGS, '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: 'ignore', detached: true });
  const ended = new Promise((done) => { child.on('close', done); });
  for (let i = 0; i < 200 && !existsSync(port); i++) await sleep(50);
  await sleep(100);
  const [number, path] = readFileSync(port, 'utf8').split('\n');
  const browser = await chromium.connectOverCDP(`ws://127.0.0.1:${number}${path}`);
  return {
    profile,
    context: browser.contexts()[0],
    async kill() {
      process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
    remove: () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Notes what a page must never do: errors, refused scripts, requests elsewhere. */
export function watch(page, url) {
  const wrong = [];
  page.on('pageerror', (e) => wrong.push(`error: ${e.message}`));
  page.on('console', (m) => {
    const text = m.text();
    // A refused request of the API is an answer, not a fault of the page.
    if (m.type() === 'error' && !/Failed to load resource/.test(text)) wrong.push(`console: ${text}`);
  });
  page.on('request', (r) => {
    if (!r.url().startsWith(url) && !/^(data|blob|about):/.test(r.url())) wrong.push(`request: ${r.url()}`);
  });
  return wrong;
}

/** A page of its own context, with what it must not have done. */
export async function openPage(browser, s, path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-IN', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const wrong = watch(page, s.url);
  await page.goto(s.url + path);
  return { page, wrong, context };
}

export async function signIn(page, user) {
  await page.locator('input[name=email]').fill(user.email);
  await page.locator('input[name=password]').fill(user.password);
  await page.keyboard.press('Enter');
}

/** The till, signed in, its first questions answered. */
export async function openTill(browser, s, role = 'CASHIER', options = {}) {
  const opened = await openPage(browser, s, `/till?company=${s.a.slug}`, options);
  await signIn(opened.page, s.a.users[role]);
  await tillReady(opened.page);
  return opened;
}

export async function tillReady(page) {
  await page.waitForFunction(() => document.activeElement?.id === 'who');
  await page.waitForSelector('.most button');
}

/** Types and presses, counting keys. */
export function keyboardOf(page) {
  const k = { presses: 0 };
  k.press = async (...keys) => {
    for (const key of keys) {
      k.presses++;
      await page.keyboard.press(key);
    }
  };
  k.type = async (text) => {
    k.presses += text.length;
    await page.keyboard.type(text);
  };
  return k;
}

/** axe-core finds nothing; it comes in past the content policy, as an extension would. */
export async function expectAccessible(page, what) {
  // A dialog's backdrop and colours move for a moment.
  await page.waitForTimeout(150);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), [], what);
}

/** Nothing reaches beyond the window's right edge. */
export async function expectNoSideways(page, what) {
  const { wide, room } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, room: document.documentElement.clientWidth }));
  assert.ok(wide <= room, `${what}: ${wide} px in a window of ${room}`);
}

export { sleep };
