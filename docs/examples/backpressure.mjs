// Both directions at their own speed: a large file to a client that reads slowly, and slow work on what clients send.
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import {
  createClientAgent,
  listenWS,
  openWebSocket,
  serveWebSocket,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '@ws/node';

// #region pull
/** The pull API: to await is all there is to it. @param {import('@ws/connection').WebSocketRequest} request */
async function work(request) {
  const connection = await request.accept();
  // While this loop works, at most one message waits; then the peer's writes stop.
  for await (const job of connection) {
    const result = await slowly(job);
    // Resolves when the transport took it: a peer that does not read stops this loop.
    await connection.sendMessage(result);
  }
}
// #endregion

// #region stream
/** One message of any length, as it is made. @param {import('@ws/connection').WebSocketConnection} connection */
async function sendReport(connection) {
  async function* lines() {
    for (let index = 0; index < 1000; index++) yield `line ${index}\n`;
  }
  await connection.sendMessage(lines());
}
// #endregion

// #region push
/** The classes: the engine tells how much waits, and can be stopped. */
class Worker extends WebSocketServerProtocol {
  onMessage(payload, isBinary) {
    this.pauseReceiving(); // the peer waits; pings and closes are still answered
    void this.handle(payload, isBinary).finally(() => this.resumeReceiving());
  }
  async handle(payload, isBinary) {
    const result = await slowly(payload);
    this.sendMessage(result, isBinary);
    if (this.bufferedAmount > 2 ** 16) await this.drained();
  }
}
// #endregion

async function slowly(job) {
  await turn();
  return job;
}

const puller = await serveWebSocket(work, { host: '127.0.0.1' });
const connection = await openWebSocket(`ws://127.0.0.1:${puller.port}`, { maxMessageSize: 2 ** 24 });
const sent = sendReport(connection);
const report = await connection.getMessage();
await sent;
assert.equal(String(report).split('\n').length, 1001);
await connection.close();
await puller.close();

const factory = new WebSocketServerFactory();
factory.protocol = Worker;
const server = await listenWS(factory, { host: '127.0.0.1', port: 0 });
const client = await createClientAgent().open(`ws://127.0.0.1:${server.port}`);
let answers = 0;
const all = new Promise(resolve => client.on('message', () => void (++answers === 100 && resolve(null))));
for (let index = 0; index < 100; index++) client.sendMessage(new Uint8Array(10_000), true);
await all;
await server.close();
console.log('ok');
