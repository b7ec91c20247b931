import { inflateRawSync } from 'node:zlib';
import { portableDeflate } from '@ws/compress/deflate';
import { zlibCodec } from '@ws/node';
import type { DeflateCodec } from '@ws/types';
import { deflated } from '../streams.ts';
import { cut, type FuzzTarget, promise } from './target.ts';

const LIMIT = 300_000;
const STEP = 65_536;
const codecs = [
  { way: 'zlib', codec: zlibCodec },
  { way: 'the portable codec', codec: portableDeflate },
] as const;

/** One message, in all the steps that it takes; as text that is short where the message is long. */
function inflate(codec: DeflateCodec, contextTakeover: boolean, pieces: readonly Uint8Array[]): Buffer | string {
  const decompressor = codec.decompressor({ windowBits: 15, contextTakeover });
  const steps: Uint8Array[] = [];
  let left = LIMIT;
  try {
    for (const [i, piece] of pieces.entries()) {
      let given = piece.slice();
      do {
        const step = decompressor.decompress(given, i === pieces.length - 1, left);
        given.fill(0xff);
        promise(step.length <= Math.min(STEP, left), 'a step is 64 KiB at most, and within the limit');
        left -= step.length;
        steps.push(step);
        given = new Uint8Array(0);
      } while (decompressor.hasMore);
    }
    return Buffer.concat(steps);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code !== 'ERR_COMPRESSED_DATA' && code !== 'ERR_MESSAGE_TOO_BIG') throw error;
    promise(!decompressor.hasMore, 'there is no more after an error');
    return code;
  } finally {
    decompressor.close();
  }
}

/** What node:zlib makes of it; `null`: an error. It stops at a final block, and takes what is cut off for whole. */
function expectedOf(input: Uint8Array): Buffer | null {
  try {
    const tailed = Buffer.concat([input, Uint8Array.of(0, 0, 255, 255)]);
    return inflateRawSync(tailed, { finishFlush: 2, maxOutputLength: LIMIT });
  } catch {
    return null;
  }
}

function isSame(one: Buffer | string, other: Buffer | string): boolean {
  return typeof one === 'string' || typeof other === 'string' ? one === other : one.equals(other);
}

/** Payloads that become long messages: each codec in steps, cut anywhere, and node:zlib. */
export const bombsTarget: FuzzTarget = {
  name: 'bombs',
  dictionary: [
    ...['\x00\x00\x00\xff\xff', '\x01\x00\x00\xff\xff', '\x03\x00', '\xf2H\xcd\xc9\xc9\x07\x00', '\x4a\x04\x00'],
    ...['\x00\x05\x00\xfa\xff', '\x00'.repeat(60), '\xff'.repeat(60), '\xec\xc1', '\x06', '\xff\xff'],
  ],
  seeds: [65_535, 65_536, 70_000, 140_000, 290_000, 310_000].flatMap(length =>
    ['a', 'abcdefghij'].map(word => deflated(Buffer.alloc(length, word)).toString('latin1')),
  ),
  run(input) {
    const expected = expectedOf(input);
    let first: Buffer | string | null = null;
    for (const { way, codec } of codecs) {
      for (const contextTakeover of [true, false]) {
        const whole = inflate(codec, contextTakeover, [input]);
        first ??= whole;
        promise(isSame(whole, first), `${way} gives what the others give`);
        const inPieces = inflate(codec, contextTakeover, [...cut(input), new Uint8Array(0)]);
        promise(isSame(inPieces, first), `${way} gives the same, cut elsewhere`);
      }
    }
    if (first === null || typeof first === 'string') return;
    promise(expected !== null && first.subarray(0, expected.length).equals(expected), 'zlib of Node gives the same');
  },
};
