import type { DeflateCodec, DeflateParameters } from '@ws/types';
import { check, checkEqual } from '../assert.ts';
import { hex } from '../hex.ts';
import { seededRandom } from '../seeded-random.ts';
import { checkRefused, compressPieces, decompressPieces, piecesOf, sampleMessages } from './codec-cases.ts';
import { stepRules } from './codec-steps.ts';
import { join, pattern } from './stream-rule.ts';
import { defineSuite, type Rule } from './suite.ts';
import type { TestRunner } from './test-runner.ts';

const HELLO = hex('48 65 6c 6c 6f');
const FRESH: DeflateParameters = { windowBits: 15, contextTakeover: false };
const CONTEXT: DeflateParameters = { windowBits: 15, contextTakeover: true };

function roundTrip(codec: DeflateCodec, parameters: DeflateParameters, pieces: number): void {
  const compressor = codec.compressor(parameters);
  const decompressor = codec.decompressor(parameters);
  const messages = Object.values(sampleMessages());
  // Each message is sent twice; for the second one the context matters.
  for (const message of [...messages, ...messages]) {
    const compressed = compressPieces(compressor, piecesOf(message, pieces));
    const restored = decompressPieces(decompressor, piecesOf(compressed, pieces));
    checkEqual(restored, message, `a message of ${message.length} bytes and back with ${JSON.stringify(parameters)}`);
  }
  compressor.close();
  decompressor.close();
}

const exampleRules: readonly Rule<DeflateCodec>[] = [
  ...[
    { name: 'one block (RFC 7692, 7.2.3.1)', wire: 'f2 48 cd c9 c9 07 00' },
    { name: 'a block without compression (RFC 7692, 7.2.3.3)', wire: '00 05 00 fa ff 48 65 6c 6c 6f 00' },
    { name: 'a block with BFINAL (RFC 7692, 7.2.3.4)', wire: 'f3 48 cd c9 c9 07 00 00' },
    { name: 'two blocks (RFC 7692, 7.2.3.5)', wire: 'f2 48 05 00 00 00 ff ff ca c9 c9 07 00' },
  ].map(({ name, wire }) => ({
    name: `decompresses ${name}, in one piece or byte by byte`,
    run(codec: DeflateCodec) {
      for (const pieces of [1, hex(wire).length]) {
        for (const parameters of [FRESH, CONTEXT]) {
          const decompressor = codec.decompressor(parameters);
          for (let round = 0; round < 2; round++) {
            checkEqual(
              decompressPieces(decompressor, piecesOf(hex(wire), pieces)),
              HELLO,
              `${wire} in ${pieces} pieces`,
            );
          }
          decompressor.close();
        }
      }
    },
  })),
  {
    name: 'decompresses what refers to the message before (RFC 7692, 7.2.3.2)',
    run(codec) {
      const decompressor = codec.decompressor(CONTEXT);
      decompressPieces(decompressor, [hex('f2 48 cd c9 c9 07 00')]);
      checkEqual(decompressPieces(decompressor, [hex('f2 00 11 00 00')]), HELLO, 'f2 00 11 00 00 after Hello');
      decompressor.close();
      const fresh = codec.decompressor(FRESH);
      decompressPieces(fresh, [hex('f2 48 cd c9 c9 07 00')]);
      const refer = (): Uint8Array => decompressPieces(fresh, [hex('f2 00 11 00 00')]);
      checkRefused(refer, 'ERR_COMPRESSED_DATA', 'a reference to the message before, without context takeover');
    },
  },
  {
    name: 'compresses the message of no bytes to one byte (RFC 7692, 7.2.3.6)',
    run(codec) {
      for (const parameters of [FRESH, CONTEXT]) {
        const compressor = codec.compressor(parameters);
        const compressed = compressPieces(compressor, [new Uint8Array(0)]);
        check(compressed.length > 0, 'a message of no bytes was compressed to nothing');
        checkEqual(decompressPieces(codec.decompressor(parameters), [compressed]), new Uint8Array(0), 'and back');
        compressor.close();
      }
    },
  },
];

