// What the generator sends: frames in a file, as load/frames.c reads them.
import { writeFileSync } from 'node:fs';
import { constants, createDeflateRaw } from 'node:zlib';

const FINAL = 0x80;
const COMPRESSED = 0x40; // RSV1 (RFC 7692, 6)
const TEXT = 1;
const BINARY = 2;

/**
 * @typedef {object} PayloadKind
 * @property {number} size Bytes of each message, before compression.
 * @property {boolean} isBinary
 * @property {boolean} deflate
 */

/** @param {number} seed @returns {() => number} Numbers from 0 to 1, the same in every run (xorshift). */
function seededNumbers(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * JSON as applications send it: names that come back, values that differ.
 *
 * @param {number} size
 * @param {() => number} random
 * @returns {Buffer}
 */
function jsonMessage(size, random) {
  const events = ['order.created', 'order.filled', 'price.changed', 'user.joined', 'user.left'];
  const integer = (/** @type {number} */ limit) => Math.floor(random() * limit);
  let text = '';
  while (text.length < size) {
    text += JSON.stringify({
      event: events[integer(events.length)],
      id: integer(2 ** 31).toString(36),
      time: 1_760_000_000_000 + integer(10 ** 9),
      value: integer(100_000) / 100,
      tags: [`region-${integer(20)}`, `shard-${integer(64)}`],
    });
  }
  return Buffer.from(text.slice(0, size));
}

/**
 * Compresses messages one after the other in one context, each ended by a sync flush whose last four bytes are left
 * away (RFC 7692, 7.2.1).
 *
 * @param {readonly Buffer[]} messages
 * @returns {Promise<Buffer[]>}
 */
async function deflateWithTakeover(messages) {
  const stream = createDeflateRaw();
  /** @type {Buffer[]} */
  let pieces = [];
  stream.on('data', piece => pieces.push(piece));
  const compressed = [];
  for (const message of messages) {
    pieces = [];
    stream.write(message);
    await new Promise(resolve => stream.flush(constants.Z_SYNC_FLUSH, () => resolve(null)));
    const bytes = Buffer.concat(pieces);
    compressed.push(bytes.subarray(0, bytes.length - 4));
  }
  stream.destroy();
  return compressed;
}

/**
 * Compressed messages must differ, else a context would make them vanish; 32 KiB of window are filled at least once.
 * Others cost the same whatever they say, so one does.
 *
 * @param {PayloadKind} kind
 * @returns {Promise<Buffer[]>}
 */
async function payloadsOf({ size, isBinary, deflate }) {
  const random = seededNumbers(size + 1);
  if (!deflate) {
    if (!isBinary)
      return [Buffer.from('abcdefghijklmnopqrstuvwxyz {}":,0123456789'.repeat(Math.ceil(size / 42)).slice(0, size))];
    return [Buffer.from(Uint8Array.from({ length: size }, () => random() * 256))];
  }
  const count = Math.min(1024, Math.max(8, Math.ceil(131_072 / size)));
  return deflateWithTakeover(Array.from({ length: count }, () => jsonMessage(size, random)));
}

/**
 * Writes the frames for one kind of message.
 *
 * @param {string} path
 * @param {PayloadKind} kind
 */
export async function writeFrames(path, kind) {
  const first = FINAL | (kind.deflate ? COMPRESSED : 0) | (kind.isBinary ? BINARY : TEXT);
  const records = (await payloadsOf(kind)).map(payload => {
    const header = Buffer.alloc(5, first);
    header.writeUInt32LE(payload.length);
    return Buffer.concat([header, payload]);
  });
  writeFileSync(path, Buffer.concat(records));
}
