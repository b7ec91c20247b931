import { bzip2CodecContract, deflateCodecContract, type TestRunner } from '@ws/testkit';
import type { Bzip2Codec, Compressor, Decompressor, DeflateCodec } from '@ws/types';
import { DecompressionError } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { portableBzip2, portableDeflate } from '../src/index.ts';

const runner = { describe, test };
deflateCodecContract('portableDeflate', () => portableDeflate, runner);
bzip2CodecContract('portableBzip2', () => portableBzip2, runner);

/** Whether the suite finds a broken rule. */
async function findsFault(defineSuite: (runner: TestRunner) => void): Promise<boolean> {
  const rules: (() => void | Promise<void>)[] = [];
  defineSuite({ describe: (_, define) => define(), test: (_, run) => void rules.push(run) });
  for (const rule of rules) {
    try {
      await rule();
    } catch {
      return true;
    }
  }
  return false;
}

type Change<Codec> = (codec: Codec) => Partial<Codec>;

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

const brokenDeflate: Record<string, Change<DeflateCodec>> = {
  'does not compress': codec => changeCompressor(codec, () => bytes => bytes),
  'leaves the end of the flush': codec =>
    changeCompressor(
      codec,
      inner => (bytes, isFinal) =>
        isFinal ? Uint8Array.of(...inner.compress(bytes, true), 0, 0, 255, 255) : inner.compress(bytes, false),
    ),
  'ends the message with each piece': codec => changeCompressor(codec, inner => bytes => inner.compress(bytes, true)),
  'changes what it compresses': codec =>
    changeCompressor(codec, inner => (bytes, isFinal) => {
      const compressed = inner.compress(bytes, isFinal);
      bytes.fill(0);
      return compressed;
    }),
  'makes nothing of nothing': codec =>
    changeCompressor(codec, inner => (bytes, isFinal) => (bytes.length === 0 ? bytes : inner.compress(bytes, isFinal))),
  'always keeps the context': codec => ({
    compressor: parameters => codec.compressor({ ...parameters, contextTakeover: true }),
  }),
  'never keeps the context': codec => ({
    compressor: parameters => codec.compressor({ ...parameters, contextTakeover: false }),
  }),
  'uses a larger window than agreed': codec => ({
    compressor: parameters => codec.compressor({ ...parameters, windowBits: 15 }),
  }),
  'stores only': codec => ({ compressor: parameters => codec.compressor({ ...parameters, level: 0 }) }),
  'has one compressor for all': codec => {
    const compressor = codec.compressor({ windowBits: 15, contextTakeover: true });
    return { compressor: () => ({ compress: (bytes, isFinal) => compressor.compress(bytes, isFinal), close() {} }) };
  },
  'always keeps the context of what it decompresses': codec => ({
    decompressor: parameters => codec.decompressor({ ...parameters, contextTakeover: true }),
  }),
  'never keeps the context of what it decompresses': codec => ({
    decompressor: parameters => codec.decompressor({ ...parameters, contextTakeover: false }),
  }),
  'knows no limit': codec =>
    changeDecompressor(codec, inner => (bytes, isFinal) => inner.decompress(bytes, isFinal, Number.POSITIVE_INFINITY)),
  'has a limit that is one too low': codec =>
    changeDecompressor(
      codec,
      inner => (bytes, isFinal, maxLength) => inner.decompress(bytes, isFinal, Math.max(0, maxLength - 1)),
    ),
  'has a limit that is one too high': codec =>
    changeDecompressor(codec, inner => (bytes, isFinal, maxLength) => inner.decompress(bytes, isFinal, maxLength + 1)),
  'cuts at the limit': codec =>
    changeDecompressor(
      codec,
      inner => (bytes, isFinal, maxLength) =>
        inner.decompress(bytes, isFinal, Number.POSITIVE_INFINITY).subarray(0, maxLength),
    ),
  'makes nothing of what is wrong': codec =>
    changeDecompressor(codec, inner => (bytes, isFinal, maxLength) => {
      try {
        return inner.decompress(bytes, isFinal, maxLength);
      } catch (error) {
        if ((error as DecompressionError).code === 'ERR_COMPRESSED_DATA') return new Uint8Array(0);
        throw error;
      }
    }),
  'has one code for all errors': codec =>
    changeDecompressor(codec, inner => (bytes, isFinal, maxLength) => {
      try {
        return inner.decompress(bytes, isFinal, maxLength);
      } catch (cause) {
        throw new DecompressionError('ERR_COMPRESSED_DATA', 'no', { cause });
      }
    }),
};

describe('deflateCodecContract finds a codec that', () => {
  test.each(Object.entries(brokenDeflate))('%s', async (_, change) => {
    const codec: DeflateCodec = { ...portableDeflate, ...change(portableDeflate) };
    expect(await findsFault(collect => deflateCodecContract('broken', () => codec, collect))).toBe(true);
  });
});

const brokenBzip2: Record<string, Change<Bzip2Codec>> = {
  'does not look at the level': codec => ({ compressor: () => codec.compressor({ level: 9 }) }),
  'knows no limit': codec =>
    changeDecompressor(codec, inner => (bytes, isFinal) => inner.decompress(bytes, isFinal, Number.POSITIVE_INFINITY)),
  'has a limit that is one too low': codec =>
    changeDecompressor(
      codec,
      inner => (bytes, isFinal, maxLength) => inner.decompress(bytes, isFinal, Math.max(0, maxLength - 1)),
    ),
  'decompresses each piece by itself': codec =>
    changeDecompressor(codec, inner => (bytes, _, maxLength) => inner.decompress(bytes, true, maxLength)),
  'makes nothing of what is wrong': codec =>
    changeDecompressor(codec, inner => (bytes, isFinal, maxLength) => {
      try {
        return inner.decompress(bytes, isFinal, maxLength);
      } catch (error) {
        if ((error as DecompressionError).code === 'ERR_COMPRESSED_DATA') return new Uint8Array(0);
        throw error;
      }
    }),
  'makes a stream of each piece': codec => ({
    compressor(parameters) {
      const inner = codec.compressor(parameters);
      return { compress: bytes => inner.compress(bytes, true), close: () => inner.close() };
    },
  }),
};

describe('bzip2CodecContract finds a codec that', () => {
  test.each(Object.entries(brokenBzip2))('%s', async (_, change) => {
    const codec: Bzip2Codec = { ...portableBzip2, ...change(portableBzip2) };
    expect(await findsFault(collect => bzip2CodecContract('broken', () => codec, collect))).toBe(true);
  });
});