const compressionRules: readonly Rule<DeflateCodec>[] = [
  ...[8, 9, 10, 12, 15].map(windowBits => ({
    name: `gives back what it was given, with a window of ${windowBits} bits`,
    run(codec: DeflateCodec) {
      for (const contextTakeover of [true, false]) {
        for (const pieces of [1, 3]) roundTrip(codec, { windowBits, contextTakeover }, pieces);
      }
    },
  })),
  {
    name: 'works at every level and memory level',
    run(codec) {
      for (const level of [0, 1, 6, 9]) roundTrip(codec, { ...CONTEXT, level }, 1);
      for (const memLevel of [1, 8, 9]) roundTrip(codec, { ...CONTEXT, memLevel }, 1);
    },
  },
  {
    name: 'compresses, and cuts the last 4 bytes of the flush (RFC 7692, 7.2.1)',
    run(codec) {
      const compressor = codec.compressor(CONTEXT);
      for (const [name, message] of Object.entries(sampleMessages())) {
        const compressed = compressPieces(compressor, [message]);
        const isCut = !endsWith(compressed, hex('00 00 ff ff'));
        check(isCut, `${name}: the compressed message ends with 00 00 ff ff`);
        if (/zeros|long/.test(name))
          check(compressed.length < message.length / 3, `${name}: ${compressed.length} bytes`);
        check(
          compressed.length <= message.length + message.length / 100 + 32,
          `${name}: grew to ${compressed.length} bytes`,
        );
      }
      compressor.close();
    },
  },
  {
    name: 'with context takeover a message is shorter the second time, without it is the same',
    run(codec) {
      const message = seededRandom(3).bytes(500);
      const lengths = [CONTEXT, FRESH].map(parameters => {
        const compressor = codec.compressor(parameters);
        const first = compressPieces(compressor, [message]);
        const second = compressPieces(compressor, [message]);
        compressor.close();
        return { first, second };
      });
      const [context, fresh] = lengths as [(typeof lengths)[0], (typeof lengths)[0]];
      check(context.second.length < 50, `the second time it takes ${context.second.length} bytes`);
      checkEqual(fresh.second, fresh.first, 'the second time, without context takeover');
    },
  },
  {
    name: 'never refers further back than the window',
    run(codec) {
      for (const windowBits of [8, 9, 11]) {
        const random = seededRandom(windowBits);
        const block = random.bytes(100);
        const gap = 2 ** windowBits;
        // Also checked from one message to the next: the last block is equally far from the first.
        const message = join([block, random.bytes(gap), block, random.bytes(gap + 300), block, random.bytes(gap)]);
        const compressor = codec.compressor({ windowBits, contextTakeover: true });
        for (let round = 0; round < 3; round++) {
          const compressed = compressPieces(compressor, [message]);
          // A compressor that looked back this far would find the repeated 100 bytes, and its output would be shorter.
          check(compressed.length >= message.length, `${message.length} bytes became ${compressed.length}`);
        }
        compressor.close();
      }
    },
  },
  {
    name: 'keeps compressors and decompressors apart',
    run(codec) {
      const one = codec.compressor(CONTEXT);
      const other = codec.compressor(CONTEXT);
      const back = [codec.decompressor(CONTEXT), codec.decompressor(CONTEXT)] as const;
      const random = seededRandom(11);
      for (let round = 0; round < 5; round++) {
        for (const [i, compressor] of [one, other].entries()) {
          const message = join([random.bytes(50), new Uint8Array(50), random.bytes(50)]);
          const restored = decompressPieces(back[i as 0 | 1], [compressPieces(compressor, [message])]);
          checkEqual(restored, message, `message ${round} of compressor ${i}`);
        }
      }
      one.close();
      const message = random.bytes(100);
      checkEqual(decompressPieces(back[1], [compressPieces(other, [message])]), message, 'after the other was closed');
    },
  },
];

