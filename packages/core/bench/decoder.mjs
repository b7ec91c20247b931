// From bytes to messages, beside the receiver of `ws`: `pnpm build && node packages/core/bench/decoder.mjs`
// Both get the same bytes, read into the same place each time, and hand out each message.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { measure, show, table } from '@ws/measure';
import { openServer, received } from './server.mjs';

const require = createRequire(import.meta.url);
/** @type {{ Receiver: new (options: { isServer: boolean }) => import('node:stream').Writable }} */
const { Receiver } = require('ws');
const { version } = require('ws/package.json');
require('bufferutil');

/** A client's frames of text, as many as a read of 64 KiB has. @param {number} size */
function createFrames(size) {
  const header = size < 126 ? [0x81, 0x80 | size] : [0x81, 0xfe, size >> 8, size & 255];
  const key = [0x37, 0xfa, 0x21, 0x3d];
  const text = Buffer.alloc(size, 'The quick brown fox jumps over the lazy dog. ');
  const payload = text.map((byte, i) => byte ^ /** @type {number} */ (key[i & 3]));
  const frame = Buffer.from([...header, ...key, ...payload]);
  const count = Math.floor(65_536 / frame.length);
  return { bytes: Buffer.concat(Array(count).fill(frame)), count };
}

/** @param {number} size of a message, in bytes @returns nanoseconds per message */
function compare(size) {
  const { bytes, count } = createFrames(size);
  const { protocol, feed } = openServer();
  const receiver = new Receiver({ isServer: true });
  let seen = 0;
  receiver.on('message', (/** @type {Buffer} */ message) => {
    seen += message.length;
  });
  const ownChunk = received.subarray(0, bytes.length);
  const chunk = Buffer.alloc(bytes.length);
  const ns = measure(
    {
      ours: times => {
        for (let i = 0; i < times; i += count) {
          ownChunk.set(bytes);
          feed(ownChunk);
        }
      },
      ws: times => {
        for (let i = 0; i < times; i += count) {
          chunk.set(bytes);
          receiver.write(chunk);
        }
      },
    },
    { rounds: 31, milliseconds: 8 },
  );
  if (protocol.count === 0 || seen === 0) throw new Error('no message came');
  return { ours: /** @type {number} */ (ns.ours), ws: /** @type {number} */ (ns.ws) };
}

/** The heap that is left after a million messages nobody keeps. */
function growth() {
  const { bytes, count } = createFrames(64);
  const { feed } = openServer();
  const chunk = received.subarray(0, bytes.length);
  const run = (/** @type {number} */ messages) => {
    for (let i = 0; i < messages; i += count) {
      chunk.set(bytes);
      feed(chunk);
    }
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = run(100_000);
  return run(1_000_000) - before;
}

export function run() {
  const rows = [16, 64, 125, 1024, 16_384].map(size => {
    const { ours, ws } = compare(size);
    return [`${size}`, show(ours), show(ws), (ours / ws).toFixed(2)];
  });
  console.log(`masked text to messages, nanoseconds each, beside the Receiver of ws ${version} with bufferutil\n`);
  console.log(table(['bytes', 'ours', 'ws', 'ours / ws'], rows));
  const kept = globalThis.gc === undefined ? 'run with --expose-gc' : `${(growth() / 1024).toFixed(1)} KiB`;
  console.log(`\nmemory kept after a million messages more: ${kept}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) run();
