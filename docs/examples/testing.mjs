// Tests of an application without a network: no ports, no timeouts, always the same order of events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptOver, connectOver } from '@ws/connection';
import { WebSocketClientFactory, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/core';
import { createMemoryAgent, memoryPair } from '@ws/testkit';

// #region handler
/** What is tested: a handler as it is given to serveWebSocket. */
async function upperCase(request) {
  if (request.path !== '/upper') return request.reject(404);
  const connection = await request.accept();
  for await (const text of connection) await connection.sendMessage(text.toUpperCase());
}

test('says it louder', async () => {
  const { a, b } = memoryPair();
  const served = acceptOver(a).then(upperCase);
  const connection = await connectOver(b, { url: 'ws://localhost/upper' });
  await connection.sendMessage('hello');
  assert.equal(await connection.getMessage(), 'HELLO');
  await connection.close();
  await served;
});

test('is found at one path only', async () => {
  const { a, b } = memoryPair();
  const served = acceptOver(a).then(upperCase);
  await assert.rejects(connectOver(b, { url: 'ws://localhost/lower' }), { statusCode: 404 });
  await served;
});

test('works however the bytes are cut', async () => {
  const { a, b } = memoryPair({ chunkSize: 1 });
  const served = acceptOver(a).then(upperCase);
  const connection = await connectOver(b, { url: 'ws://localhost/upper' });
  await connection.sendMessage('grüße');
  assert.equal(await connection.getMessage(), 'GRÜSSE');
  await connection.close();
  await served;
});
// #endregion

// #region protocol
class Greeter extends WebSocketServerProtocol {
  onOpen() {
    this.sendMessage(`hello ${this.request?.params.name?.[0]}`);
  }
}

test('greets', async () => {
  const factory = new WebSocketServerFactory();
  factory.protocol = Greeter;
  const agent = createMemoryAgent(factory);
  const client = await agent.open(new WebSocketClientFactory({ url: 'ws://localhost/?name=ada' }));
  const greeting = await new Promise(resolve => client.on('message', payload => resolve(payload)));
  assert.equal(new TextDecoder().decode(greeting), 'hello ada');
  client.sendClose(1000);
  assert.deepEqual([(await client.closed).code, factory.connectionCount], [1000, 0]);
});
// #endregion
