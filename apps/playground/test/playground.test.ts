// What is served: the page, the connections, and what the page is told of them.
import { once } from 'node:events';
import { createServer, request as requestHttp } from 'node:http';
import { text } from 'node:stream/consumers';
import { openWebSocket, WebSocketServerFactory } from '@ws/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FEED_PATH, FEED_PROTOCOL, servePlayground } from '../src/index.ts';
import { servePlayEcho } from './support/serve.ts';

let server: Awaited<ReturnType<typeof servePlayEcho>>;
beforeAll(async () => {
  server = await servePlayEcho();
});
afterAll(() => server.close({ grace: 0 }));

async function get(path: string, options: { method?: string; host?: string; headers?: Record<string, string> } = {}) {
  const { method = 'GET', host = `127.0.0.1:${server.port}` } = options;
  const request = requestHttp({
    port: server.port,
    path,
    method,
    headers: { ...options.headers, host },
    agent: false,
  }).end();
  const [response] = await once(request, 'response');
  return { status: response.statusCode as number, headers: response.headers, body: await text(response) };
}

const openFeed = (headers: Record<string, string> = {}) =>
  openWebSocket(`${server.url}${FEED_PATH}`, { subprotocols: [FEED_PROTOCOL], headers, messageQueueSize: 100 });

/** Any message of the feed: what is in it is what is tested. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of several kinds
type Message = Record<string, any>;

/** The next message of a kind; `until` picks among them. */
async function next(
  feed: Awaited<ReturnType<typeof openFeed>>,
  type: string,
  until: (message: Message) => boolean = () => true,
): Promise<Message> {
  for (;;) {
    const message = JSON.parse((await feed.getMessage()) as string);
    if (message.type === type && until(message)) return message;
  }
}

