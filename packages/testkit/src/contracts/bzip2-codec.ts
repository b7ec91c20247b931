import type { Bzip2Codec } from '@ws/types';
import { check, checkEqual } from '../assert.ts';
import { hex, toHex } from '../hex.ts';
import { seededRandom } from '../seeded-random.ts';
import { checkRefused, compressPieces, decompressPieces, piecesOf, sampleMessages } from './codec-cases.ts';
import { stepRules } from './codec-steps.ts';
import { defineSuite, type Rule } from './suite.ts';
import type { TestRunner } from './test-runner.ts';

const HELLO = hex('48 65 6c 6c 6f');
/** Output of the program `bzip2 -9` for Hello, and for empty input. */
const HELLO_STREAM = hex('425a6839 314159265359 1a546492 000000050000400204a000219a68334d13338b b9229c28480d2a324900');
const EMPTY_STREAM = hex('425a6839 177245385090 00000000');

const rules: readonly Rule<Bzip2Codec>[] = [
  {
    name: 'decompresses what the program bzip2 has compressed, in one piece or byte by byte',
    run(codec) {
      const decompressor = codec.decompressor({ level: 9 });
      for (const pieces of [1, 2, HELLO_STREAM.length]) {
        checkEqual(decompressPieces(decompressor, piecesOf(HELLO_STREAM, pieces)), HELLO, `Hello in ${pieces} pieces`);
      }
      checkEqual(decompressPieces(decompressor, [EMPTY_STREAM]), new Uint8Array(0), 'the stream of nothing');
      decompressor.close();
    },
  },
  {
    name: 'gives back what it was given, at every level, whole and in pieces',
    run(codec) {
      for (let level = 1; level <= 9; level += 2) {
        const compressor = codec.compressor({ level });
        const decompressor = codec.decompressor({ level });
        for (const [name, message] of Object.entries(sampleMessages())) {
          // A message shorter than a block gives the same output at the levels between, except for the header.
          if (name === 'a long text' && level > 1 && level < 9) continue;
          for (const pieces of level === 1 ? [1, 3] : [1]) {
            const compressed = compressPieces(compressor, piecesOf(message, pieces));
            checkEqual(
              toHex(compressed.subarray(0, 4)),
              `42 5a 68 3${level}`,
              `the start of the stream of level ${level}`,
            );
            const restored = decompressPieces(decompressor, piecesOf(compressed, pieces));
            checkEqual(restored, message, `${name} and back at level ${level}`);
          }
        }
        compressor.close();
        decompressor.close();
      }
    },
  },
  {
    name: 'takes messages of several blocks',
    run(codec) {
      const message = seededRandom(4).bytes(205_000);
      const compressed = compressPieces(codec.compressor({ level: 1 }), [message]);
      checkEqual(decompressPieces(codec.decompressor({ level: 1 }), [compressed]), message, '205,000 random bytes');
    },
  },
  {
    name: 'makes each message a stream of its own, and compresses it',
    run(codec) {
      const message = sampleMessages()['a long text'] as Uint8Array;
      const compressor = codec.compressor({ level: 9 });
      const first = compressPieces(compressor, [message]);
      compressPieces(compressor, [HELLO]);
      checkEqual(compressPieces(compressor, [message]), first, 'the same message later');
      check(first.length < message.length / 3, `${message.length} bytes of text became ${first.length}`);
    },
  },
  {
    name: 'yields as much as maxLength allows and not one byte more',
    run(codec) {
      const decompress = (limit: number): Uint8Array =>
        decompressPieces(codec.decompressor({ level: 9 }), [HELLO_STREAM], limit);
      checkEqual(decompress(5), HELLO, 'Hello with a maxLength of 5');
      for (const limit of [4, 1, 0]) {
        checkRefused(() => decompress(limit), 'ERR_MESSAGE_TOO_BIG', `Hello with a maxLength of ${limit}`);
      }
      const bomb = compressPieces(codec.compressor({ level: 9 }), [new Uint8Array(4 * 1_048_576)]);
      const run = (): Uint8Array => decompressPieces(codec.decompressor({ level: 9 }), [bomb], 65_536);
      checkRefused(run, 'ERR_MESSAGE_TOO_BIG', '4 MiB of zeros with a maxLength of 64 KiB');
    },
  },
  {
    name: 'refuses what is no stream, one that is cut short, and one whose checksum is wrong',
    run(codec) {
      const decompress = (bytes: Uint8Array) => () => decompressPieces(codec.decompressor({ level: 9 }), [bytes]);
      checkRefused(decompress(hex('00 01 02 03 04 05')), 'ERR_COMPRESSED_DATA', 'bytes of no meaning');
      checkRefused(decompress(new Uint8Array(0)), 'ERR_COMPRESSED_DATA', 'no bytes');
      for (const length of [3, 4, 20, HELLO_STREAM.length - 1]) {
        checkRefused(decompress(HELLO_STREAM.subarray(0, length)), 'ERR_COMPRESSED_DATA', `the first ${length} bytes`);
      }
      const wrong = new Uint8Array(HELLO_STREAM);
      wrong[10] = 0x1b;
      checkRefused(decompress(wrong), 'ERR_COMPRESSED_DATA', 'a block with a wrong checksum');
    },
  },
  ...stepRules<Bzip2Codec>(codec => ({
    compress: message => compressPieces(codec.compressor({ level: 1 }), [message]),
    decompressor: () => codec.decompressor({ level: 1 }),
  })),
];

/**
 * The contract suite of the {@link Bzip2Codec} port.
 *
 * @param runner default: the global `describe` and `test`
 */
export function bzip2CodecContract(name: string, make: () => Bzip2Codec, runner?: TestRunner): void {
  defineSuite(`${name} keeps the contract of Bzip2Codec`, rules, make, runner);
}
