// Both sides of a connection, joined in memory. Over sockets, @ws/node's openWebSocket and serveWebSocket do the joining.
import assert from 'node:assert/strict';
import { acceptOver, connectOver } from '@ws/connection';
import { memoryPair } from '@ws/testkit';

const { a, b } = memoryPair();

async function serve() {
  const request = await acceptOver(a);
  if (request.path !== '/echo') return request.reject(404);
  const connection = await request.accept();
  for await (const message of connection) await connection.sendMessage(message);
}

const served = serve();
const connection = await connectOver(b, { url: 'ws://localhost/echo' });
await connection.sendMessage('hello');
assert.equal(await connection.getMessage({ signal: AbortSignal.timeout(1000) }), 'hello');
const { code } = await connection.close(1000, 'thank you');
assert.equal(code, 1000);
await served;
