// The package beside the native add-ons and what Node.js has: `pnpm build && node packages/accel/bench/side-by-side.mjs`
import { isUtf8 } from 'node:buffer';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { createAccelerator } from '@ws/accel';
import { measure, show, table } from '@ws/measure';
import { portableMasker, portableUtf8 } from '@ws/util/primitives';

const require = createRequire(import.meta.url);
/** @type {{ unmask(bytes: Uint8Array, key: Uint8Array): void }} */
const bufferutil = require('bufferutil');
/** @type {(bytes: Uint8Array) => boolean} */
const utf8Validate = require('utf-8-validate');

const accelerator = createAccelerator({ use: 'require', isUtf8 });
const alone = createAccelerator({ use: 'require' });
const { masker, utf8, textUnmasker, receiveBuffer } = accelerator;
if (textUnmasker === undefined || receiveBuffer === undefined) throw new Error('no kernels');
const memory = receiveBuffer.bytes();
const received =
  /** @type {Buffer & { latin1Slice(start: number, end: number): string, utf8Slice(start: number, end: number): string }} */ (
    Buffer.from(memory.buffer, memory.byteOffset, memory.length)
  );
const decoder = new TextDecoder('utf-8', { fatal: true });

// A key that makes ASCII of ASCII: masking the same bytes again and again stays the same work.
const KEY = 0x01020304;
const KEY_BYTES = Buffer.from([1, 2, 3, 4]);
/** Behind a frame header of a client: unaligned, as frames are. */
const START = 6;

/** @type {{ what: string, ratio: number, wanted: number }[]} */
const claims = [];
/** @param {string} what @param {number} ratio @param {number} wanted */
const claim = (what, ratio, wanted) => claims.push({ what, ratio, wanted });

/** @param {number} size */
const ascii = size => Buffer.alloc(size, 'The quick brown fox jumps over the lazy dog. ');
/** @param {number} size */
const mixed = size => {
  const text = Buffer.alloc(size, 'Grüße, 世界: naïve café, 😀 plain words. ');
  let end = size;
  while (end > 0 && !isUtf8(text.subarray(0, end))) end--;
  return text.fill('.', end);
};

let sink = 0;

function masking() {
  const rows = [16, 64, 125, 256, 1024, 4096, 16_384, 65_530].map(size => {
    const elsewhere = Buffer.alloc(size);
    const end = START + size;
    const ns = measure({
      receive: times => {
        for (let i = 0; i < times; i++) masker.mask(received, START, end, KEY, 0);
      },
      elsewhere: times => {
        for (let i = 0; i < times; i++) masker.mask(elsewhere, 0, size, KEY, 0);
      },
      bufferutil: times => {
        for (let i = 0; i < times; i++) bufferutil.unmask(elsewhere, KEY_BYTES);
      },
      portable: times => {
        for (let i = 0; i < times; i++) portableMasker.mask(elsewhere, 0, size, KEY, 0);
      },
    });
    const ratio = /** @type {number} */ (ns.bufferutil) / /** @type {number} */ (ns.receive);
    if (size === 125) claim('masking in the receive buffer, 125 B, to bufferutil', ratio, 2);
    if (size === 1024) claim('masking in the receive buffer, 1 KiB, to bufferutil', ratio, 1.5);
    if (size === 65_530) claim('masking in the receive buffer, 64 KiB, to bufferutil', ratio, 1.5);
    return [String(size), ...Object.values(ns).map(show), `${ratio.toFixed(2)}×`];
  });
  return table(
    ['bytes', 'receive buffer', 'elsewhere', 'bufferutil', 'JavaScript', 'bufferutil / receive buffer'],
    rows,
  );
}

/** @param {string} kind @param {(size: number) => Buffer} make */
function validating(kind, make) {
  const rows = [16, 64, 125, 1024, 4096, 16_384, 65_530].map(size => {
    const elsewhere = make(size);
    received.set(elsewhere, START);
    const end = START + size;
    const ns = measure({
      receive: times => {
        for (let i = 0; i < times; i++) sink += utf8.validate(received, 0, START, end);
      },
      alone: times => {
        for (let i = 0; i < times; i++) sink += alone.utf8.validate(received, 0, START, end);
      },
      copied: times => {
        for (let i = 0; i < times; i++) sink += alone.utf8.validate(elsewhere, 0, 0, size);
      },
      elsewhere: times => {
        for (let i = 0; i < times; i++) sink += utf8.validate(elsewhere, 0, 0, size);
      },
      isUtf8: times => {
        for (let i = 0; i < times; i++) sink += isUtf8(elsewhere) ? 0 : 1;
      },
      addon: times => {
        for (let i = 0; i < times; i++) sink += utf8Validate(elsewhere) ? 0 : 1;
      },
      decoder: times => {
        for (let i = 0; i < times; i++) sink += decoder.decode(elsewhere).length;
      },
      portable: times => {
        for (let i = 0; i < times; i++) sink += portableUtf8.validate(elsewhere, 0, 0, size);
      },
    });
    const ratio = /** @type {number} */ (ns.portable) / /** @type {number} */ (ns.alone);
    const copied = /** @type {number} */ (ns.portable) / /** @type {number} */ (ns.copied);
    if (size === 1024) {
      claim(`validating 1 KiB of ${kind}, without Node's help, receive buffer, to the JS automaton`, ratio, 5);
      claim(`validating 1 KiB of ${kind}, without Node's help, elsewhere, to the JS automaton`, copied, 5);
    }
    return [String(size), ...Object.values(ns).map(show), `${ratio.toFixed(1)}×`];
  });
  const head = [
    'receive buffer',
    'same, kernel only',
    'elsewhere, kernel only',
    'elsewhere',
    'isUtf8',
    'utf-8-validate',
  ];
  return table(['bytes', ...head, 'TextDecoder', 'JavaScript', 'JavaScript / kernel'], rows);
}

