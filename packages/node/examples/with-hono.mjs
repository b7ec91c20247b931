// Beside Hono on Node: Hono answers requests, upgrades of /echo are ours.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { serve } from '@hono/node-server';
import { attach, createClientAgent, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
import { Hono } from 'hono';

class Echo extends WebSocketServerProtocol {
  onMessage(payload, isBinary) {
    this.sendMessage(payload, isBinary);
  }
}

const app = new Hono();
app.get('/', context => context.text('hello from Hono'));

const factory = new WebSocketServerFactory();
factory.protocol = Echo;
const options = { fetch: app.fetch, hostname: '127.0.0.1', port: 0 };
const server = /** @type {import('node:http').Server} */ (serve(options));
await once(server, 'listening');
attach(server, factory, { path: '/echo' });

// A look at it from outside.
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
const page = await fetch(`http://127.0.0.1:${port}/`);
assert.equal(await page.text(), 'hello from Hono');
const client = await createClientAgent().open(`ws://127.0.0.1:${port}/echo`);
const echoed = new Promise(resolve => client.on('message', payload => resolve(Buffer.from(payload).toString())));
client.sendMessage('hello from the socket');
assert.equal(await echoed, 'hello from the socket');
client.sendClose(1000);
await client.closed;
server.close();
server.closeAllConnections();
console.log('ok');
