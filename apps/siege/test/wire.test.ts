import { hex, toHex } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { acceptKey, frame, REQUEST_KEY, readFrames } from '../src/hostile/wire.ts';

describe("the attacker's own bytes", () => {
  test('frames are those of the examples (RFC 6455, 5.7)', () => {
    expect(toHex(frame({ opcode: 1, payload: 'Hello', isMasked: false }))).toBe('81 05 48 65 6c 6c 6f');
    expect(toHex(frame({ opcode: 1, payload: 'Hello' }))).toBe('81 85 37 fa 21 3d 7f 9f 4d 51 58');
    expect(toHex(frame({ opcode: 2, payload: '', lengthBits: 64, rsv: 4, fin: false }).subarray(0, 10))).toBe(
      '42 ff 00 00 00 00 00 00 00 00',
    );
  });
  test('frames are read, masked or not', () => {
    const bytes = Buffer.concat([hex('81 85 37 fa 21 3d 7f 9f 4d 51 58'), hex('8a 00'), hex('81 05 48')]);
    const { frames, consumed } = readFrames(bytes);
    expect(frames.map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
      [1, 'Hello'],
      [10, ''],
    ]);
    expect(consumed).toBe(13);
  });
  test('the key of the example has the answer of the example (RFC 6455, 1.3)', () => {
    expect(acceptKey(REQUEST_KEY)).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });
});
