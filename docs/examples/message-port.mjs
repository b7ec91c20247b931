// A WebSocket between two ends of a MessageChannel. One of the ports could as well be in a worker.
import assert from 'node:assert/strict';
import { connectOver, serveOver } from '@ws/connection';
import { MessagePortStream } from './message-port-stream.mjs';

const { port1, port2 } = new MessageChannel();

const served = serveOver(new MessagePortStream(port1), async request => {
  const connection = await request.accept();
  for await (const message of connection) await connection.sendMessage(message);
});

const connection = await connectOver(new MessagePortStream(port2), { url: 'ws://worker/echo' });
await connection.sendMessage('hello');
assert.equal(await connection.getMessage(), 'hello');
await connection.close();
await served;
console.log('ok');
