import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  deflateRawSync,
  type InflateRaw,
} from 'node:zlib';
import { portableDeflate } from '@ws/compress/deflate';
import { everySplit, hex, type SeededRandom, seededRandom } from '@ws/testkit';
import type { Compressor, Decompressor, DeflateCodec } from '@ws/types';
import { concatBytes, EMPTY_BYTES, encodeText, equalBytes } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { createZlibCodec, deflateCodecWorks, type ZlibWay, zlibCodec } from '../../src/zlib/zlib-codec.ts';

const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
const NO_LIMIT = Number.POSITIVE_INFINITY;
const tooBig = expect.objectContaining({ name: 'DecompressionError', code: 'ERR_MESSAGE_TOO_BIG' });
const broken = expect.objectContaining({ name: 'DecompressionError', code: 'ERR_COMPRESSED_DATA' });
const ways: readonly ZlibWay[] = ['handle', 'one-shot', 'portable'];
/** How much each way has to do: most for the one that is used; the portable codec has tests of its own. */
const EFFORT: Readonly<Record<ZlibWay, { messages: number; corrupted: number }>> = {
  handle: { messages: 100, corrupted: 20_000 },
  'one-shot': { messages: 60, corrupted: 4000 },
  portable: { messages: 40, corrupted: 2000 },
};
const bomb = deflateRawSync(new Uint8Array(100e6), { level: 1, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

/** Something like what applications send, or random bytes, or runs; empty ones as well. */
function anyMessage(random: SeededRandom, maxLength: number): Uint8Array {
  const length = random.below(random.below(maxLength) + 1);
  const kind = random.below(4);
  if (kind === 0) return random.bytes(length);
  if (kind === 1) return new Uint8Array(length).fill(random.below(256));
  let text = '';
  while (text.length < length)
    text += JSON.stringify({ id: random.below(1e6), name: `user ${random.below(9)}`, ok: true });
  return encodeText(text).subarray(0, length);
}

function anyPieces(random: SeededRandom, bytes: Uint8Array): Uint8Array[] {
  const cuts = Array.from({ length: random.below(4) }, () => random.below(bytes.length + 1)).sort((a, b) => a - b);
  const starts = [0, ...cuts];
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1] ?? bytes.length));
}

function compressAll(compressor: Compressor, pieces: readonly Uint8Array[]): Uint8Array {
  return concatBytes(pieces.map((piece, index) => compressor.compress(piece, index === pieces.length - 1)));
}

function decompressAll(decompressor: Decompressor, pieces: readonly Uint8Array[], limit = 1 << 24): Uint8Array {
  const steps: Uint8Array[] = [];
  let left = limit;
  for (const [index, piece] of pieces.entries()) {
    let bytes = piece;
    do {
      const result = decompressor.decompress(bytes, index === pieces.length - 1, left);
      left -= result.length;
      steps.push(result);
      bytes = EMPTY_BYTES;
    } while (decompressor.hasMore);
  }
  return concatBytes(steps);
}

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}

/** permessage-deflate as most servers for Node do it: by zlib's streams, in the thread pool. */
class ZlibStreams {
  readonly #parameters: { readonly windowBits: number; readonly contextTakeover: boolean };
  #deflate: CollectedStream | null = null;
  #inflate: CollectedStream | null = null;

  constructor(parameters: { readonly windowBits: number; readonly contextTakeover: boolean }) {
    this.#parameters = parameters;
  }