const limitRules: readonly Rule<DeflateCodec>[] = [
  {
    name: 'yields as much as maxLength allows and not one byte more',
    run(codec) {
      const message = sampleMessages()['a long text'] as Uint8Array;
      for (const parameters of [FRESH, CONTEXT]) {
        const compressed = compressPieces(codec.compressor(parameters), [message]);
        const exact = decompressPieces(codec.decompressor(parameters), [compressed], message.length);
        checkEqual(exact, message, 'a message of exactly maxLength bytes');
        for (const limit of [message.length - 1, 1000, 1, 0]) {
          const run = (): Uint8Array => decompressPieces(codec.decompressor(parameters), [compressed], limit);
          checkRefused(run, 'ERR_MESSAGE_TOO_BIG', `${message.length} bytes with a maxLength of ${limit}`);
        }
      }
    },
  },
  {
    name: 'yields nothing within a maxLength of 0',
    run(codec) {
      const compressed = compressPieces(codec.compressor(CONTEXT), [new Uint8Array(0)]);
      checkEqual(decompressPieces(codec.decompressor(CONTEXT), [compressed], 0), new Uint8Array(0), 'no bytes');
    },
  },
  {
    name: 'refuses a small message that would become a huge one',
    run(codec) {
      const bomb = compressPieces(codec.compressor(CONTEXT), [new Uint8Array(8 * 1_048_576)]);
      const run = (): Uint8Array => decompressPieces(codec.decompressor(CONTEXT), [bomb], 65_536);
      checkRefused(run, 'ERR_MESSAGE_TOO_BIG', '8 MiB of zeros with a maxLength of 64 KiB');
    },
  },
  ...[
    { name: 'a block of a type that there is not', wire: '06' },
    { name: 'a stored block whose length is not confirmed', wire: '00 05 00 00 00 48 65 6c 6c 6f 00' },
    { name: 'a reference to before the beginning', wire: 'f2 00 11 00 00' },
    { name: 'bytes of no meaning', wire: 'ff ff ff ff ff ff ff ff' },
  ].map(({ name, wire }) => ({
    name: `refuses ${name}`,
    run(codec: DeflateCodec) {
      for (const parameters of [FRESH, CONTEXT]) {
        const run = (): Uint8Array => decompressPieces(codec.decompressor(parameters), [hex(wire)]);
        checkRefused(run, 'ERR_COMPRESSED_DATA', wire);
      }
      checkEqual(
        decompressPieces(codec.decompressor(FRESH), [hex('f2 48 cd c9 c9 07 00')]),
        HELLO,
        'others afterwards',
      );
    },
  })),
];

const steppedRules: readonly Rule<DeflateCodec>[] = [
  ...stepRules<DeflateCodec>(codec => ({
    compress: message => compressPieces(codec.compressor(FRESH), [message]),
    decompressor: () => codec.decompressor(FRESH),
  })),
  {
    name: 'keeps the context of a message that took several steps',
    run(codec) {
      for (const windowBits of [10, 15]) {
        const parameters = { windowBits, contextTakeover: true };
        const [compressor, decompressor] = [codec.compressor(parameters), codec.decompressor(parameters)];
        const message = seededRandom(23).bytes(150_000);
        const end = message.subarray(message.length - 500);
        for (const sent of [message, end, new Uint8Array(200_000), message, end]) {
          const restored = decompressPieces(decompressor, [compressPieces(compressor, [sent])], sent.length);
          checkEqual(restored, sent, `${sent.length} bytes with a window of ${windowBits} bits`);
        }
        compressor.close();
        decompressor.close();
      }
    },
  },
  {
    name: 'takes a final block at the end of a step (RFC 7692, 7.2.3.4)',
    run(codec) {
      // A stored block with BFINAL that fills a step, or nearly, with Hello behind it.
      for (const length of [65_534, 65_535]) {
        const stored = join([
          Uint8Array.of(1, length & 255, length >> 8, ~length & 255, ~length >> 8),
          pattern(length),
        ]);
        for (const before of [new Uint8Array(0), hex('000100feff48')]) {
          const decompressor = codec.decompressor(CONTEXT);
          const restored = decompressPieces(decompressor, [join([before, stored, hex('f248cdc9c90700')])]);
          const start = before.length === 0 ? new Uint8Array(0) : HELLO.subarray(0, 1);
          checkEqual(restored, join([start, pattern(length), HELLO]), `${length} bytes, and Hello`);
        }
      }
    },
  },
];

function endsWith(bytes: Uint8Array, end: Uint8Array): boolean {
  return bytes.length >= end.length && end.every((byte, i) => byte === bytes[bytes.length - end.length + i]);
}

/**
 * The contract suite of the {@link DeflateCodec} port (RFC 1951, RFC 7692).
 *
 * @param runner default: the global `describe` and `test`
 */
export function deflateCodecContract(name: string, make: () => DeflateCodec, runner?: TestRunner): void {
  const rules = [...exampleRules, ...compressionRules, ...limitRules, ...steppedRules];
  defineSuite(`${name} keeps the contract of DeflateCodec`, rules, make, runner);
}
