import { bzip2CodecContract, deflateCodecContract, type TestRunner } from '@ws/testkit';
import type { Bzip2Codec, Compressor, Decompressor, DeflateCodec } from '@ws/types';
import { DecompressionError } from '@ws/types';
import { concatBytes } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { portableBzip2, portableDeflate } from '../src/index.ts';

const runner = { describe, test };
deflateCodecContract('portableDeflate', () => portableDeflate, runner);
bzip2CodecContract('portableBzip2', () => portableBzip2, runner);

/** Whether the rule of a suite whose name begins so is broken. */
async function findsFault(rule: string, defineSuite: (runner: TestRunner) => void): Promise<boolean> {
  const rules = new Map<string, () => void | Promise<void>>();
  defineSuite({ describe: (_, define) => define(), test: (name, run) => void rules.set(name, run) });
  const [run, ...more] = [...rules].filter(([name]) => name.startsWith(rule)).map(([, run]) => run);
  if (run === undefined || more.length > 0) throw new Error(`${more.length + 1} rules begin with "${rule}"`);
  try {
    await run();
    return false;
  } catch {
    return true;
  }
}

/** A mistake, and the rule that is there to find it. */
type Mistake<Codec> = readonly [rule: string, change: (codec: Codec) => Partial<Codec>];

function changeCompressor(
  codec: DeflateCodec,
  compress: (inner: Compressor) => Compressor['compress'],
): Partial<DeflateCodec> {
  return {
    compressor(parameters) {
      const inner = codec.compressor(parameters);
      return { compress: compress(inner), close: () => inner.close() };
    },
  };
}

function changeDecompressor<Codec extends DeflateCodec | Bzip2Codec>(
  codec: Codec,
  decompress: (inner: Decompressor) => Decompressor['decompress'],
): Partial<Codec> {
  const decompressor = (parameters: never): Decompressor => {
    const inner = codec.decompressor(parameters);
    return {
      decompress: decompress(inner),
      get hasMore() {
        return inner.hasMore === true;
      },
      close: () => inner.close(),
    };
  };
  return { decompressor } as unknown as Partial<Codec>;
}

/** Mistakes in steps, which a codec of any kind can make. */
const brokenSteps = <Codec extends DeflateCodec | Bzip2Codec>(): Record<string, Mistake<Codec>> => ({
  'yields all at once': [
    'yields a long message in steps',
    codec =>
      changeSteps(codec, inner => ({
        decompress: (bytes, isFinal, maxLength) => decompressAll(inner, bytes, isFinal, maxLength),
        hasMore: false,
      })),
  ],
  'always has more': ['yields a long message in steps', codec => changeSteps(codec, () => ({ hasMore: true }))],
  'says that there is no more while there is': [
    'yields a long message in steps',
    codec => changeSteps(codec, () => ({ hasMore: false })),
  ],
  'has more after an error': [
    'finds in a later step',
    codec =>
      changeSteps(codec, inner => {
        let hasFailed = false;
        return {
          decompress(bytes, isFinal, maxLength) {
            hasFailed = true;
            const result = inner.decompress(bytes, isFinal, maxLength);
            hasFailed = false;
            return result;
          },
          get hasMore() {
            return hasFailed || inner.hasMore === true;
          },
        };
      }),
  ],
  'begins its limit anew with each step': [
    'meets its limit exactly in a later step',
    codec =>
      changeSteps(codec, inner => ({
        decompress: (bytes, isFinal, maxLength) =>
          inner.decompress(bytes, isFinal, maxLength < 60_000 ? Number.POSITIVE_INFINITY : maxLength),
      })),
  ],
  'takes a step for each byte of long messages': [
    'takes no more than twice the steps',
    codec =>
      changeSteps(codec, inner => {
        let idle = 0;
        let length = 0;
        return {
          decompress(bytes, isFinal, maxLength) {
            if (idle > 0) {
              idle--;
              return new Uint8Array(0);
            }
            const result = inner.decompress(bytes, isFinal, maxLength);
            length += result.length;
            idle = Math.floor(length / 65_536);
            return result;
          },
          get hasMore() {
            return idle > 0 || inner.hasMore === true;
          },
        };
      }),
  ],
  'reads what was lent after the call': [
    'copies the input',
    codec =>
      changeSteps(codec, inner => {
        let rest: Uint8Array = new Uint8Array(0);
        return {
          decompress(bytes, isFinal, maxLength) {
            const piece = inner.hasMore ? bytes : rest.length > 0 ? rest : bytes;
            const given = rest.length > 0 || inner.hasMore ? piece : piece.subarray(0, 20);
            rest =
              rest.length > 0 || inner.hasMore ? rest.subarray(inner.hasMore ? 0 : rest.length) : piece.subarray(20);
            return inner.decompress(given, isFinal && rest.length === 0, maxLength);
          },
          get hasMore() {
            return rest.length > 0 || inner.hasMore === true;
          },
        };
      }),
  ],
  'has one decompressor for all': [
    'keeps apart messages whose steps',
    codec => {
      let shared: Decompressor | null = null;
      return changeSteps(codec, inner => {
        shared ??= inner;
        const one = shared;
        return {
          decompress: (bytes, isFinal, maxLength) => one.decompress(bytes, isFinal, maxLength),
          get hasMore() {
            return one.hasMore === true;
          },
        };
      });
    },
  ],
  'has more when it is closed': [
    'can be closed between two steps',
    codec => changeSteps(codec, inner => ({ close() {}, decompress: (...given) => inner.decompress(...given) })),
  ],
});