/** @param {string} kind @param {(size: number) => Buffer} make */
function strings(kind, make) {
  const unmasker = /** @type {NonNullable<typeof textUnmasker>} */ (textUnmasker);
  const rows = [16, 125, 1024, 4096, 61_440].map(size => {
    const elsewhere = /** @type {typeof received} */ (make(size));
    // Text that is not ASCII would be masked to something that is not text: it is unmasked with a key of zeros.
    const key = kind === 'ASCII' ? KEY : 0;
    const keyBytes = kind === 'ASCII' ? KEY_BYTES : Buffer.alloc(4);
    received.set(elsewhere, START);
    const end = START + size;
    const ns = measure({
      receive: times => {
        for (let i = 0; i < times; i++) {
          if (unmasker.unmaskText(received, START, end, key, 0, 0) !== 0) throw new Error('invalid');
          sink += (unmasker.wasAscii ? received.latin1Slice(START, end) : received.utf8Slice(START, end)).length;
        }
      },
      trio: times => {
        for (let i = 0; i < times; i++) {
          bufferutil.unmask(elsewhere, keyBytes);
          if (!isUtf8(elsewhere)) throw new Error('invalid');
          sink += elsewhere.utf8Slice(0, size).length;
        }
      },
      portable: times => {
        for (let i = 0; i < times; i++) {
          portableMasker.mask(elsewhere, 0, size, key, 0);
          if (portableUtf8.validate(elsewhere, 0, 0, size) !== 0) throw new Error('invalid');
          sink += elsewhere.utf8Slice(0, size).length;
        }
      },
    });
    const ratio = /** @type {number} */ (ns.trio) / /** @type {number} */ (ns.receive);
    if (kind === 'ASCII' && size !== 4096) {
      claim(
        `masked ASCII frame to a string, ${size} B, to bufferutil + isUtf8 + utf8Slice`,
        ratio,
        size < 60_000 ? 1.3 : 1,
      );
    }
    return [String(size), ...Object.values(ns).map(show), `${ratio.toFixed(2)}×`];
  });
  return table(
    ['bytes', 'receive buffer', 'bufferutil + isUtf8 + utf8Slice', 'JavaScript + utf8Slice', 'trio / receive buffer'],
    rows,
  );
}

/** The fused kernel alone: what a frame of text costs before it is a message. */
function frames() {
  const unmasker = /** @type {NonNullable<typeof textUnmasker>} */ (textUnmasker);
  const rows = [0, 16, 32, 64, 125, 256].map(size => {
    received.set(ascii(size), START);
    const end = START + size;
    const ns = measure({
      fused: times => {
        for (let i = 0; i < times; i++) sink += unmasker.unmaskText(received, START, end, KEY, 0, 0);
      },
      portable: times => {
        for (let i = 0; i < times; i++) {
          portableMasker.mask(received, START, end, KEY, 0);
          sink += portableUtf8.validate(received, 0, START, end);
        }
      },
    });
    return [String(size), ...Object.values(ns).map(show)];
  });
  return table(['bytes', 'unmaskText', 'JavaScript: mask, validate'], rows);
}

console.log(
  `Node.js ${process.version}, ${process.arch}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores. Nanoseconds.\n`,
);
console.log(`## Masking\n\n${masking()}\n`);
console.log(`## A frame of text: unmasked and validated\n\n${frames()}\n`);
console.log(`## Masked frame to a validated string, ASCII\n\n${strings('ASCII', ascii)}\n`);
console.log(`## Masked frame to a validated string, mixed text\n\n${strings('mixed text', mixed)}\n`);
console.log(`## Validating ASCII\n\n${validating('ASCII', ascii)}\n`);
console.log(`## Validating mixed text\n\n${validating('mixed text', mixed)}\n`);
console.log('## What is claimed\n');
const rows = claims.map(({ what, ratio, wanted }) => [
  what,
  `${ratio.toFixed(2)}×`,
  `${wanted.toFixed(1)}×`,
  ratio >= wanted ? 'yes' : 'NO',
]);
console.log(table(['', 'measured', 'wanted', 'holds'], rows));
if (Number.isNaN(sink)) throw new Error('never');
