import { bzip2CodecContract, deflateCodecContract, type TestRunner } from '@ws/testkit';
import type { Bzip2Codec, Compressor, Decompressor, DeflateCodec } from '@ws/types';
import { DecompressionError } from '@ws/types';
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
    return { decompress: decompress(inner), close: () => inner.close() };
  };
  return { decompressor } as unknown as Partial<Codec>;
}

const brokenDeflate: Record<string, Mistake<DeflateCodec>> = {
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