function changeSteps<Codec extends DeflateCodec | Bzip2Codec>(
  codec: Codec,
  change: (inner: Decompressor) => Partial<Decompressor>,
): Partial<Codec> {
  const decompressor = (parameters: never): Decompressor => {
    const inner = codec.decompressor(parameters);
    const changed = change(inner);
    return {
      decompress: (...given) => (changed.decompress ?? inner.decompress.bind(inner))(...given),
      get hasMore() {
        return changed.hasMore ?? inner.hasMore === true;
      },
      close: () => (changed.close ?? inner.close.bind(inner))(),
    };
  };
  return { decompressor } as unknown as Partial<Codec>;
}

function decompressAll(inner: Decompressor, bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array {
  const steps = [inner.decompress(bytes, isFinal, maxLength)];
  let left = maxLength - steps[0]!.length;
  while (inner.hasMore) {
    steps.push(inner.decompress(new Uint8Array(0), isFinal, left));
    left -= steps.at(-1)!.length;
  }
  return concatBytes(steps);
}

const brokenDeflate: Record<string, Mistake<DeflateCodec>> = {
  ...brokenSteps<DeflateCodec>(),
  'loses the context with a long message': [
    'keeps the context of a message that took',
    codec => ({
      decompressor(parameters) {
        let inner = codec.decompressor(parameters);
        let isLong = false;
        return {
          decompress(bytes, isFinal, maxLength) {
            if (isLong && !inner.hasMore) {
              inner = codec.decompressor(parameters);
              isLong = false;
            }
            const result = inner.decompress(bytes, isFinal, maxLength);
            isLong ||= inner.hasMore === true;
            return result;
          },
          get hasMore() {
            return inner.hasMore === true;
          },
          close: () => inner.close(),
        };
      },
    }),
  ],
  'does not compress': ['compresses, and cuts', codec => changeCompressor(codec, () => bytes => bytes)],
  'leaves the end of the flush': [
    'compresses, and cuts',
    codec =>
      changeCompressor(
        codec,
        inner => (bytes, isFinal) =>
          isFinal ? Uint8Array.of(...inner.compress(bytes, true), 0, 0, 255, 255) : inner.compress(bytes, false),
      ),
  ],
  'ends the message with each piece': [
    'gives back what it was given, with a window of 8 bits',
    codec => changeCompressor(codec, inner => bytes => inner.compress(bytes, true)),
  ],
  'changes what it compresses': [
    'compresses, and cuts',
    codec =>
      changeCompressor(codec, inner => (bytes, isFinal) => {
        const compressed = inner.compress(bytes, isFinal);
        bytes.fill(0);
        return compressed;
      }),
  ],
  'makes nothing of nothing': [
    'compresses the message of no bytes',
    codec =>
      changeCompressor(
        codec,
        inner => (bytes, isFinal) => (bytes.length === 0 ? bytes : inner.compress(bytes, isFinal)),
      ),
  ],
  'always keeps the context': [
    'with context takeover a message is shorter',
    codec => ({
      compressor: parameters => codec.compressor({ ...parameters, contextTakeover: true }),
    }),
  ],
  'never keeps the context': [
    'with context takeover a message is shorter',
    codec => ({
      compressor: parameters => codec.compressor({ ...parameters, contextTakeover: false }),
    }),
  ],
  'uses a larger window than agreed': [
    'never refers further back',
    codec => ({
      compressor: parameters => codec.compressor({ ...parameters, windowBits: 15 }),
    }),
  ],
  'stores only': [
    'compresses, and cuts',
    codec => ({ compressor: parameters => codec.compressor({ ...parameters, level: 0 }) }),
  ],
  'has one compressor for all': [
    'keeps compressors and decompressors apart',
    codec => {
      const compressor = codec.compressor({ windowBits: 15, contextTakeover: true });
      return { compressor: () => ({ compress: (bytes, isFinal) => compressor.compress(bytes, isFinal), close() {} }) };
    },
  ],
  'always keeps the context of what it decompresses': [
    'decompresses what refers',
    codec => ({
      decompressor: parameters => codec.decompressor({ ...parameters, contextTakeover: true }),
    }),
  ],
  'never keeps the context of what it decompresses': [
    'decompresses what refers',
    codec => ({
      decompressor: parameters => codec.decompressor({ ...parameters, contextTakeover: false }),
    }),
  ],
  'knows no limit': [
    'yields as much as maxLength',
    codec =>
      changeDecompressor(
        codec,
        inner => (bytes, isFinal) => inner.decompress(bytes, isFinal, Number.POSITIVE_INFINITY),
      ),
  ],
  'has a limit that is one too low': [
    'yields as much as maxLength',
    codec =>
      changeDecompressor(
        codec,
        inner => (bytes, isFinal, maxLength) => inner.decompress(bytes, isFinal, Math.max(0, maxLength - 1)),
      ),
  ],
  'has a limit that is one too high': [
    'yields as much as maxLength',
    codec =>
      changeDecompressor(
        codec,
        inner => (bytes, isFinal, maxLength) => inner.decompress(bytes, isFinal, maxLength + 1),
      ),
  ],
  'cuts at the limit': [
    'yields as much as maxLength',
    codec =>
      changeDecompressor(
        codec,
        inner => (bytes, isFinal, maxLength) =>
          inner.decompress(bytes, isFinal, Number.POSITIVE_INFINITY).subarray(0, maxLength),
      ),
  ],
  'makes nothing of what is wrong': [
    'refuses bytes of no meaning',
    codec =>
      changeDecompressor(codec, inner => (bytes, isFinal, maxLength) => {
        try {
          return inner.decompress(bytes, isFinal, maxLength);
        } catch (error) {
          if ((error as DecompressionError).code === 'ERR_COMPRESSED_DATA') return new Uint8Array(0);
          throw error;
        }
      }),
  ],
  'has one code for all errors': [
    'yields as much as maxLength',
    codec =>
      changeDecompressor(codec, inner => (bytes, isFinal, maxLength) => {
        try {
          return inner.decompress(bytes, isFinal, maxLength);
        } catch (cause) {
          throw new DecompressionError('ERR_COMPRESSED_DATA', 'no', { cause });
        }
      }),
  ],
};

describe('deflateCodecContract finds a codec that', () => {
  test.each(Object.entries(brokenDeflate))('%s', async (_, [rule, change]) => {
    const codec: DeflateCodec = { ...portableDeflate, ...change(portableDeflate) };
    expect(await findsFault(rule, collect => deflateCodecContract('broken', () => codec, collect))).toBe(true);
  });
});

const brokenBzip2: Record<string, Mistake<Bzip2Codec>> = {
  ...brokenSteps<Bzip2Codec>(),
  'does not look at the level': [
    'gives back what it was given',
    codec => ({ compressor: () => codec.compressor({ level: 9 }) }),
  ],
  'knows no limit': [
    'yields as much as maxLength',
    codec =>
      changeDecompressor(
        codec,
        inner => (bytes, isFinal) => inner.decompress(bytes, isFinal, Number.POSITIVE_INFINITY),
      ),
  ],
  'has a limit that is one too low': [
    'yields as much as maxLength',
    codec =>
      changeDecompressor(
        codec,
        inner => (bytes, isFinal, maxLength) => inner.decompress(bytes, isFinal, Math.max(0, maxLength - 1)),
      ),
  ],
  'decompresses each piece by itself': [
    'decompresses what the program',
    codec => changeDecompressor(codec, inner => (bytes, _, maxLength) => inner.decompress(bytes, true, maxLength)),
  ],
  'makes nothing of what is wrong': [
    'refuses what is no stream',
    codec =>
      changeDecompressor(codec, inner => (bytes, isFinal, maxLength) => {
        try {
          return inner.decompress(bytes, isFinal, maxLength);
        } catch (error) {
          if ((error as DecompressionError).code === 'ERR_COMPRESSED_DATA') return new Uint8Array(0);
          throw error;
        }
      }),
  ],
  'makes a stream of each piece': [
    'gives back what it was given',
    codec => ({
      compressor(parameters) {
        const inner = codec.compressor(parameters);
        return { compress: bytes => inner.compress(bytes, true), close: () => inner.close() };
      },
    }),
  ],
};

describe('bzip2CodecContract finds a codec that', () => {
  test.each(Object.entries(brokenBzip2))('%s', async (_, [rule, change]) => {
    const codec: Bzip2Codec = { ...portableBzip2, ...change(portableBzip2) };
    expect(await findsFault(rule, collect => bzip2CodecContract('broken', () => codec, collect))).toBe(true);
  });
});