  async compress(message: Uint8Array): Promise<Uint8Array> {
    this.#deflate ??= new CollectedStream(createDeflateRaw({ windowBits: this.#parameters.windowBits }));
    const result = await this.#deflate.transform([message]);
    if (!this.#parameters.contextTakeover) this.#deflate = null;
    return result.length === 0 ? Uint8Array.of(0) : result.subarray(0, -4);
  }

  async decompress(payload: Uint8Array): Promise<Uint8Array> {
    this.#inflate ??= new CollectedStream(createInflateRaw({ windowBits: this.#parameters.windowBits }));
    const result = await this.#inflate.transform([payload, TAIL]);
    if (!this.#parameters.contextTakeover) this.#inflate = null;
    return result;
  }
}

/** A stream of zlib whose output is gathered from flush to flush. */
class CollectedStream {
  readonly #stream: DeflateRaw | InflateRaw;
  #chunks: Buffer[] = [];

  constructor(stream: DeflateRaw | InflateRaw) {
    this.#stream = stream;
    stream.on('data', chunk => this.#chunks.push(chunk as Buffer));
  }

  async transform(pieces: readonly Uint8Array[]): Promise<Buffer> {
    for (const piece of pieces) if (piece.length > 0) this.#stream.write(piece);
    await new Promise<void>(resolve => this.#stream.flush(constants.Z_SYNC_FLUSH, resolve));
    const result = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return result;
  }
}

describe.each(ways)('createZlibCodec by way of %s', way => {
  const codec = createZlibCodec({ way, maxContexts: 2 });
  const decompressor = (windowBits = 15, contextTakeover = true) => codec.decompressor({ windowBits, contextTakeover });

  test('passes the self-test', () => {
    expect(deflateCodecWorks(codec)).toBe(true);
  });

  test.each(
    [8, 9, 10, 11, 12, 13, 14, 15].flatMap(windowBits =>
      [true, false].map(contextTakeover => ({ windowBits, contextTakeover })),
    ),
  )('talks with streams of node:zlib, %j', async parameters => {
    const random = seededRandom(parameters.windowBits);
    const [ours, theirs] = [codec.compressor(parameters), new ZlibStreams(parameters)];
    const reader = codec.decompressor(parameters);
    for (let i = 0; i < EFFORT[way].messages; i++) {
      const message = anyMessage(random, i % 10 === 0 ? 60_000 : 2000);
      const sent = compressAll(ours, anyPieces(random, message));
      expect(equalBytes(await theirs.decompress(sent), message)).toBe(true);
      const received = await theirs.compress(message);
      const result = decompressAll(reader, anyPieces(random, received), message.length);
      expect(equalBytes(result, message)).toBe(true);
    }
    ours.close();
    reader.close();
  });

  test('talks with the portable codec, several connections at a time', () => {
    const random = seededRandom(42);
    const connections = Array.from({ length: 6 }, (_, index) => {
      const parameters = { windowBits: 15, contextTakeover: index % 3 !== 0 };
      const [from, to] = index % 2 === 0 ? [codec, portableDeflate] : [portableDeflate, codec];
      return { compressor: from.compressor(parameters), decompressor: to.decompressor(parameters) };
    });
    for (let i = 0; i < 8 * EFFORT[way].messages; i++) {
      const { compressor, decompressor } = connections[random.below(connections.length)]!;
      const message = anyMessage(random, 3000);
      const compressed = compressAll(compressor, anyPieces(random, message));
      expect(equalBytes(decompressAll(decompressor, anyPieces(random, compressed), message.length), message)).toBe(
        true,
      );
    }
  });

  test('keeps messages apart that are under way at the same time', () => {
    const parameters = { windowBits: 15, contextTakeover: true };
    const compressors = Array.from({ length: 5 }, () => codec.compressor(parameters));
    const texts = compressors.map((_, index) => encodeText(`message ${index} `.repeat(800)));
    for (let round = 0; round < 3; round++) {
      const starts = compressors.map((compressor, index) => compressor.compress(texts[index]!, false));
      const ends = compressors.map(compressor => compressor.compress(EMPTY_BYTES, true));
      if (round > 0) continue;
      for (const [index, text] of texts.entries()) {
        const message = decompressor().decompress(concatBytes([starts[index]!, ends[index]!]), true, 1e6);
        expect(equalBytes(message, text)).toBe(true);
      }
    }
    for (const compressor of compressors) compressor.close();
  });

  test('keeps apart messages that are decompressed in steps in turn, with fewer contexts than connections', () => {
    const random = seededRandom(12);
    const connections = Array.from({ length: 6 }, () => ({
      compressor: codec.compressor({ windowBits: 15, contextTakeover: true }),
      reader: decompressor(),
    }));
    // The second time each refers to the message before.
    const message = concatBytes([random.bytes(100_000), new Uint8Array(100_000), random.bytes(5000)]);
    for (let round = 0; round < 3; round++) {
      const sent = connections.map(({ compressor }, i) => compressor.compress(message.subarray(i), true));
      const steps = connections.map(({ reader }, i) => [reader.decompress(sent[i]!, true, message.length)]);
      while (connections.some(({ reader }) => reader.hasMore)) {
        for (const [i, { reader }] of connections.entries()) {
          if (reader.hasMore) steps[i]!.push(reader.decompress(EMPTY_BYTES, true, message.length));
        }
      }
      for (const [i, all] of steps.entries()) expect(equalBytes(concatBytes(all), message.subarray(i))).toBe(true);
    }
    for (const { compressor, reader } of connections) {
      compressor.close();
      reader.close();
    }
  });

  test('compresses about as well as a zlib stream at the same level', async () => {
    const random = seededRandom(8);
    const messages = Array.from({ length: 300 }, () => anyMessage(random, 2000));
    const parameters = { windowBits: 15, contextTakeover: true };
    const compressor = createZlibCodec({ way }).compressor(parameters);
    const stream = new ZlibStreams(parameters);
    let [ours, theirs] = [0, 0];
    for (const message of messages) {
      ours += compressor.compress(message, true).length;
      theirs += (await stream.compress(message)).length;
    }
    expect(ours / theirs).toBeLessThan(way === 'one-shot' ? 1.2 : 1.1);
  });

  test.each([
    ['a message, 7.2.3.1', 'f248cdc9c90700'],
    ['a stored block, 7.2.3.3', '000500faff48656c6c6f00'],
    ['a final block, 7.2.3.4', 'f348cdc9c9070000'],
    ['a final block without the byte behind it', 'f348cdc9c90700'],
    ['two blocks, 7.2.3.5', 'f24805000000ffffcac9c90700'],
  ])('reads %s, cut anywhere, and goes on from there (RFC 7692)', (_name, payload) => {
    everySplit(hex(payload), pieces => {
      const reader = decompressor();
      expect(Buffer.from(decompressAll(reader, pieces)).toString()).toBe('Hello');
      expect(Buffer.from(reader.decompress(hex('f200110000'), true, 5)).toString()).toBe('Hello');
    });
  });

  test('goes on after final blocks on a busy connection as well', () => {
    const random = seededRandom(6);
    const reader = decompressor();
    let history: Uint8Array = EMPTY_BYTES;
    for (let i = 0; i < 60; i++) {
      const message = concatBytes([history.slice(-200), random.bytes(300)]);
      const isFinal = i % 3 === 0;
      const options = { finishFlush: isFinal ? constants.Z_FINISH : constants.Z_SYNC_FLUSH };
      const dictionary = history.length === 0 ? {} : { dictionary: history };
      const compressed = deflateRawSync(message, { ...options, ...dictionary });
      const payload = isFinal
        ? i % 2 === 0
          ? compressed
          : concatBytes([compressed, hex('00')])
        : compressed.subarray(0, -4);
      const pieces = i % 5 === 0 ? anyPieces(random, payload) : [payload];
      expect(equalBytes(decompressAll(reader, pieces), message)).toBe(true);
      history = concatBytes([history, message]).slice(-32_768);
    }
  });

  test.each(['', '00'])('reads "%s" as the empty message (RFC 7692, 7.2.3.6)', payload => {
    expect(decompressor().decompress(hex(payload), true, 0)).toHaveLength(0);
    expect(codec.compressor({ windowBits: 15, contextTakeover: true }).compress(EMPTY_BYTES, true)).toEqual(hex('00'));
  });

  test.each([
    ['the block type that does not exist', '0600'],
    ['a stored block whose length is not repeated', '000500faf048656c6c6f00'],
    ['a message that is cut off', 'f248cd'],
    ['a reference to before the first byte', 'f200110000'],
    ['final blocks without end', '0300'.repeat(70)],
  ])('refuses %s', (_name, payload) => {
    const code = everySplit(hex(payload), pieces => codeOf(() => decompressAll(decompressor(), pieces)));
    expect(code).toBe('ERR_COMPRESSED_DATA');
  });

  test('refuses distances beyond a smaller window, within a message and between messages', () => {
    const half = seededRandom(1).bytes(1100);
    const message = deflateRawSync(concatBytes([half, half]), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    expect(decompressor(11).decompress(message, true, 2200)).toHaveLength(2200);
    for (const windowBits of [8, 9, 10]) {
      expect(() => decompressor(windowBits).decompress(message, true, 2200)).toThrow(broken);
    }
  });

  test('counts: exactly the limit is right, one byte more is too big', () => {
    for (const length of [1, 65_535, 65_536, 65_537, 131_072, 1_000_000]) {
      const payload = deflateRawSync(new Uint8Array(length), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
      expect(decompressAll(decompressor(), [payload], length)).toHaveLength(length);
      for (const pieces of [[payload], [payload, EMPTY_BYTES]]) {
        expect(() => decompressAll(decompressor(), pieces, length - 1)).toThrow(tooBig);
      }
    }
  });

  test('stops 100 MB behind a few 100 KB within 1 MiB of the limit', () => {
    const before = process.memoryUsage().rss;
    expect(() => decompressAll(decompressor(), [bomb], 1 << 20)).toThrow(tooBig);
    expect(() => decompressAll(decompressor(), [bomb, EMPTY_BYTES], 1 << 20)).toThrow(tooBig);
    expect(process.memoryUsage().rss - before).toBeLessThan(24e6);
  });

  test('gives memory that is the caller’s to keep', () => {
    const compressor = codec.compressor({ windowBits: 15, contextTakeover: false });
    const reader = decompressor(15, false);
    const first = compressor.compress(encodeText('first'), true);
    const copy = first.slice();
    const read = reader.decompress(first, true, 99);
    reader.decompress(compressor.compress(encodeText('second'), true), true, 99);
    expect(first).toEqual(copy);
    expect(Buffer.from(read).toString()).toBe('first');
  });

  test(`${EFFORT[way].corrupted} corrupted messages give a message or an error of the two kinds, and nothing else`, async () => {
    const random = seededRandom(20_000);
    const originals = Array.from({ length: 100 }, () =>
      deflateRawSync(anyMessage(random, 1200), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4),
    ).filter(({ length }) => length > 0);
    const codes = new Set<string>();
    for (let i = 0; i < EFFORT[way].corrupted; i++) {
      const input = Uint8Array.from(originals[i % originals.length]!);
      for (let flips = random.below(4); flips >= 0; flips--) input[random.below(input.length)]! ^= 1 << random.below(8);
      const cut = random.below(4) === 0 ? input.subarray(0, random.below(input.length)) : input;
      const reader = decompressor(15, random.below(2) === 0);
      codes.add(codeOf(() => decompressAll(reader, anyPieces(random, cut), 800)));
      reader.close();
    }
    expect([...codes].sort()).toEqual(['ERR_COMPRESSED_DATA', 'ERR_MESSAGE_TOO_BIG', 'none']);
    await new Promise(resolve => setImmediate(resolve)); // nothing is emitted later either
  }, 30_000);
});

describe('createZlibCodec', () => {
  test('passes over what does not pass the self-test', () => {
    const parameters = { windowBits: 15, contextTakeover: true };
    const wrong: DeflateCodec[] = [
      // forgets the context
      { ...portableDeflate, compressor: () => portableDeflate.compressor({ ...parameters, contextTakeover: false }) },
      // keeps it where it should not
      { ...portableDeflate, compressor: () => portableDeflate.compressor(parameters) },
      {
        ...portableDeflate,
        decompressor: () => portableDeflate.decompressor({ ...parameters, contextTakeover: false }),
      },
      // knows no limit
      {
        ...portableDeflate,
        decompressor: given => {
          const decompressor = portableDeflate.decompressor(given);
          return {
            ...decompressor,
            decompress: (bytes, isFinal) => decompressor.decompress(bytes, isFinal, NO_LIMIT),
            close() {},
          };
        },
      },
      // gives what was given
      { ...portableDeflate, compressor: () => ({ compress: bytes => bytes, close() {} }) },
    ];
    expect(deflateCodecWorks(portableDeflate)).toBe(true);
    for (const codec of wrong) expect(codeOf(() => expect(deflateCodecWorks(codec)).toBe(true))).not.toBe('none');
  });

  test('uses native handles on this version of Node', () => {
    // The way that keeps a context for a busy connection compresses better than the one that primes each message.
    const size = (codec: DeflateCodec): number => {
      const compressor = codec.compressor({ windowBits: 15, contextTakeover: true });
      const text = seededRandom(3).bytes(8000);
      return [text, text].map(bytes => compressor.compress(bytes, true).length).at(-1)!;
    };
    expect(size(zlibCodec)).toBe(size(createZlibCodec({ way: 'handle' })));
    expect(size(zlibCodec)).toBeLessThan(size(createZlibCodec({ way: 'one-shot' })));
  });

  test('owns no zlib memory for connections without context takeover, and little for quiet ones with it', () => {
    for (const contextTakeover of [false, true]) {
      const before = process.memoryUsage();
      const codecs = Array.from({ length: 1000 }, () => {
        const parameters = { windowBits: 15, contextTakeover };
        return { compressor: zlibCodec.compressor(parameters), decompressor: zlibCodec.decompressor(parameters) };
      });
      for (const { compressor, decompressor } of codecs) {
        decompressor.decompress(compressor.compress(encodeText('{"some":"JSON"}'.repeat(68)), true), true, 1020);
      }
      const after = process.memoryUsage();
      // zlib's own memory is external; ws has about 260 KB for each connection.
      expect(after.external + after.heapUsed - before.external - before.heapUsed).toBeLessThan(1000 * 20_000);
      for (const { compressor, decompressor } of codecs) {
        compressor.close();
        decompressor.close();
      }
    }
  });
});
