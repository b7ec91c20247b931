import { everySplit, hex } from '@ws/testkit';
import { portableMasker, portableUtf8 } from '@ws/util/primitives';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodedPart } from '../../src/frames/decoded-part.ts';
import { FrameDecoder } from '../../src/frames/frame-decoder.ts';
import type { FrameDecoderRules } from '../../src/frames/frame-rules.ts';
import { frame, joined } from '../harness.ts';
import { parseFrames } from '../oracle.ts';

const RULES: FrameDecoderRules = {
  masking: 'must',
  applyMask: true,
  hasCompression: false,
  validateUtf8: true,
  maxFrameSize: 0,
  maxMessageSize: 0,
  maxFragments: 0,
  yieldsMessages: true,
};

function decoder(rules: Partial<FrameDecoderRules> = {}, unmasksText = false): FrameDecoder {
  const textUnmasker = {
    unmaskText(bytes: Uint8Array, start: number, end: number, key: number, offset: number, state: number): number {
      portableMasker.mask(bytes, start, end, key, offset);
      return portableUtf8.validate(bytes, state, start, end);
    },
  };
  return new FrameDecoder(
    { ...RULES, ...rules },
    { masker: portableMasker, utf8: portableUtf8, textUnmasker: unmasksText ? textUnmasker : undefined },
  );
}

/** What came out, the payloads of one frame joined; ends with the code of the error, if there was one. */
type Seen = { readonly kind: string; readonly opcode: number; payload: number[] }[];

function readInto(seen: Seen, frames: FrameDecoder, bytes: Uint8Array): void {
  frames.push(bytes.slice());
  for (let piece = frames.next(); piece !== DecodedPart.NONE; piece = frames.next()) {
    const payload = [...frames.source.subarray(frames.start, frames.end)];
    if (piece === DecodedPart.CONTROL) seen.push({ kind: 'control', opcode: frames.controlOpcode, payload });
    else if (piece === DecodedPart.MESSAGE) seen.push({ kind: 'final', opcode: frames.opcode, payload });
    else {
      if (frames.isFrameStart) seen.push({ kind: 'part', opcode: frames.opcode, payload: [] });
      const last = seen.findLast(({ kind }) => kind !== 'control')!;
      last.payload.push(...payload);
      if (frames.isFrameEnd && frames.isFinal) Object.assign(last, { kind: 'final' });
    }
  }
  expect(frames.detach().length).toBe(0);
}

