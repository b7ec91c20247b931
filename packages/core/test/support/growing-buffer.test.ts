import { EMPTY_BYTES } from '@ws/util/primitives';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GrowingBuffer } from '../../src/support/growing-buffer.ts';

const filled = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);

describe('GrowingBuffer', () => {
  test('hands out memory of its own, also of nothing', () => {
    expect(new GrowingBuffer().take()).not.toBe(EMPTY_BYTES);
  });

  test('joins what it is given, whatever was announced', () => {
    const piece = fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 4 }), fc.nat({ max: 4 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.nat({ max: 2000 }), (pieces, expected) => {
        const buffer = new GrowingBuffer();
        const joined: number[] = [];
        for (const [bytes, skipped, cut] of pieces) {
          const start = Math.min(skipped, bytes.length);
          const end = Math.max(start, bytes.length - cut);
          buffer.append(bytes, start, end, expected);
          joined.push(...bytes.subarray(start, end));
          expect(buffer.length).toBe(joined.length);
          expect([...buffer.tail(7)]).toEqual(joined.slice(-7));
        }
        expect([...buffer.take()]).toEqual(joined);
        expect(buffer.length).toBe(0);
      }),
    );
  });

  test('copies: the source may change', () => {
    const buffer = new GrowingBuffer();
    const source = filled(10);
    buffer.append(source, 0, 10, 0);
    source.fill(0);
    expect(buffer.take()).toEqual(filled(10));
  });

  test('takes exactly what is announced, when that is little', () => {
    const buffer = new GrowingBuffer();
    buffer.append(filled(10), 0, 10, 1000);
    buffer.append(filled(990), 0, 990, 1000);
    const taken = buffer.take();
    expect([taken.length, taken.buffer.byteLength]).toEqual([1000, 1000]);
  });

  test('holds at most 64 KiB, or 16 times what has arrived, of a long announcement', () => {
    const announced = 1_000_000_000;
    const buffer = new GrowingBuffer();
    buffer.append(filled(1), 0, 1, announced);
    expect(buffer.tail(1).buffer.byteLength).toBe(65_536);
    buffer.append(filled(65_536), 0, 65_536, announced);
    expect(buffer.tail(1).buffer.byteLength).toBe(65_537 * 16);
    const long = new GrowingBuffer();
    long.append(filled(100_000), 0, 100_000, announced);
    expect(long.tail(1).buffer.byteLength).toBe(1_600_000);
  });

  test('grows by doubling when nothing is announced: many pieces are not copied again and again', () => {
    const buffer = new GrowingBuffer();
    const memories = new Set<ArrayBufferLike>();
    for (let i = 0; i < 100_000; i++) {
      buffer.append(filled(1), 0, 1, 0);
      memories.add(buffer.tail(1).buffer);
    }
    expect(memories.size).toBeLessThan(15);
  });

  test('what is taken does not hold on to more than twice its memory', () => {
    for (const length of [1, 31, 32, 33, 63, 64, 65, 1000]) {
      const buffer = new GrowingBuffer();
      buffer.append(filled(length), 0, length, 0);
      expect(buffer.take().buffer.byteLength).toBeLessThan(length * 2 + 1);
    }
  });

  test('what is taken shows nothing of what the memory held before', () => {
    const buffer = new GrowingBuffer(length => new Uint8Array(length).fill(0xa5));
    buffer.append(new Uint8Array(50), 0, 50, 0);
    expect(new Uint8Array(buffer.take().buffer)).toEqual(new Uint8Array(64));
  });

  test('begins anew after take, in other memory', () => {
    const buffer = new GrowingBuffer();
    buffer.append(filled(64), 0, 64, 0);
    const first = buffer.take();
    buffer.append(filled(64, 1), 0, 64, 0);
    expect(first).toEqual(filled(64));
    expect(buffer.take()).toEqual(filled(64, 1));
    expect(buffer.take()).toEqual(new Uint8Array(0));
    buffer.append(filled(2, 3), 0, 2, 0);
    expect(buffer.take()).toEqual(filled(2, 3));
  });
});
