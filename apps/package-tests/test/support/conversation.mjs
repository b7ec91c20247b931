// What any runtime must be able to do with `@ws/node`: talk to itself, plain, compressed and through TLS, to the
// runtime's own WebSocket, and beside `node:http`. Prints a line for each; throws when something is not as it should be.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { attach, openWebSocket, serveWebSocket, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';

/** @param {{ compression?: boolean, isSecure?: boolean }} options */
async function talk({ compression = false, isSecure = false }) {
  let extensions = '';
  const tls = isSecure ? { key: readFileSync('key.pem'), cert: readFileSync('cert.pem') } : undefined;
  const server = await serveWebSocket(
    async request => {
      extensions = request.headers['sec-websocket-extensions'] ?? '';
      const connection = await request.accept();
      for await (const message of connection) await connection.sendMessage(message);
    },
    { host: '127.0.0.1', port: 0, compression, tls },
  );
  const url = `${isSecure ? 'wss' : 'ws'}://localhost:${server.port}/`;
  const connection = await openWebSocket(url, { compression, tls: tls && { ca: tls.cert } });
  assert.equal(extensions.includes('permessage-deflate'), compression);
  for (const size of [0, 5, 1000, 70_000, 500_000]) {
    for (const message of ['ä'.repeat(size), new Uint8Array(size).map((_, i) => i * 7)]) {
      await connection.sendMessage(message);
      assert.deepEqual(await connection.getMessage(), message);
    }
  }
  // Nobody waits for these: they queue up on the way.
  const many = Array.from({ length: 50 }, (_, i) => `${i} `.repeat(20_000));
  const sent = Promise.all(many.map(message => connection.sendMessage(message)));
  for (const message of many) assert.equal(await connection.getMessage(), message);
  await sent;
  await connection.close(1000, 'bye');
  assert.deepEqual(connection.closed?.toJSON(), { code: 1000, name: 'NORMAL_CLOSURE', reason: 'bye' });
  if (!isSecure && typeof WebSocket === 'function') await talkToTheirs(url);
  await server.close();
}

/** @param {string} url */
async function talkToTheirs(url) {
  const theirs = new WebSocket(url);
  await once(theirs, 'open');
  theirs.send('héllo');
  const [message] = await once(theirs, 'message');
  assert.equal(message.data, 'héllo');
  theirs.close(3000, 'enough');
  const [closed] = await once(theirs, 'close');
  assert.equal(closed.code, 3000);
}

async function talkBesidePages() {
  class Echo extends WebSocketServerProtocol {
    /** @override @param {Uint8Array} payload @param {boolean} isBinary */
    onMessage(payload, isBinary) {
      this.sendMessage(payload, isBinary);
    }
  }
  const factory = new WebSocketServerFactory();
  factory.protocol = Echo;
  const server = createServer((_request, response) => response.end('a page'));
  attach(server, factory);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const connection = await openWebSocket(`ws://127.0.0.1:${port}/`);
  await connection.sendMessage('beside');
  assert.equal(await connection.getMessage(), 'beside');
  await connection.close();
  const page = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal(await page.text(), 'a page');
  server.close();
}

await talk({});
console.log('plain');
await talk({ compression: true });
console.log('compressed');
await talk({ isSecure: true });
console.log('through TLS');
await talkBesidePages();
console.log('beside node:http');
