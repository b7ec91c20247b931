import { describe, expect, test } from 'vitest';
import {
  checkFirstBytes,
  checkLength64,
  checkLimits,
  type FrameDecoderRules,
  type HeaderRules,
  usualLimit,
} from '../../src/frames/frame-rules.ts';

const server: HeaderRules = { masking: 'must', hasCompression: false };
const client: HeaderRules = { masking: 'mustNot', hasCompression: false };
const compressing: HeaderRules = { masking: 'may', hasCompression: true };

describe('the first two bytes of a header (RFC 6455, 5.2 to 5.5)', () => {
  test.each([
    { first: 0x81, isMasked: true, rules: server },
    { first: 0x82, isMasked: false, rules: client },
    { first: 0xc1, isMasked: true, rules: compressing },
    { first: 0xc1, isMasked: false, rules: compressing },
    { first: 0x00, isMasked: true, rules: server, messageOpcode: 1 },
    { first: 0x80, isMasked: true, rules: server, messageOpcode: 2 },
    { first: 0x89, isMasked: true, rules: server, messageOpcode: 2 },
    { first: 0x88, isMasked: true, rules: server, length: 2 },
    { first: 0x88, isMasked: true, rules: server, length: 0 },
    { first: 0x8a, isMasked: true, rules: server, length: 1 },
  ])('$first.masked $isMasked may stand there', ({ first, isMasked, rules, length = 5, messageOpcode = 0 }) => {
    expect(checkFirstBytes(first, isMasked, length, rules, messageOpcode)).toBeUndefined();
  });

  test.each([
    { first: 0xc1, code: 'ERR_RESERVED_BITS' },
    { first: 0xa1, rules: compressing, code: 'ERR_RESERVED_BITS' },
    { first: 0x91, code: 'ERR_RESERVED_BITS' },
    { first: 0x81, isMasked: false, code: 'ERR_UNMASKED_FRAME' },
    { first: 0x81, rules: client, code: 'ERR_MASKED_FRAME' },
    { first: 0x83, code: 'ERR_RESERVED_OPCODE' },
    { first: 0x8b, code: 'ERR_RESERVED_OPCODE' },
    { first: 0x09, code: 'ERR_FRAGMENTED_CONTROL' },
    { first: 0x89, length: 126, code: 'ERR_CONTROL_TOO_LONG' },
    { first: 0xc9, rules: compressing, code: 'ERR_COMPRESSED_CONTROL' },
    { first: 0x88, length: 1, code: 'ERR_CLOSE_PAYLOAD' },
    { first: 0x80, code: 'ERR_UNEXPECTED_CONTINUATION' },
    { first: 0xc0, rules: compressing, messageOpcode: 1, code: 'ERR_COMPRESSED_CONTINUATION' },
    { first: 0x81, messageOpcode: 2, code: 'ERR_EXPECTED_CONTINUATION' },
  ])('$first is $code', ({ first, isMasked = true, length = 5, rules = server, messageOpcode = 0, code }) => {
    expect(() => checkFirstBytes(first, isMasked, length, rules, messageOpcode)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

/** A byte, and then both halves. */
function bytesOf(high: number, low: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(9));
  view.setUint32(1, high);
  view.setUint32(5, low);
  return new Uint8Array(view.buffer);
}

describe('a 64-bit length', () => {
  test.each([
    [0, 65_536],
    [1, 0],
    [0x1f_ffff, 0xffff_ffff],
  ])('%i, %i is one', (high, low) => {
    expect(checkLength64(bytesOf(high, low), 1)).toBeUndefined();
  });

  test.each([
    { high: 0x8000_0000, low: 0, code: 'ERR_LENGTH_NEGATIVE' },
    { high: 0x20_0000, low: 0, code: 'ERR_FRAME_TOO_BIG' },
    { high: 0, low: 65_535, code: 'ERR_LENGTH_NOT_MINIMAL' },
  ])('$high, $low is $code', ({ high, low, code }) => {
    expect(() => checkLength64(bytesOf(high, low), 1)).toThrow(expect.objectContaining({ code }));
  });
});

describe('the limits of a data frame', () => {
  const rules = { maxFrameSize: 10, maxMessageSize: 20, maxFragments: 2 } as FrameDecoderRules;
  const none = { maxFrameSize: 0, maxMessageSize: 0, maxFragments: 0 } as FrameDecoderRules;

  test('are reached, and may be none', () => {
    expect(checkLimits(rules, 10, 20, 2)).toBeUndefined();
    expect(checkLimits(none, 11, 21, 3)).toBeUndefined();
  });

  test.each([
    { frame: [11, 11, 1], code: 'ERR_FRAME_TOO_BIG' },
    { frame: [10, 21, 3], code: 'ERR_MESSAGE_TOO_BIG' },
    { frame: [10, 20, 3], code: 'ERR_TOO_MANY_FRAGMENTS' },
  ] as const)('$frame is $code', ({ frame: [length, messageLength, fragments], code }) => {
    expect(() => checkLimits(rules, length, messageLength, fragments)).toThrow(expect.objectContaining({ code }));
  });
});

test('messages need no closer look up to the limits, where one mask bit is usual', () => {
  const rules: FrameDecoderRules = {
    ...server,
    yieldsMessages: true,
    applyMask: true,
    validateUtf8: true,
    maxFrameSize: 0,
    maxMessageSize: 0,
    maxFragments: 0,
  };
  expect(usualLimit(rules)).toBe(65_535);
  expect(usualLimit({ ...rules, maxFrameSize: 10 })).toBe(10);
  expect(usualLimit({ ...rules, maxMessageSize: 20 })).toBe(20);
  expect(usualLimit({ ...rules, maxMessageSize: 2 ** 20 })).toBe(65_535);
  for (const odd of [{ masking: 'may' }, { applyMask: false }, { yieldsMessages: false }] as const) {
    expect(usualLimit({ ...rules, ...odd })).toBe(-1);
  }
});
