// Beside Fastify 5: routes are Fastify's, upgrades of /echo are ours.
import assert from 'node:assert/strict';
import { attach, createClientAgent, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
import fastify from 'fastify';

class Echo extends WebSocketServerProtocol {
  onMessage(payload, isBinary) {
    this.sendMessage(payload, isBinary);
  }
}

const app = fastify();
app.get('/', async () => ({ hello: 'from Fastify' }));

const factory = new WebSocketServerFactory();
factory.protocol = Echo;
const detach = attach(app.server, factory, { path: '/echo' });
// Before Fastify waits for its connections, ours are told to go.
app.addHook('preClose', async () => {
  detach();
  for (const connection of factory.connections) connection.goAway();
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });

// A look at it from outside.
assert.deepEqual(await (await fetch(url)).json(), { hello: 'from Fastify' });
const client = await createClientAgent().open(`${url.replace('http', 'ws')}/echo`);
const echoed = new Promise(resolve => client.on('message', payload => resolve(Buffer.from(payload).toString())));
client.sendMessage('hello from the socket');
assert.equal(await echoed, 'hello from the socket');
await app.close();
const { code } = await client.closed;
assert.equal(code, 1001);
console.log('ok');