describe('the page', () => {
  test('comes with a policy under which nothing but its own files runs', async () => {
    const { status, headers, body } = await get('/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = headers['content-security-policy'];
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(policy).toContain(rule);
    }
    expect(policy).not.toContain('unsafe');
    expect(body).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|\sstyle=/i);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('consists of a few files, and nothing else of the disk can be had', async () => {
    expect((await get('/main.js?v=1')).headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect((await get('/theme.css')).status).toBe(200);
    for (const path of ['/../package.json', '/..%2fpackage.json', '/page/main.js', '/nothing', '/__proto__']) {
      expect((await get(path)).status).toBe(404);
    }
    expect(await get('/', { method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    expect(await get('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  test('is not given to names that are not of this machine (DNS rebinding)', async () => {
    expect((await get('/', { host: 'evil.example' })).status).toBe(421);
    expect((await get('/', { host: `localhost:${server.port}` })).status).toBe(200);
    expect((await get('/', { host: '[::1]' })).status).toBe(200);
  });
});

describe('the feed', () => {
  test('is for pages of this server only', async () => {
    await expect(openFeed({ Origin: 'https://evil.example' })).rejects.toMatchObject({ statusCode: 403 });
    const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', Origin: 'http://evil.example' };
    expect((await get(FEED_PATH, { host: 'evil.example', headers: upgrade })).status).toBe(403);
    const feed = await openFeed({ Origin: `http://127.0.0.1:${server.port}` });
    expect(await next(feed, 'hello')).toMatchObject({ connections: [], rates: expect.any(Array) });
    await feed.close();
  });

  test('tells who comes, what is said, frame by frame, and how it ends', async () => {
    const feed = await openFeed();
    await feed.sendMessage(JSON.stringify({ expect: 'token-42' }));
    const connection = await openWebSocket(`${server.url}/echo?x=token-42&fragment=2`, {
      subprotocols: ['chat'],
      compression: false,
    });
    const { connection: seen } = await next(feed, 'open');
    expect(seen).toMatchObject({
      path: '/echo?x=token-42&fragment=2',
      subprotocol: 'chat',
      extensions: null,
      ending: null,
    });
    await connection.sendMessage('abc');
    expect(await connection.getMessage()).toBe('abc');
    await connection.sendMessage('close 1008 no \u202e more');
    await connection.whenClosed;
    const frames: Message[] = [];
    for (const type of ['watching', 'frames']) frames.push(...(await next(feed, type)).frames);
    while (frames.at(-1)!.opcode !== 8 || frames.filter(({ opcode }) => opcode === 8).length < 2) {
      frames.push(...(await next(feed, 'frames')).frames);
    }
    const data = frames.filter(({ opcode }) => opcode < 8);
    expect(data).toMatchObject([
      { direction: 'in', opcode: 1, isMasked: true, length: 3, preview: '616263' },
      { direction: 'out', opcode: 1, isFinal: false, isMasked: false, preview: '6162', header: '0102' },
      { direction: 'out', opcode: 0, isFinal: true, preview: '63', header: '8001' },
      { direction: 'in', opcode: 1 },
    ]);
    await feed.close();
    const later = await openFeed();
    const { closed } = await next(later, 'hello');
    expect(closed.at(-1)).toMatchObject({
      id: seen.id,
      latency: expect.any(Number),
      messagesIn: 2,
      messagesOut: 1,
      ending: { code: 1008, by: 'local' },
    });
    await later.sendMessage(JSON.stringify({ watch: seen.id }));
    expect((await next(later, 'watching')).frames.length).toBe(frames.length);
    await later.close();
  });

  test('counts messages by the second, and bytes before and after compression', async () => {
    const feed = await openFeed();
    server.monitor.tick();
    const connection = await openWebSocket(server.url, { compression: true });
    await connection.sendMessage('a'.repeat(1000));
    await connection.getMessage();
    server.monitor.tick();
    const { rate, connections } = await next(feed, 'tick', message => message.connections.length > 0);
    expect(rate).toMatchObject({ messagesIn: 1, messagesOut: 1 });
    expect(connections[0]).toMatchObject({ extensions: 'permessage-deflate', payload: 2000 });
    expect(connections[0].packed).toBeLessThan(100);
    await connection.sendMessage('once more');
    await connection.getMessage();
    await connection.close();
    await next(feed, 'close');
    // What it has carried in its last second counts, though it is gone.
    server.monitor.tick();
    expect((await next(feed, 'tick', message => message.rate.messagesIn > 0)).rate).toMatchObject({
      messagesIn: 1,
      messagesOut: 1,
    });
    await feed.close();
  });

  test('who says something else is shown out', async () => {
    for (const message of ['x', '{}', '{"expect":"short"}', '[]', 'null']) {
      const feed = await openFeed();
      await feed.sendMessage(message);
      expect(await feed.whenClosed).toMatchObject({ code: 1008 });
    }
  });
});

test('however many there are, a page is told of as many as it shows, and how many there are', async () => {
  const many = await servePlayEcho();
  const connections = await Promise.all(Array.from({ length: 110 }, () => openWebSocket(many.url)));
  const feed = await openWebSocket(`${many.url}${FEED_PATH}`, { subprotocols: [FEED_PROTOCOL] });
  const { count, connections: told } = await next(feed, 'hello');
  expect([count, told.length]).toEqual([110, 100]);
  for (const connection of connections) connection.terminate();
  await many.close({ grace: 0 });
});

describe('servePlayground', () => {
  test('says so when the port is taken', async () => {
    const again = servePlayground(createServer(), new WebSocketServerFactory(), { port: server.port });
    await expect(again).rejects.toMatchObject({ code: 'ERR_PORT_TAKEN' });
  });

  test('close tells everybody with 1001, and is done when they are gone', async () => {
    const other = await servePlayEcho();
    const connection = await openWebSocket(other.url);
    await other.close();
    expect(await connection.whenClosed).toMatchObject({ code: 1001 });
    expect(other.factory.connectionCount).toBe(0);
  });
});
