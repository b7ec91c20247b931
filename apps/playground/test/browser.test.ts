// The page in a real browser, whose own WebSocket is the client.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openWebSocket } from '@ws/node';
import { type Browser, type ConsoleMessage, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { servePlayEcho } from './support/serve.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (CHROMIUM === undefined)
  console.log('skipped: no Chromium at /usr/bin/chromium; on Debian: apt-get install chromium');

/** Never a connection to anything but the test's own server. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Kept out of git. */
const SCREENSHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url));

describe.skipIf(CHROMIUM === undefined)('the playground in Chromium', () => {
  let browser: Browser;
  let page: Page;
  let server: Awaited<ReturnType<typeof servePlayEcho>>;

  beforeAll(async () => {
    server = await servePlayEcho();
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: FLAGS });
    page = await browser.newPage();
    page.setDefaultTimeout(10_000);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close({ grace: 0 });
  });

  /** Opens the page anew; anything that the browser complains of fails the test. */
  async function visit(width = 1280, height = 900, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const complaints: string[] = [];
    const onConsole = (message: ConsoleMessage): unknown => complaints.push(message.text());
    const onError = (error: Error): unknown => complaints.push(error.message);
    page.on('console', onConsole).on('pageerror', onError);
    onTestFinished(() => {
      page.off('console', onConsole).off('pageerror', onError);
      expect(complaints).toEqual([]);
    });
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.goto(`http://127.0.0.1:${server.port}/`);
    await page.getByText('live', { exact: true }).waitFor();
    return page;
  }

  async function connect(): Promise<void> {
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.locator('#send-fields:enabled').waitFor();
  }

  async function say(text: string): Promise<void> {
    await page.getByRole('textbox', { name: 'Message' }).fill(text);
    await page.getByRole('button', { name: 'Send' }).click();
  }

  const frame = (at: number) => page.locator('#frames li').nth(at);

  /** What an element says, in one line. */
  async function lineOf(element: Locator): Promise<string> {
    return (await element.innerText()).replace(/\s+/g, ' ').trim();
  }

  test('deflate is negotiated, and every frame is shown down to its octets', async () => {
    await visit();
    await connect();
    await page.getByText('open (permessage-deflate)').waitFor();
    await say('Hello, hello, hello!');
    await page.locator('#log li', { hasText: 'received: Hello, hello, hello!' }).waitFor();
    // The first two are the ping and its pong.
    await frame(3).waitFor();
    expect(await lineOf(frame(0))).toMatch(/^← from the server: ping fin playground 10 B/);
    expect(await lineOf(frame(2))).toMatch(/^→ from the client: text fin deflate f2 48 cd/);
    await frame(2).locator('summary').click();
    expect(await lineOf(frame(2).locator('.octets'))).toMatch(
      /^c1 FIN, RSV1: compressed, opcode 1, text 8d masked, payload of 13 bytes (?:[\da-f]{2} ){4}masking key f2 48 cd/,
    );
    const own = page.locator('#connections li', { hasText: 'this page' });
    await own.filter({ hasText: 'deflate' }).waitFor();
    expect(await own.getByRole('button').getAttribute('aria-pressed')).toBe('true');
  });

  test('answers in fragments arrive as one message', async () => {
    await visit();
    await page.getByText('Options').click();
    await page.getByLabel('Answers in frames of').fill('3');
    await page.getByLabel('Subprotocols').fill('other, chat');
    await connect();
    await page.getByText('open (chat, permessage-deflate)').waitFor();
    await page.getByRole('combobox', { name: 'As' }).selectOption('hex');
    await say('00 01 02 fd fe ff');
    await page.locator('#log li', { hasText: 'received: 00 01 02 fd fe ff' }).waitFor();
    await frame(5).waitFor();
    const marks = await page.locator('#frames .marks').allInnerTexts();
    const words = marks.map(text => text.replace(/\s+/g, ' '));
    expect(words.slice(2, 5)).toEqual(['binary fin deflate', 'binary deflate', 'continuation']);
    expect(words.at(-1)).toBe('continuation fin');
  });

  test('close codes of both sides are shown where they are seen', async () => {
    await visit();
    await connect();
    await page.getByLabel('Code').fill('4321');
    await page.getByLabel('Reason').fill('enough');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.locator('#log li', { hasText: 'closed: 1000' }).waitFor();
    await page.locator('#closed li', { hasText: '4321 private reserved: enough' }).waitFor();
    await connect();
    await say('close 1008 go away');
    await page.locator('#log li', { hasText: 'closed: 1008 go away' }).waitFor();
    // The server tells of it on another connection, which may be the later of the two.
    await page.locator('#closed li', { hasText: /✗ 1008 policy violation.*by the server/s }).waitFor();
    await page.getByRole('status').filter({ hasText: 'not connected' }).waitFor();
  });

  test('pages may close with few codes: others are told, and change nothing', async () => {
    await visit();
    await connect();
    await page.getByLabel('Code').fill('1001');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.locator('#log .bad', { hasText: '1001' }).waitFor();
    await say('still here');
    await page.locator('#log li', { hasText: 'received: still here' }).waitFor();
  });

  test('what peers say is never taken as HTML, nor does it turn the text around', async () => {
    await visit();
    const evil = '<img src=x onerror=alert(1)>\u202e';
    const other = await openWebSocket(`${server.url}/${encodeURIComponent('<b>')}`);
    await page.locator('#connections li', { hasText: '%3Cb%3E' }).getByRole('button').click();
    await other.sendMessage(evil);
    await other.sendMessage(`close 4000 ${evil}`);
    await other.whenClosed;
    await page.locator('#closed li', { hasText: '<img src=x onerror=alert(1)>\\u{202e}' }).waitFor();
    await page.locator('#frames li', { hasText: '<img src=x onerror=alert(1)>\\u{202e}' }).first().waitFor();
    expect(await page.locator('main img, main b:not(#rate-in, #rate-out, .who b, .code)').count()).toBe(0);
  });

  test('all of it can be done with the keyboard, and every field has a name', async () => {
    await visit();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.getByLabel('Path').focus();
    await page.keyboard.press('Enter');
    await page.locator('#message:focus').waitFor();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('typed');
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.locator('#log li', { hasText: 'received: typed' }).waitFor();
    const nameless = await page.evaluate(
      () =>
        [...document.querySelectorAll('input, select, textarea')].filter(
          field => !(field as HTMLInputElement).labels?.length,
        ).length,
    );
    expect(nameless).toBe(0);
    const tree = await page.locator('main').ariaSnapshot();
    for (const name of [
      'region "Messages per second"',
      'img "The last minute',
      'region "Try it"',
      'log "What was sent and received"',
      'region "Closed"',
    ]) {
      expect(tree).toContain(name);
    }
  });

  const looks = [
    ['phone-light', 375, 812, 'light', 'rgb(245, 246, 248)'],
    ['desktop-dark', 1280, 900, 'dark', 'rgb(13, 17, 23)'],
    ['phone-dark', 375, 812, 'dark', 'rgb(13, 17, 23)'],
    ['desktop-light', 1280, 900, 'light', 'rgb(245, 246, 248)'],
  ] as const;
  test.each(inject('tier') === 'quick' ? looks.slice(0, 2) : looks)(
    'it fits %s: nothing sticks out, and what is touched is big enough',
    async (name, width, height, colorScheme, ground) => {
      await visit(width, height, colorScheme);
      await connect();
      for (let i = 0; i < 3; i++) await say('Hello, hello, hello!');
      await frame(7).waitFor();
      await frame(2).locator('summary').click();
      server.monitor.tick();
      await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true });
      const found = await page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        ground: getComputedStyle(document.body).backgroundColor,
        sticksOut: [...document.querySelectorAll('.card *')].filter(
          each => !each.closest('.scroll, .hidden') && each.getBoundingClientRect().right > innerWidth,
        ).length,
        smallest: Math.min(
          ...[...document.querySelectorAll('button, input, select')]
            .map(each => each.getBoundingClientRect().height)
            .filter(size => size > 0),
        ),
      }));
      expect(found).toMatchObject({ width, ground, sticksOut: 0 });
      // However many lines there are, they scroll in a place of their own.
      const { height: before } = (await page.locator('main').boundingBox())!;
      await page.getByLabel('Times').fill('200');
      await say('again');
      await frame(60).waitFor();
      expect((await page.locator('main').boundingBox())!.height).toBe(before);
      // WCAG 2.2, 2.5.8: at least 24.
      expect(found.smallest).toBeGreaterThanOrEqual(24);
    },
  );
});
