// The generator's echo work again, over node:net and node:tls: for TLS, which the C one does not speak, and where there
// is no C compiler. It takes the same options, prints the same line, and counts bytes instead of reading frames.
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import tls from 'node:tls';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: 'string', short: 'h', default: '127.0.0.1' },
    port: { type: 'string', short: 'p' },
    frames: { type: 'string', short: 'f' },
    connections: { type: 'string', short: 'c', default: '1' },
    window: { type: 'string', short: 'w', default: '1' },
    seconds: { type: 'string', short: 't', default: '1' },
    warmup: { type: 'string', short: 'u', default: '0.2' },
    server: { type: 'string', short: 'P' },
    certificate: { type: 'string' },
    // For the same options; an event loop always sleeps.
    polls: { type: 'boolean', short: 'b' },
  },
});
const isRaw = positionals[0] === 'raw';
const window = Number(values.window);

/** The first frame of the file, masked (load/frames.c says what the file holds). */
function readFrame() {
  const file = readFileSync(values.frames);
  const size = file.readUInt32LE(0);
  const sizeBytes = size < 126 ? 0 : size < 65_536 ? 2 : 8;
  const header = Buffer.from([file[4], 0x80 | (sizeBytes === 0 ? size : sizeBytes === 2 ? 126 : 127)]);
  const extended = Buffer.alloc(sizeBytes);
  if (sizeBytes === 2) extended.writeUInt16BE(size);
  if (sizeBytes === 8) extended.writeBigUInt64BE(BigInt(size));
  const key = Buffer.from('37fa213d', 'hex');
  const payload = Buffer.from(file.subarray(5, 5 + size).map((byte, i) => byte ^ key[i & 3]));
  return { frame: Buffer.concat([header, extended, key, payload]), payloadSize: size };
}

const { frame, payloadSize } = readFrame();
const replySize = isRaw ? frame.length : frame.length - 4;
const firstWindow = Buffer.concat(Array(window).fill(frame));
const request = `GET / HTTP/1.1\r\nHost: ${values.host}:${values.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`;

let done = 0;
let bytes = 0;
let errors = 0;

/** Opens a connection and keeps its window full; resolves when the handshake is done. */
function open() {
  return new Promise(resolve => {
    const target = { host: values.host, port: Number(values.port) };
    const socket = values.certificate
      ? tls.connect({ ...target, ca: readFileSync(values.certificate), servername: 'localhost' }, onConnect)
      : net.connect(target, onConnect);
    let head = '';
    let isOpen = false;
    let have = 0;
    socket.setNoDelay(true);
    socket.on('error', () => {
      errors++;
    });
    socket.on('data', chunk => {
      if (!isOpen) {
        head += chunk.toString('latin1');
        if (head.endsWith('\r\n\r\n')) start();
        return;
      }
      bytes += chunk.length;
      have += chunk.length;
      const count = Math.floor(have / replySize);
      if (count === 0) return;
      have -= count * replySize;
      done += count;
      socket.write(count === 1 ? frame : Buffer.concat(Array(count).fill(frame)));
    });
    function start() {
      isOpen = true;
      socket.write(firstWindow);
      resolve(null);
    }
    function onConnect() {
      if (isRaw) start();
      else socket.write(request);
    }
  });
}

/** CPU seconds of all threads of a process, to the nanosecond. */
function cpuSeconds(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map(id =>
    Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'latin1').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e9;
}

const pause = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));

await Promise.all(Array.from({ length: Number(values.connections) }, open));
await pause(Number(values.warmup));
const before = { done, bytes, at: performance.now(), server: cpuSeconds(values.server), own: process.cpuUsage() };
await pause(Number(values.seconds));
const elapsed = (performance.now() - before.at) / 1000;
const server = cpuSeconds(values.server) - before.server;
const own = process.cpuUsage(before.own);
const messages = done - before.done;
console.log(
  JSON.stringify({
    done: messages,
    perSecond: messages / elapsed,
    cpuMicroseconds: (server * 1e6) / Math.max(1, messages),
    megabytesPerSecond: (bytes - before.bytes) / elapsed / 1e6,
    bytesPerMessage: payloadSize,
    p50: 0,
    p99: 0,
    serverBusy: server / elapsed,
    generatorBusy: (own.user + own.system) / 1e6 / elapsed,
    errors,
  }),
);
process.exit(0);
