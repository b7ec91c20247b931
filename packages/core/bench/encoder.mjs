// From messages to frames, beside `Sender.frame` of `ws`: `pnpm build && node packages/core/bench/encoder.mjs`
// `ws` gives a list of a header and the payload; ours are bytes in an output buffer, ready for one write.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MAX_FRAME_HEADER, writeFrameHeader } from '@ws/core';
import { measure, show, table } from '@ws/measure';
import { openServer, platform } from './server.mjs';

const require = createRequire(import.meta.url);
/** @type {{ Sender: { frame(payload: Buffer, options: Readonly<Record<string, unknown>>): Buffer[] } }} */
const { Sender } = require('ws');
const { version } = require('ws/package.json');

/** The connection's output buffer, and how many messages are sent in one turn, and leave together. */
const CAPACITY = 131_072;
const BATCH = 32;

/** @param {number} size of a message, in bytes @returns nanoseconds per message */
function compare(size) {
  const { protocol, feed } = openServer();
  const payload = Buffer.alloc(size, 'x');
  const plain = new Uint8Array(payload);
  const output = new Uint8Array(CAPACITY);
  const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: false };
  protocol.onPing = () => {
    for (let i = 0; i < BATCH; i++) protocol.sendMessage(plain);
  };
  const ping = Uint8Array.of(0x89, 0x80, 0, 0, 0, 0);
  let sink = 0;
  /** @param {number} times @param {number | null} key */
  const encode = (times, key) => {
    for (let i = 0, at = 0; i < times; i++) {
      if (at + size + MAX_FRAME_HEADER > CAPACITY) at = 0;
      const start = writeFrameHeader(output, at, 0x81, size, key);
      output.set(plain, start);
      if (key !== null) platform.masker.mask(output, start, start + size, key, 0);
      at = start + size;
    }
  };
  const ns = measure(
    {
      encode: times => encode(times, null),
      ws: times => {
        for (let i = 0; i < times; i++) sink += Sender.frame(payload, options).length;
      },
      encodeMasked: times => encode(times, 0x37fa213d),
      wsMasked: times => {
        const masked = { ...options, mask: true, readOnly: true };
        for (let i = 0; i < times; i++) sink += Sender.frame(payload, masked).length;
      },
      sendMessage: times => {
        for (let i = 0; i < times; i += BATCH) feed(ping);
      },
    },
    { rounds: 31, milliseconds: 6 },
  );
  if (sink === 0 || protocol.trafficStats.outgoingWebSocketMessages === 0) throw new Error('nothing was sent');
  return ns;
}

export function run() {
  const rows = [16, 64, 125, 1024].map(size => {
    const { encode = 0, ws = 0, encodeMasked = 0, wsMasked = 0, sendMessage = 0 } = compare(size);
    const ratios = [encode / ws, encodeMasked / wsMasked].map(ratio => ratio.toFixed(2));
    return [size, show(encode), show(ws), ratios[0], show(encodeMasked), show(wsMasked), ratios[1], show(sendMessage)];
  });
  console.log(`messages to frames, nanoseconds each, beside Sender.frame of ws ${version} with bufferutil\n`);
  const head = ['bytes', 'ours', 'ws', 'ours / ws', 'ours, masked', 'ws, masked', 'ours / ws', 'all of `sendMessage`'];
  console.log(
    table(
      head,
      rows.map(row => row.map(String)),
    ),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) run();
