import { describe, expect, test } from 'vitest';
import { ServerPreparedMessage } from '../../src/messages/server-prepared-message.ts';
import { bytes, frame, sameBytes } from '../harness.ts';
import { XorCompression } from '../xor-compression.ts';

describe('frameFor', () => {
  test('frames once', () => {
    const prepared = new ServerPreparedMessage(bytes('abc'), true, false);
    const first = prepared.frameFor(null);
    expect(first).toEqual({ bytes: frame(2, 'abc', { mask: null }), payloadLength: 3 });
    expect(prepared.frameFor(null)).toBe(first);
  });

  test('compresses once for all that would give the same', () => {
    const prepared = new ServerPreparedMessage(bytes('abc'), false, false);
    const [a, b, other] = ['15', '15', '9'].map(sharedKey => new XorCompression({ sharedKey })) as [
      XorCompression,
      XorCompression,
      XorCompression,
    ];
    const first = prepared.frameFor(a);
    expect(first).toEqual({
      bytes: frame(1, Uint8Array.of(0x9e, 0x9d, 0x9c, 0x2e), { rsv: 4, mask: null }),
      payloadLength: 4,
    });
    expect(prepared.frameFor(b)).toBe(first);
    expect(prepared.frameFor(other)).not.toBe(first);
    expect([a.compressed, b.compressed, other.compressed]).toEqual([1, 0, 1]);
    expect(prepared.frameFor(null)?.bytes[0]).toBe(0x81);
  });

  test('makes none for a compressor that remembers', () => {
    const prepared = new ServerPreparedMessage(bytes('abc'), false, false);
    expect(prepared.frameFor(new XorCompression({ sharedKey: null }))).toBe(null);
  });

  test.each([0, 125, 126, 65_535, 65_536])('has a header for %i bytes (RFC 6455, 5.2)', length => {
    const payload = new Uint8Array(length).fill(7);
    const prepared = new ServerPreparedMessage(payload, true, false);
    expect(sameBytes(prepared.frameFor(null)!.bytes, frame(2, payload, { mask: null }))).toBe(true);
  });
});
