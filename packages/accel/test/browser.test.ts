import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APPLICATION, bundle, FOUND, foundWithout } from './support/bundle.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (CHROMIUM === undefined)
  console.warn('skipped: no Chromium at /usr/bin/chromium (Debian: apt-get install chromium)');

/** Never a connection to anything but the test's own server. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PAGE = '<!doctype html><title>NVX</title><script type="module" src="/page.js"></script>';
const WORKER_PAGE = '<!doctype html><title>NVX</title><script type="module" src="/start-worker.js"></script>';
const STRICT = "default-src 'self'; script-src 'self'";

describe.skipIf(CHROMIUM === undefined)('the kernels in Chromium', () => {
  let browser: Browser;
  let server: Server;
  let origin = '';

  beforeAll(async () => {
    const files: Record<string, string> = {
      '/': PAGE,
      '/worker': WORKER_PAGE,
      '/page.js': await bundle(`${APPLICATION}; globalThis.report = report;`),
      '/worker.js': await bundle(`${APPLICATION}; postMessage(report);`),
      '/start-worker.js': `
        new Worker('/worker.js', { type: 'module' }).onmessage = event => { globalThis.report = event.data; };`,
    };
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const content = files[pathname];
      const policy = searchParams.get('csp');
      if (policy !== null) response.setHeader('content-security-policy', policy);
      response.setHeader('content-type', pathname.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8');
      response.writeHead(content === undefined ? 404 : 200).end(content);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: FLAGS });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function reportOf(path: string, policy: string | null): Promise<unknown> {
    const page = await browser.newPage();
    try {
      await page.goto(`${origin}${path}${policy === null ? '' : `?csp=${encodeURIComponent(policy)}`}`);
      const handle = await page.waitForFunction(() => (globalThis as { report?: unknown }).report);
      return await handle.jsonValue();
    } finally {
      await page.close();
    }
  }

  test('are used by a page', async () => {
    expect(await reportOf('/', null)).toEqual(FOUND);
  });

  test('are used by a worker', async () => {
    expect(await reportOf('/worker', null)).toEqual(FOUND);
  });

  test("are used under a content security policy with 'wasm-unsafe-eval'", async () => {
    expect(await reportOf('/', `${STRICT} 'wasm-unsafe-eval'`)).toEqual(FOUND);
  });

  test('are blocked under one without, and JavaScript does the same', async () => {
    expect(await reportOf('/', STRICT)).toEqual(
      foundWithout(expect.stringMatching(/^blocked: .*Content Security Policy/)),
    );
  });
});
