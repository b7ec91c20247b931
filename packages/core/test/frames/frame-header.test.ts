import { hex, toHex } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { frameHeaderLength, MAX_FRAME_HEADER, readLength64, writeFrameHeader } from '../../src/frames/frame-header.ts';

const KEY = 0xfa_21_3d_37;

describe('writeFrameHeader (RFC 6455, 5.2)', () => {
  test.each([
    { length: 0, key: null, wire: '81 00' },
    { length: 125, key: null, wire: '81 7d' },
    { length: 126, key: null, wire: '81 7e 00 7e' },
    { length: 65_535, key: null, wire: '81 7e ff ff' },
    { length: 65_536, key: null, wire: '81 7f 00 00 00 00 00 01 00 00' },
    { length: 2 ** 32 - 1, key: null, wire: '81 7f 00 00 00 00 ff ff ff ff' },
    { length: 2 ** 53 - 1, key: null, wire: '81 7f 00 1f ff ff ff ff ff ff' },
    { length: 5, key: KEY, wire: '81 85 fa 21 3d 37' },
    { length: 126, key: KEY, wire: '81 fe 00 7e fa 21 3d 37' },
    { length: 65_536, key: KEY, wire: '81 ff 00 00 00 00 00 01 00 00 fa 21 3d 37' },
    { length: 1, key: 0, wire: '81 81 00 00 00 00' },
  ])('$length bytes, key $key', ({ length, key, wire }) => {
    const target = new Uint8Array(3 + MAX_FRAME_HEADER).fill(0xee);
    const end = writeFrameHeader(target, 3, 0x81, length, key);
    expect(toHex(target.subarray(3, end))).toBe(wire);
    expect(frameHeaderLength(length, key !== null)).toBe(end - 3);
    expect([...target.subarray(0, 3), ...target.subarray(end)].every(byte => byte === 0xee)).toBe(true);
  });
});

test('readLength64 reads 8 bytes, the highest first', () => {
  expect(readLength64(hex('ff 00 00 00 01 00 00 00 02'), 1)).toBe(2 ** 32 + 2);
});
