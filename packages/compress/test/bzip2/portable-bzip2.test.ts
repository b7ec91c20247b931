import { spawnSync } from 'node:child_process';
import { everySplit, seededRandom } from '@ws/testkit';
import { concatBytes, encodeText, equalBytes } from '@ws/util/primitives';
import { describe, expect, inject, test } from 'vitest';
import { portableBzip2 } from '../../src/bzip2/index.ts';
import { HELLO, ZEROS } from '../support/bzip2-streams.ts';
import { compressAll, decompressAll, decompressWhole } from '../support/codec.ts';
import { anyMessage, anyPieces, corrupt, jsonMessage } from '../support/messages.ts';

const tooBig = expect.objectContaining({ name: 'DecompressionError', code: 'ERR_MESSAGE_TOO_BIG' });
const broken = expect.objectContaining({ name: 'DecompressionError', code: 'ERR_COMPRESSED_DATA' });
const compress = (bytes: Uint8Array, level = 9) => portableBzip2.compressor({ level }).compress(bytes, true);
const decompress = (bytes: Uint8Array, limit = 1 << 28) =>
  decompressWhole(portableBzip2.decompressor({ level: 9 }), bytes, limit);

/** The program, by its standard streams. */
function bzip2(args: readonly string[], input: Uint8Array): Uint8Array {
  const { stdout, status, stderr } = spawnSync('bzip2', args, { input, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(String(stderr));
  return stdout;
}

const hasProgram = spawnSync('bzip2', ['--version'], { input: '' }).error === undefined;
/** What is hard: nothing, runs around the lengths where they are counted, blocks that repeat, blocks that are full. */
function hardCases(): Map<string, Uint8Array> {
  const random = seededRandom(2);
  const cases = new Map<string, Uint8Array>([
    ['nothing', new Uint8Array(0)],
    ['all bytes', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
    ['no repetition at all', random.bytes(20_000)],
    ['periods of 1000 bytes', concatBytes(Array(9).fill(random.bytes(1000)))],
    ['periods of 2 bytes', concatBytes(Array(4000).fill(random.bytes(2)))],
    ['few symbols in long blocks', Uint8Array.from({ length: 30_000 }, () => 97 + random.below(2))],
    ['runs of all lengths', concatBytes(Array.from({ length: 600 }, (_, n) => new Uint8Array(n).fill(n)))],
    ['a million zeros', new Uint8Array(1_000_000)],
    ['JSON in several blocks', jsonMessage(random, 250_000)],
  ]);
  // level 1 has blocks of 100,000 − 19 bytes
  for (const length of [99_980, 99_981, 99_982]) cases.set(`a block of ${length} bytes`, random.bytes(length));
  cases.set('a run over the end of a block', concatBytes([random.bytes(99_979), new Uint8Array(300)]));
  return cases;
}

const hard = hardCases();
const made = new Map<string, Uint8Array>();

/** What comes of a hard case: made once for all tests. */
function compressHard(name: string, level: number): Uint8Array {
  const key = `${name} ${level}`;
  const known = made.get(key) ?? compress(hard.get(name)!, level);
  made.set(key, known);
  return known;
}

describe('portableBzip2', () => {
  test.each([...hard])('is undone by itself: %s', (name, bytes) => {
    for (const level of [1, 9]) expect(equalBytes(decompress(compressHard(name, level)), bytes)).toBe(true);
  });

  test('takes messages in pieces', () => {
    const random = seededRandom(5);
    const [compressor, decompressor] = [
      portableBzip2.compressor({ level: 1 }),
      portableBzip2.decompressor({ level: 1 }),
    ];
    for (let i = 0; i < 150; i++) {
      const message = anyMessage(random, 3000);
      const compressed = compressAll(compressor, anyPieces(random, message));
      expect(equalBytes(compressed, compress(message, 1))).toBe(true);
      expect(equalBytes(decompressAll(decompressor, anyPieces(random, compressed)), message)).toBe(true);
    }
  });

  test('works where there is no Buffer, and leaves none behind', () => {
    const scope = globalThis as { Buffer?: unknown };
    const { Buffer: kept } = scope;
    delete scope.Buffer;
    try {
      expect(decompress(HELLO)).toEqual(encodeText('Hello'));
      expect(() => decompress(HELLO.subarray(1))).toThrow(broken);
      expect('Buffer' in scope).toBe(false);
    } finally {
      scope.Buffer = kept;
    }
  });
});

describe.skipIf(!hasProgram)('portableBzip2 and the program bzip2 (skipped where that is not installed)', () => {
  // That the same is undone has been seen above.
  test.each([...hard])('make the same: %s', (name, bytes) => {
    for (const level of [1, 9]) {
      expect(equalBytes(compressHard(name, level), bzip2(['-c', `-${level}`], bytes))).toBe(true);
    }
  });

  test('make the same of a long block that repeats itself, but for which of its beginnings is the first', () => {
    const bytes = concatBytes(Array(15).fill(seededRandom(4).bytes(1000)));
    const [ours, theirs] = [compress(bytes), bzip2(['-c', '-9'], bytes)];
    expect(equalBytes(bzip2(['-dc'], ours), bytes)).toBe(true);
    expect(equalBytes(decompress(theirs), bytes)).toBe(true);
    // 4 bytes of header, 6 of signature, 4 of checksum, 1 bit, and then 24 bits for that
    for (let i = 14; i < 18; i++) ours[i] = theirs[i]!;
    expect(equalBytes(ours, theirs)).toBe(true);
  });

  test('make the same of thousands of messages', () => {
    const random = seededRandom(7);
    const messages = Array.from({ length: 2000 }, () => anyMessage(random, 1000));
    // The program reads any number of streams one after the other.
    expect(equalBytes(bzip2(['-dc'], concatBytes(messages.map(bytes => compress(bytes)))), concatBytes(messages))).toBe(
      true,
    );
    for (const message of messages.slice(0, 50)) {
      expect(equalBytes(bzip2(['-c', '-9'], message), compress(message))).toBe(true);
    }
  }, 30_000);
});

describe('portableBzip2 refuses', () => {
  test('everything that is cut off, wherever', () => {
    for (let length = 0; length < HELLO.length; length++) {
      expect(() => decompress(HELLO.subarray(0, length))).toThrow(broken);
    }
  });
  test.each([
    ['a byte behind the stream', concatBytes([HELLO, Uint8Array.of(0)])],
    ['a second stream', concatBytes([HELLO, HELLO])],
    ['a header and nothing else', encodeText('BZh9')],
    ['a level that does not exist', encodeText('BZh0')],
    ['something else', encodeText('{"bzip2":false}')],
    ['nothing', new Uint8Array(0)],
  ])('%s', (_name, bytes) => {
    expect(() => decompress(bytes)).toThrow(broken);
  });
  test('a wrong checksum, of the block and of the stream', () => {
    for (const at of [10, 13, HELLO.length - 2, HELLO.length - 5]) {
      const bytes = HELLO.slice();
      bytes[at]! ^= 0x10;
      expect(() => decompress(bytes)).toThrow(broken);
    }
  });
  test('more than the limit, by one byte or by 45 MB', () => {
    expect(decompress(HELLO, 5)).toHaveLength(5);
    expect(() => decompress(HELLO, 4)).toThrow(tooBig);
    const bomb = ZEROS;
    const before = process.memoryUsage().arrayBuffers;
    expect(() => decompress(bomb, 1 << 20)).toThrow(tooBig);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16e6);
  });
  test('more compressed bytes than the limit can need, before they are gathered', () => {
    const decompressor = portableBzip2.decompressor({ level: 9 });
    expect(() => {
      for (let i = 0; i < 100; i++) decompressor.decompress(new Uint8Array(1000), false, 10_000);
    }).toThrow(tooBig);
  });
  test('in the same way however the bytes are cut', () => {
    const decode = (pieces: Uint8Array[]) => {
      try {
        return decompressAll(portableBzip2.decompressor({ level: 9 }), pieces).length;
      } catch (error) {
        return String((error as { code?: unknown }).code);
      }
    };
    expect(everySplit(HELLO, decode)).toBe(5);
    expect(everySplit(HELLO.subarray(0, -1), decode)).toBe('ERR_COMPRESSED_DATA');
  });
});

const corrupted = inject('tier') === 'quick' ? 2000 : 20_000;
test(`${corrupted} corrupted streams: never a wrong message without an error`, () => {
  const random = seededRandom(inject('seed'));
  const messages = Array.from({ length: 50 }, () => jsonMessage(random, 1 + random.below(100)));
  const streams = messages.map(message => compress(message, 1));
  const counts = { broken: 0, unharmed: 0 };
  for (let i = 0; i < corrupted; i++) {
    const index = i % messages.length;
    const input = corrupt(random, streams[index]!);
    try {
      const result = decompress(input, 100_000);
      if (!equalBytes(result, messages[index]!)) throw new Error(`stream ${i} decodes to something else`);
      counts.unharmed++; // the level in the header, padding
    } catch (error) {
      expect((error as { code?: unknown }).code).toMatch(/^ERR_(COMPRESSED_DATA|MESSAGE_TOO_BIG)$/);
      counts.broken++;
    }
  }
  expect(counts.broken).toBeGreaterThan(corrupted * 0.75);
}, 120_000);