function read(rules: Partial<FrameDecoderRules>, chunks: readonly Uint8Array[], unmasksText = false): Seen | string {
  const seen: Seen = [];
  const frames = decoder(rules, unmasksText);
  try {
    for (const chunk of chunks) readInto(seen, frames, chunk);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return seen;
}

describe('what RFC 6455, 5 forbids', () => {
  const key = '01 02 03 04';
  test.each([
    { code: 'ERR_RESERVED_BITS', wire: `c1 80 ${key}`, name: 'RSV1 without compression' },
    { code: 'ERR_RESERVED_BITS', wire: `a1 80 ${key}`, name: 'RSV2' },
    { code: 'ERR_RESERVED_BITS', wire: `91 80 ${key}`, name: 'RSV3' },
    {
      code: 'ERR_RESERVED_BITS',
      wire: `f1 80 ${key}`,
      name: 'RSV2 and 3 with compression',
      rules: { hasCompression: true },
    },
    { code: 'ERR_COMPRESSED_CONTROL', wire: `c9 80 ${key}`, name: 'RSV1 on a ping', rules: { hasCompression: true } },
    {
      code: 'ERR_COMPRESSED_CONTINUATION',
      wire: `41 80 ${key} c0 80 ${key}`,
      name: 'RSV1 on a continuation (RFC 7692, 6.1)',
      rules: { hasCompression: true },
    },
    { code: 'ERR_UNMASKED_FRAME', wire: '81 00', name: 'an unmasked frame to a server' },
    { code: 'ERR_MASKED_FRAME', wire: `81 80 ${key}`, name: 'a masked one to a client', rules: { masking: 'mustNot' } },
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(opcode => ({
      code: 'ERR_RESERVED_OPCODE',
      wire: `8${opcode.toString(16)} 80 ${key}`,
      name: `opcode ${opcode}`,
    })),
    { code: 'ERR_FRAGMENTED_CONTROL', wire: `09 80 ${key}`, name: 'a fragmented ping' },
    { code: 'ERR_CONTROL_TOO_LONG', wire: '89 fe', name: 'a ping of 126 bytes, before they come' },
    { code: 'ERR_CONTROL_TOO_LONG', wire: '88 ff', name: 'a long Close' },
    { code: 'ERR_CLOSE_PAYLOAD', wire: '88 81', name: 'a Close of 1 byte' },
    { code: 'ERR_UNEXPECTED_CONTINUATION', wire: `80 80 ${key}`, name: 'a continuation of nothing' },
    { code: 'ERR_EXPECTED_CONTINUATION', wire: `01 80 ${key} 81 80 ${key}`, name: 'a message inside of a message' },
    { code: 'ERR_LENGTH_NOT_MINIMAL', wire: `82 fe 00 7d ${key}`, name: '125 in 16 bits' },
    { code: 'ERR_LENGTH_NOT_MINIMAL', wire: `82 ff 00 00 00 00 00 00 ff ff ${key}`, name: '65535 in 64 bits' },
    { code: 'ERR_LENGTH_NEGATIVE', wire: `82 ff 80 00 00 00 00 00 00 00 ${key}`, name: 'the highest bit of a length' },
    { code: 'ERR_FRAME_TOO_BIG', wire: `82 ff 00 20 00 00 00 00 00 00 ${key}`, name: '2^53 bytes' },
    { code: 'ERR_FRAME_TOO_BIG', wire: `82 ff 7f ff ff ff ff ff ff ff ${key}`, name: '2^63 - 1 bytes' },
    { code: 'ERR_FRAME_TOO_BIG', wire: `82 8b ${key}`, name: 'a frame over the limit', rules: { maxFrameSize: 10 } },
    {
      code: 'ERR_MESSAGE_TOO_BIG',
      wire: `82 8b ${key}`,
      name: 'a message over the limit',
      rules: { maxMessageSize: 10 },
    },
    {
      code: 'ERR_MESSAGE_TOO_BIG',
      wire: `02 86 ${key} 00 00 00 00 00 00 80 85 ${key}`,
      name: 'fragments over the limit together',
      rules: { maxMessageSize: 10 },
    },
    {
      code: 'ERR_TOO_MANY_FRAGMENTS',
      wire: `02 80 ${key} 00 80 ${key} 00 80 ${key}`,
      name: 'empty fragments over the limit',
      rules: { maxFragments: 2 },
    },
  ] as readonly { code: string; wire: string; name: string; rules?: Partial<FrameDecoderRules> }[])(
    '$name: $code',
    ({ code, wire, rules = {} }) => {
      expect(everySplit(hex(wire), chunks => read(rules, chunks))).toBe(code);
    },
  );

  test('limits are checked when the header is there, with nothing of the payload', () => {
    expect(read({ maxMessageSize: 1000 }, [hex('82 fe 03 e9 00 00 00 00')])).toBe('ERR_MESSAGE_TOO_BIG');
  });

  test('a message at the limit is fine', () => {
    const wire = joined(frame(2, '1234', { fin: false }), frame(0, '567890'));
    expect(read({ maxMessageSize: 10, maxFrameSize: 6, maxFragments: 2 }, [wire])).toHaveLength(2);
  });
});

describe('UTF-8 (RFC 6455, 8.1)', () => {
  test('is checked as it comes: the first bad byte fails', () => {
    const wire = frame(1, Uint8Array.from([0x61, 0xed, 0xa0, 0x62, 0x62, 0x62, 0x62]));
    expect(read({}, [wire.subarray(0, 8)])).toHaveLength(1);
    expect(read({}, [wire.subarray(0, 9)])).toBe('ERR_INVALID_UTF8');
  });

  test.each([true, false])('goes on over frames; the end must be one of a code point (fused: %s)', isFused => {
    const euro = Uint8Array.from([0xe2, 0x82, 0xac]);
    const whole = joined(frame(1, euro.subarray(0, 1), { fin: false }), frame(0, euro.subarray(1)));
    const cut = joined(frame(1, euro.subarray(0, 1), { fin: false }), frame(0, euro.subarray(1, 2)));
    expect(everySplit(whole, chunks => read({}, chunks, isFused))).toHaveLength(2);
    expect(everySplit(cut, chunks => read({}, chunks, isFused))).toBe('ERR_INVALID_UTF8');
    expect(everySplit(frame(1, euro.subarray(0, 2)), chunks => read({}, chunks, isFused))).toBe('ERR_INVALID_UTF8');
  });

  test.each([
    { name: 'binary', opcode: 2, rules: {} },
    { name: 'compressed', opcode: 1, rules: { hasCompression: true }, rsv: 4 },
    { name: 'text, where it is not wanted', opcode: 1, rules: { validateUtf8: false } },
  ])('is no matter for $name', ({ opcode, rules, rsv = 0 }) => {
    expect(everySplit(frame(opcode, Uint8Array.of(0xff, 0xff), { rsv }), chunks => read(rules, chunks))).toEqual([
      { kind: 'final', opcode, payload: [0xff, 0xff] },
    ]);
  });
});

describe('masking (RFC 6455, 5.3)', () => {
  test.each(['may', 'mustNot'] as const)('an unmasked frame is read where masking %s be', masking => {
    const wire = joined(frame(1, 'abc', { mask: null }), frame(2, 'x'.repeat(300), { mask: null }));
    expect(everySplit(wire, chunks => read({ masking }, chunks))).toHaveLength(2);
  });

  test('is not undone without applyMask', () => {
    expect(read({ applyMask: false, validateUtf8: false }, [frame(1, Uint8Array.of(1, 2, 3, 4))])).toEqual([
      { kind: 'final', opcode: 1, payload: [0, 0, 0, 0] },
    ]);
  });
});

describe('after a violation', () => {
  test('skipToClose passes over everything but control frames', () => {
    const frames = decoder();
    const bad = joined(frame(3, 'x'.repeat(200)), frame(11, 'y'.repeat(126)), frame(0, 'z', { mask: null }), frame(8));
    everySplit(bad, chunks => {
      const seen: number[] = [];
      const each = decoder();
      each.skipToClose();
      for (const chunk of chunks) {
        each.push(chunk.slice());
        while (each.next() === DecodedPart.CONTROL) seen.push(each.controlOpcode);
      }
      expect(seen).toEqual([8]);
      return seen;
    });
    frames.push(bad.slice(0, 10));
    expect(() => frames.next()).toThrow('reserved opcode');
    frames.skipToClose();
    frames.next();
    frames.push(bad.slice(10));
    expect(frames.next()).toBe(DecodedPart.CONTROL);
  });

  test('as many frames as there may be in one chunk', () => {
    const frames = decoder();
    frames.skipToClose();
    frames.push(joined(...Array.from({ length: 50_000 }, () => frame(0, 'x', { fin: false })), frame(8)));
    expect(frames.next()).toBe(DecodedPart.CONTROL);
    expect(frames.controlOpcode).toBe(8);
  });
});

describe('after any violation but those of a length that cannot be', () => {
  const close = frame(8, Uint8Array.of(3, 232));
  test.each([
    { name: 'a reserved bit', wire: frame(1, 'a', { rsv: 2 }) },
    { name: 'an unmasked frame', wire: frame(1, 'abcdefghi', { mask: null }) },
    { name: 'a reserved opcode', wire: frame(3, 'a') },
    { name: 'a fragmented ping', wire: frame(9, 'a', { fin: false }) },
    { name: 'a long ping', wire: frame(9, 'x'.repeat(200)) },
    { name: 'a continuation of nothing', wire: frame(0, 'a') },
    { name: 'a message inside of a message', wire: joined(frame(1, '', { fin: false }), frame(2, 'a')) },
    { name: '2 in 16 bits', wire: hex('82 fe 00 02 01 02 03 04 05 06') },
    { name: '2 in 64 bits', wire: hex('82 ff 00 00 00 00 00 00 00 02 01 02 03 04 05 06') },
    { name: 'a frame over the limit', wire: frame(2, 'x'.repeat(300)) },
    { name: 'too many fragments', wire: joined(frame(2, '', { fin: false }), frame(0, '', { fin: false }), frame(0)) },
    { name: 'text that is none', wire: frame(1, Uint8Array.of(0x61, 0xff, 0x61)) },
  ])('the Close frame behind it is found, however it is cut: $name', ({ wire }) => {
    const seen = everySplit(joined(wire, close), chunks => {
      const frames = decoder({ maxFrameSize: 100, maxFragments: 2 });
      const found: unknown[] = [];
      const readOn = (): void => {
        for (let piece = frames.next(); piece !== DecodedPart.NONE; piece = frames.next()) {
          if (piece === DecodedPart.CONTROL && frames.controlOpcode === 8) found.push(8);
        }
      };
      for (const chunk of chunks) {
        frames.push(chunk);
        try {
          readOn();
        } catch (error) {
          found.push((error as Error).name);
          frames.skipToClose();
          readOn();
        }
      }
      return found;
    });
    expect(seen).toEqual(['ProtocolError', 8]);
  });
});

describe('a Close frame that breaks a rule', () => {
  const key = '01 02 03 04';
  test.each([
    { name: '126 bytes', wire: `88 fe 00 7e ${key}` },
    { name: '3 in 16 bits', wire: `88 fe 00 03 ${key} 02 ea 62` },
    { name: '65,536 bytes', wire: `88 ff 00 00 00 00 00 01 00 00 ${key}` },
    { name: '2 in 64 bits', wire: `88 ff 00 00 00 00 00 00 00 02 ${key} 02 ea` },
    { name: '2^63 bytes', wire: `88 ff 80 00 00 00 00 00 00 00 ${key}` },
    { name: 'not masked, too long', wire: '88 7e 00 7e' },
    { name: 'too long, of which two bytes come', wire: '88 fe' },
    { name: 'one byte', wire: `88 81 ${key} 02` },
    { name: 'a fragment', wire: `08 82 ${key} 02 ea` },
    { name: 'a fragment that is too long', wire: `08 fe 00 7e ${key}` },
    { name: 'a reserved bit', wire: `a8 82 ${key} 02 ea` },
    { name: 'compressed', wire: `c8 82 ${key} 02 ea` },
    { name: 'not masked', wire: '88 02 03 e8' },
  ])('is the last one all the same, once, however it is cut: $name (RFC 6455, 7.1.7)', ({ wire }) => {
    // Many pings behind it: nothing of what follows a Close frame that is too long counts, even what looks like frames.
    const bytes = joined(hex(wire), ...(/^.8 .[ef]/.test(wire) ? Array(40).fill(frame(9, 'p')) : []));
    const seen = everySplit(bytes, chunks => {
      const frames = decoder();
      const found: unknown[] = [];
      const readOn = (): void => {
        while (frames.next() === DecodedPart.CONTROL) found.push(frames.controlOpcode);
      };
      for (const chunk of chunks) {
        frames.push(chunk);
        try {
          readOn();
        } catch (error) {
          found.push((error as Error).name);
          frames.skipToClose();
          readOn();
        }
      }
      return found;
    });
    expect(seen).toEqual(['ProtocolError', 8]);
  });
});

describe('any stream', () => {
  const payload = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }).map(text => new TextEncoder().encode(text)),
    fc.uint8Array({ maxLength: 300 }),
  );
  const anyFrame = fc
    .record({
      opcode: fc.constantFrom(0, 0, 0, 1, 1, 2, 2, 8, 9, 10, 3),
      payload,
      fin: fc.boolean(),
      rsv: fc.constantFrom(0, 0, 0, 0, 0, 0, 4, 1),
      isMasked: fc.constantFrom(true, true, true, true, true, true, false),
    })
    .map(({ opcode, payload: data, fin, rsv, isMasked }) =>
      frame(opcode, data, { fin, rsv, mask: isMasked ? [9, 8, 7, 6] : null }),
    );

  test('gives what an independent parser finds, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 8 }),
        fc.array(fc.nat({ max: 400 }), { maxLength: 12 }),
        fc.boolean(),
        (frames, cuts, hasCompression) => {
          const wire = joined(...frames);
          const chunks: Uint8Array[] = [];
          let at = 0;
          for (const cut of cuts) {
            chunks.push(wire.subarray(at, at + cut));
            at += cut;
          }
          chunks.push(wire.subarray(at));
          expect(read({ hasCompression, maxMessageSize: 1000 }, chunks)).toEqual(
            parseFrames(wire, { hasCompression, maxMessageSize: 1000 }),
          );
        },
      ),
      { numRuns: 600 },
    );
  });
});
