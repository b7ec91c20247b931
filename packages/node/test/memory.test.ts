// What a connection holds in memory while nobody reads from it: measured, over real sockets. The peers are a process of
// their own, so that nothing of theirs is counted; they write as fast as the kernel takes it, and never read.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { WebSocketConnection } from '@ws/connection';
import { expect, test } from 'vitest';
import { serveWebSocket } from '../src/server/serve-web-socket.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const PEERS = 10;
const MiB = 2 ** 20;

/** Masked with zeros, so that every message is the same bytes. */
const PEER = `
const { connect } = require('node:net');
const [port, size, count] = process.argv.slice(1).map(Number);
const head = Buffer.alloc(size < 65_536 ? 8 : 14);
head[0] = 0x82;
head[1] = 0x80 | (size < 65_536 ? 126 : 127);
if (size < 65_536) head.writeUInt16BE(size, 2);
else head.writeBigUInt64BE(BigInt(size), 2);
const message = Buffer.concat([head, Buffer.alloc(size)]);
const lines = ['GET / HTTP/1.1', 'Host: a', 'Upgrade: websocket', 'Connection: Upgrade'];
lines.push('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', '', '');
for (let i = 0; i < count; i++) {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(lines.join('\\r\\n'));
  const write = () => { while (socket.write(message)); };
  socket.on('drain', write);
  write();
}
`;

async function measure(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await sleep(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Waits until a figure is the same for a while; not for ever, for one that goes on growing. */
async function untilStill(figure: () => number): Promise<void> {
  let [last, same] = [Number.NaN, 0];
  for (let round = 0; same < 5 && round < 40; round++) {
    await sleep(50);
    const now = figure();
    same = now === last ? same + 1 : 0;
    last = now;
  }
}

test.each([
  { messageQueueSize: 1, size: MiB },
  { messageQueueSize: 3, size: MiB },
  { messageQueueSize: 1, size: 300_000 },
  // Of shorter ones it is the look-ahead.
  { messageQueueSize: 1, size: 1000 },
])(
  'messages of $size bytes, a queue of $messageQueueSize: one message more than the queue is held, at most',
  { timeout: 60_000 },
  async ({ messageQueueSize, size }) => {
    const connections: WebSocketConnection[] = [];
    const server = await serveWebSocket(
      async request => {
        const connection = await request.accept();
        connections.push(connection);
        await connection.whenClosed;
      },
      { host: '127.0.0.1', messageQueueSize, keepalive: false },
    );
    // What is loaded and compiled by the first connection is not its own.
    const before = await measure();
    const peers = spawn(process.execPath, ['-e', PEER, String(server.port), String(size), String(PEERS)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    try {
      while (connections.length < PEERS) await sleep(10);
      await untilStill(() => process.memoryUsage().external);
      const held = ((await measure()) - before) / PEERS;
      const lookAhead = 3 * 65_536;
      expect(held).toBeLessThanOrEqual((messageQueueSize + 1) * size + lookAhead);
      // It is not for want of messages: all that fit are there, and those behind them come when these are taken.
      if (size === MiB) expect(held).toBeGreaterThan(messageQueueSize * size);
      for (let i = 0; i < 20; i++) expect(await connections[0]?.getMessage()).toHaveLength(size);
    } finally {
      const exited = once(peers, 'exit');
      peers.kill();
      await exited;
      await server.close({ grace: 0 });
    }
  },
);
