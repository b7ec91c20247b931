import { DECOMPRESSION_STEP, type Decompressor } from '@ws/types';
import { check, checkEqual } from '../assert.ts';
import { seededRandom } from '../seeded-random.ts';
import { checkRefused, DecompressionSteps, decompressPieces, piecesOf, sampleMessages } from './codec-cases.ts';
import { join } from './stream-rule.ts';
import type { Rule } from './suite.ts';

/** The part of a codec that the rules about steps use. */
export interface SteppedCodec {
  /** Compresses a whole message. */
  compress(message: Uint8Array): Uint8Array;
  decompressor(): Decompressor;
}

/** Messages that take several steps to decompress. */
function longMessages(): readonly Uint8Array[] {
  const text = sampleMessages()['a long text'] as Uint8Array;
  return [new Uint8Array(300_000), join([text, text]), seededRandom(21).bytes(150_000)];
}

/** Rules for a `Decompressor` that works in steps. A codec may also do all of the work in one step. */
export function stepRules<Codec>(of: (codec: Codec) => SteppedCodec): readonly Rule<Codec>[] {
  const rules: readonly Rule<SteppedCodec>[] = [...yieldRules, ...limitRules, ...apartRules];
  return rules.map(({ name, run }) => ({ name, run: codec => run(of(codec)) }));
}

const yieldRules: readonly Rule<SteppedCodec>[] = [
  {
    name: 'yields a long message in steps, and says until when there is more',
    run(codec) {
      const decompressor = codec.decompressor();
      check(!decompressor.hasMore, 'there is more before the first message');
      for (const message of longMessages()) {
        const steps = [...new DecompressionSteps(decompressor).of(codec.compress(message), true)];
        checkEqual(join(steps), message, `a message of ${message.length} bytes in ${steps.length} steps`);
        const isResumable = decompressor.hasMore !== undefined;
        const least = Math.floor(message.length / DECOMPRESSION_STEP);
        check(!isResumable || steps.length > least, `${message.length} bytes in ${steps.length} steps`);
      }
    },
  },
  {
    name: 'takes no more than twice the steps for twice the message',
    run(codec) {
      const [once, twice] = [1, 2].map(times => {
        const bomb = codec.compress(new Uint8Array(times * 16 * DECOMPRESSION_STEP));
        return [...new DecompressionSteps(codec.decompressor()).of(bomb, true)].length;
      }) as [number, number];
      check(twice <= 2 * once + 1, `${once} steps for 1 MiB of zeros, ${twice} for 2 MiB`);
    },
  },
  {
    name: 'yields the same however a message is cut, each piece in as many steps as it takes',
    run(codec) {
      for (const message of longMessages()) {
        const compressed = codec.compress(message);
        for (const count of [2, 7, 100]) {
          const restored = decompressPieces(codec.decompressor(), piecesOf(compressed, count), message.length);
          checkEqual(restored, message, `${message.length} bytes in ${count} pieces`);
        }
      }
    },
  },
  {
    name: 'copies the input that a step has not read',
    run(codec) {
      for (const message of longMessages()) {
        const piece = codec.compress(message);
        const steps: Uint8Array[] = [];
        for (const step of new DecompressionSteps(codec.decompressor()).of(piece, true)) {
          steps.push(step);
          piece.fill(0xff);
        }
        checkEqual(join(steps), message, `${message.length} bytes whose input was overwritten after the first step`);
      }
    },
  },
];

const limitRules: readonly Rule<SteppedCodec>[] = [
  {
    name: 'meets its limit exactly in a later step, and refuses one byte more',
    run(codec) {
      for (const length of [65_535, 65_536, 65_537, 131_072, 200_000]) {
        for (const message of [new Uint8Array(length), seededRandom(22).bytes(length)]) {
          const compressed = codec.compress(message);
          const exact = decompressPieces(codec.decompressor(), [compressed], length);
          checkEqual(exact, message, `${length} bytes with a maxLength of just that`);
          const decompressor = codec.decompressor();
          const run = (): Uint8Array => decompressPieces(decompressor, [compressed], length - 1);
          checkRefused(run, 'ERR_MESSAGE_TOO_BIG', `${length} bytes with a maxLength of one less`);
          check(!decompressor.hasMore, 'there is more after ERR_MESSAGE_TOO_BIG');
        }
      }
    },
  },
  {
    name: 'finds in a later step that a message is broken, and then has no more',
    run(codec) {
      for (const message of longMessages()) {
        const compressed = codec.compress(message);
        const decompressor = codec.decompressor();
        const run = (): Uint8Array => decompressPieces(decompressor, [compressed.subarray(0, -1)]);
        checkRefused(run, 'ERR_COMPRESSED_DATA', `${message.length} bytes, without the last byte`);
        check(!decompressor.hasMore, 'there is more after ERR_COMPRESSED_DATA');
      }
    },
  },
];

const apartRules: readonly Rule<SteppedCodec>[] = [
  {
    name: 'keeps apart messages whose steps are taken in turn',
    run(codec) {
      const messages = [...longMessages(), ...longMessages()];
      const all = messages.map(message =>
        new DecompressionSteps(codec.decompressor()).of(codec.compress(message), true),
      );
      const parts: Uint8Array[][] = messages.map(() => []);
      for (let isAnyUnderWay = true; isAnyUnderWay; ) {
        isAnyUnderWay = false;
        for (const [i, steps] of all.entries()) {
          const { value } = steps.next();
          if (value === undefined) continue;
          isAnyUnderWay = true;
          parts[i]?.push(value);
        }
      }
      for (const [i, message] of messages.entries()) checkEqual(join(parts[i] ?? []), message, `message ${i} of six`);
    },
  },
  {
    name: 'can be closed between two steps, and others go on',
    run(codec) {
      const message = new Uint8Array(1_000_000);
      const compressed = codec.compress(message);
      for (let round = 0; round < 10; round++) {
        const [closed, other] = [codec.decompressor(), codec.decompressor()];
        const steps = new DecompressionSteps(other).of(compressed, true);
        const first = steps.next().value as Uint8Array;
        new DecompressionSteps(closed).of(compressed, true).next();
        closed.close();
        check(!closed.hasMore, 'there is more after close()');
        checkEqual(join([first, ...steps]), message, 'the message of another');
        other.close();
      }
    },
  },
];
