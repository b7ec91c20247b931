import { describe, expect, test } from 'vitest';
import { encodeFrame, type Frame, frame, mask } from '../src/wire/frame.ts';
import { FrameReader } from '../src/wire/frame-reader.ts';

const FRAMES: readonly Frame[] = [
  frame(1, 'Hello'),
  frame(2, Buffer.alloc(126, 7), { fin: false }),
  frame(0, Buffer.alloc(65536, 9)),
  frame(9, ''),
  frame(15, 'x', { rsv: 7 }),
];

describe('FrameReader (RFC 6455, 5.2)', () => {
  test.each([true, false])('gives back what was encoded, masked: %s, cut anywhere', isMasked => {
    const octets = Buffer.concat(FRAMES.map(each => encodeFrame(each, { isMasked })));
    for (const size of [1, 2, 3, 7, 1000, octets.length]) {
      const reader = new FrameReader();
      const got: Frame[] = [];
      for (let start = 0; start < octets.length; start += size) {
        reader.push(Buffer.from(octets.subarray(start, start + size)));
        for (let next = reader.next(); next !== null; next = reader.next()) got.push(next);
      }
      expect(got.map(({ opcode, fin, rsv }) => ({ opcode, fin, rsv }))).toEqual(
        FRAMES.map(({ opcode, fin, rsv }) => ({ opcode, fin, rsv })),
      );
      expect(got.every(({ payload }, i) => payload.equals(FRAMES[i]!.payload))).toBe(true);
      expect(reader.pendingLength).toBe(0);
    }
  });

  test('reads the examples of RFC 6455, 5.7', () => {
    const reader = new FrameReader();
    reader.push(Buffer.from('818537fa213d7f9f4d5158', 'hex'));
    expect(reader.next()).toMatchObject({
      opcode: 1,
      fin: true,
      isMasked: true,
      maskingKey: 0x37fa213d,
      payload: Buffer.from('Hello'),
    });
  });

  test('tells a length that is not in its shortest form', () => {
    const reader = new FrameReader();
    reader.push(encodeFrame(frame(2, 'Hello'), { isMasked: false, lengthBytes: 2 }));
    reader.push(encodeFrame(frame(2, 'Hello'), { isMasked: false, lengthBytes: 8 }));
    expect([reader.next()?.isMinimal, reader.next()?.isMinimal]).toEqual([false, false]);
  });

  test('refuses a length over its limit', () => {
    const reader = new FrameReader(100);
    reader.push(encodeFrame(frame(2), { isMasked: false, declaredLength: 101n }));
    expect(() => reader.next()).toThrow(RangeError);
  });
});

test('mask fits byte by byte, wherever the bytes lie in memory', () => {
  const key = Buffer.from([1, 2, 3, 4]);
  for (let start = 0; start < 4; start++) {
    for (const length of [0, 1, 3, 4, 15, 16, 17, 40]) {
      const bytes = Buffer.from(new ArrayBuffer(64), start, length).fill(0x55);
      mask(bytes, key);
      expect([...bytes]).toEqual(Array.from({ length }, (_, i) => 0x55 ^ key[i % 4]!));
    }
  }
});
