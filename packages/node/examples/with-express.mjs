// Beside Express 5: requests go to Express, upgrades of /echo to us.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { attach, createClientAgent, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
import express from 'express';

class Echo extends WebSocketServerProtocol {
  onMessage(payload, isBinary) {
    this.sendMessage(payload, isBinary);
  }
}

const app = express();
app.get('/', (_request, response) => void response.send('hello from Express'));

const server = createServer(app);
const factory = new WebSocketServerFactory();
factory.protocol = Echo;
attach(server, factory, { path: '/echo' });
server.listen(0, '127.0.0.1');
await once(server, 'listening');

// A look at it from outside.
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
const page = await fetch(`http://127.0.0.1:${port}/`);
assert.equal(await page.text(), 'hello from Express');
const client = await createClientAgent().open(`ws://127.0.0.1:${port}/echo`);
const echoed = new Promise(resolve => client.on('message', payload => resolve(Buffer.from(payload).toString())));
client.sendMessage('hello from the socket');
assert.equal(await echoed, 'hello from the socket');
client.sendClose(1000);
await client.closed;
server.close();
server.closeAllConnections();
console.log('ok');
