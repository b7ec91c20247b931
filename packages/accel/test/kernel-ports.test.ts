import { isUtf8 } from 'node:buffer';
import { seededRandom } from '@ws/testkit';
import { describe, expect, inject, test } from 'vitest';
import { createAccelerator } from '../src/index.ts';
import { KernelPorts } from '../src/kernel-ports.ts';
import { step, walk } from './support/automaton.ts';
import { ACCELERATORS, maskByte, receiveBufferOf, WITH_KERNEL } from './support/ports.ts';

const KEY = 0x81c2f304;
/** Bytes at the boundaries of the classes of UTF-8 (RFC 3629, 4). */
const EDGES = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xff];

/** Compared by hand: millions of `expect` would take minutes. */
function check(isRight: boolean, what: () => string): void {
  if (!isRight) throw new Error(what());
}

describe.each(ACCELERATORS)('masking with %s (RFC 6455, 5.3)', (_, accelerator) => {
  const { masker, receiveBuffer } = accelerator;
  const random = seededRandom(1);
  const places: [string, Uint8Array][] = [['elsewhere', new Uint8Array(512)]];
  if (receiveBuffer !== undefined) places.push(['in the receive buffer', receiveBuffer.bytes()]);

  test.each(places)('is the byte loop for all lengths 0..300, alignments and offsets, %s', (_, bytes) => {
    const plain = random.bytes(512);
    for (let length = 0; length <= 300; length++) {
      for (let start = 0; start < 16; start++) {
        const offset = (length + start) & 3;
        bytes.set(plain);
        masker.mask(bytes, start, start + length, KEY, offset);
        for (let i = 0; i < 340; i++) {
          const isMasked = i >= start && i < start + length;
          const expected = isMasked ? maskByte(plain[i]!, KEY, offset + i - start) : plain[i]!;
          check(bytes[i] === expected, () => `byte ${i} of ${start}+${length}, offset ${offset}`);
        }
      }
    }
  });

  test.each(places)('takes every offset of the key, however large, %s', (_, bytes) => {
    for (const offset of [0, 1, 2, 3, 4, 5, 0x7fff_fffe, 0xffff_ffff, 0x1_0000_0001]) {
      for (const length of [1, 5, 40, 200]) {
        bytes.fill(0, 0, 256);
        masker.mask(bytes, 3, 3 + length, KEY, offset);
        const expected = Array.from({ length }, (_, i) => maskByte(0, KEY, offset + i));
        expect([...bytes.subarray(3, 3 + length)]).toEqual(expected);
      }
    }
  });

  test('handles payloads longer than any buffer of its own', () => {
    const bytes = random.bytes(200_003);
    const plain = bytes.slice();
    masker.mask(bytes, 2, bytes.length - 1, KEY, 1);
    expect(bytes.subarray(0, 2)).toEqual(plain.subarray(0, 2));
    expect(bytes.at(-1)).toBe(plain.at(-1));
    for (let i = 2; i < bytes.length - 1; i++) {
      check(bytes[i] === maskByte(plain[i]!, KEY, i - 1), () => `byte ${i}`);
    }
    masker.mask(bytes, 2, bytes.length - 1, KEY, 1);
    expect(Buffer.compare(bytes, plain)).toBe(0);
  });
});

describe.each(ACCELERATORS)('validating with %s (RFC 3629)', (_, accelerator) => {
  const { utf8 } = accelerator;

  test('carries the state over every cut of a text', () => {
    const text = new TextEncoder().encode(`aé€😀${'x'.repeat(70)}${'ß€😀'.repeat(12)}${'y'.repeat(300)}é`);
    for (let cut = 0; cut <= text.length; cut++) {
      const state = utf8.validate(text, 0, 0, cut);
      check(state === walk(text.subarray(0, cut)), () => `the first ${cut} bytes`);
      check(utf8.validate(text, state, cut) === 0, () => `the bytes from ${cut} on`);
    }
  });

  test('stays in reject', () => {
    for (const length of [0, 1, 20, 100, 5000]) expect(utf8.validate(new Uint8Array(length), 1)).toBe(1);
  });

  test('validates texts longer than any buffer of its own, wrong or cut off anywhere', () => {
    const text = new TextEncoder().encode('😀'.repeat(25_000));
    expect(utf8.validate(text, 0)).toBe(0);
    expect(utf8.validate(text, 0, 0, text.length - 1)).toBe(2);
    expect(utf8.validate(text, 0, 1)).toBe(1);
    for (const at of [32_766, 32_769, 65_535, 99_999]) {
      const wrong = text.slice();
      wrong[at] = 0xff;
      expect(utf8.validate(wrong, 0)).toBe(1);
    }
  });
});

describe.each(WITH_KERNEL)('every sequence of bytes with %s (RFC 3629)', (name, accelerator) => {
  const { utf8, textUnmasker } = accelerator;
  const buffer = receiveBufferOf(accelerator);
  // Of what is short, isUtf8 sees nothing: with it, it goes through the same kernel.
  const hasIsUtf8 = name.includes('isUtf8');
  const thirds = hasIsUtf8 ? EDGES : Array.from({ length: 256 }, (_, byte) => byte);

  test('all of 1, 2 and 3 bytes, cut at every position', { timeout: 120_000 }, () => {
    // Behind 14 letters: the third byte is in the next block.
    const at = 14;
    buffer.fill(0x61, 0, at);
    // What comes after a cut depends on the state there and not on how it came about: once for each state will do.
    const seen1 = new Set<number>();
    const seen2 = new Set<number>();
    for (let first = 0; first < 256; first++) {
      buffer[at] = first;
      const state1 = step(0, first);
      const isNew1 = !seen1.has(state1);
      seen1.add(state1);
      check(utf8.validate(buffer, 0, 0, at + 1) === state1, () => `${first}`);
      for (let second = 0; second < 256; second++) {
        buffer[at + 1] = second;
        const state2 = step(state1, second);
        check(utf8.validate(buffer, 0, 0, at + 2) === state2, () => `${first} ${second}`);
        check(utf8.validate(buffer, state1, at + 1, at + 2) === state2, () => `${first} | ${second}`);
        const isNew2 = !seen2.has(state2);
        seen2.add(state2);
        for (const third of thirds) {
          buffer[at + 2] = third;
          const state3 = step(state2, third);
          if (
            utf8.validate(buffer, 0, 0, at + 3) !== state3 ||
            utf8.validate(buffer, 0, at, at + 3) !== state3 ||
            (isNew1 && utf8.validate(buffer, state1, at + 1, at + 3) !== state3) ||
            (isNew2 && utf8.validate(buffer, state2, at + 2, at + 3) !== state3)
          ) {
            throw new Error(`${first} ${second} ${third}`);
          }
        }
      }
    }
  });

  test('4 bytes at every boundary of a class, at every place of a block, cut at every position', () => {
    const leads = [0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5];
    for (const place of [0, 1, 13, 14, 15, 16, 29, 30, 31, 45, 61, 62, 63, 64, 65, 80]) {
      for (const lead of leads) {
        for (const second of EDGES) {
          for (const third of EDGES) {
            for (const fourth of EDGES) {
              buffer.fill(0x61, 0, 100);
              buffer.set([lead, second, third, fourth], place);
              const states = [0];
              for (const byte of [lead, second, third, fourth, 0x61]) states.push(step(states.at(-1)!, byte));
              for (let cut = 0; cut <= 4; cut++) {
                const before = states[cut]!;
                const all = states[4]!;
                const after = states[5]!;
                if (
                  utf8.validate(buffer, 0, 0, place + cut) !== before ||
                  utf8.validate(buffer, before, place + cut, place + 4) !== all ||
                  utf8.validate(buffer, before, place + cut, 100) !== after
                ) {
                  throw new Error(`${lead} ${second} ${third} ${fourth} at ${place}, cut ${cut}`);
                }
              }
            }
          }
        }
      }
    }
  });

  test('a lead byte without its continuation, at every place of texts of every length', () => {
    for (let length = 1; length <= 220; length++) {
      for (let place = 2; place < length; place++) {
        buffer.fill(0x61, 0, length);
        buffer.set([0xc3, 0xa9], 0);
        buffer[place] = 0xc3;
        const expected = place === length - 1 ? 2 : 1;
        check(utf8.validate(buffer, 0, 0, length) === expected, () => `${place} of ${length}`);
      }
    }
  });

  const rounds = inject('tier') === 'quick' ? 10_000 : hasIsUtf8 ? 40_000 : 100_000;
  test(`${rounds} random and mutated texts, against isUtf8, TextDecoder and the automaton`, {
    timeout: 120_000,
  }, () => {
    const random = seededRandom(5);
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const decodes = (bytes: Uint8Array): boolean => {
      try {
        decoder.decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    let validTexts = 0;
    for (let round = 0; round < rounds; round++) {
      const bytes = randomText(random);
      const isValid = isUtf8(bytes);
      if (round % 10 === 0) check(decodes(bytes) === isValid, () => 'TextDecoder and isUtf8 disagree');
      if (isValid) validTexts++;

      const start = random.below(64);
      const end = start + bytes.length;
      const middle = start + random.below(bytes.length + 1);
      const key = random.uint32();
      const offset = random.below(1000);
      const what = (): string => `round ${round}: ${Buffer.from(bytes).toString('hex')} cut at ${middle - start}`;

      buffer[end] = 0xa5;
      buffer.set(bytes, start);
      const half = walk(bytes.subarray(0, middle - start));
      const whole = walk(bytes);
      check((whole === 0) === isValid, () => `the automaton, ${what()}`);
      check(utf8.validate(buffer, 0, start, end) === whole, what);
      check(utf8.validate(buffer, half, middle, end) === whole, what);
      check(utf8.validate(bytes, 0) === whole, () => `elsewhere, ${what()}`);

      accelerator.masker.mask(buffer, start, end, key, offset);
      check(textUnmasker?.unmaskText(buffer, start, middle, key, offset, 0) === half, () => `unmasked, ${what()}`);
      const state = textUnmasker?.unmaskText(buffer, middle, end, key, offset + middle - start, half);
      check(state === whole, () => `unmasked, ${what()}`);
      const isAscii = bytes.subarray(middle - start).every(byte => byte < 0x80);
      check(textUnmasker?.wasAscii === isAscii || whole === 1, () => `wasAscii, ${what()}`);
      if (whole !== 1) check(Buffer.compare(buffer.subarray(start, end), bytes) === 0, () => `the text, ${what()}`);
      check(buffer[end] === 0xa5, () => `what follows, ${what()}`);
    }
    expect(validTexts).toBeGreaterThan(rounds / 4);
  });
});

/** Text of characters of all lengths, sometimes with a byte changed, removed, or cut off; or bytes of any kind. */
function randomText(random: ReturnType<typeof seededRandom>): Uint8Array {
  const kind = random.below(4);
  if (kind === 0) return random.bytes(random.below(24));
  let text = '';
  for (let left = random.below(random.below(4) === 0 ? 160 : 40); left > 0; left--) {
    const limit = [0x80, 0x80, 0x800, 0xd800, 0x110000][random.below(5)]!;
    const point = random.below(limit);
    text += point >= 0xd800 && point < 0xe000 ? 'a' : String.fromCodePoint(point);
  }
  const bytes = new TextEncoder().encode(text);
  if (kind === 1 || bytes.length === 0) return bytes;
  const at = random.below(bytes.length);
  if (kind === 2) bytes[at] = random.below(256);
  else return bytes.subarray(0, at);
  return bytes;
}

describe.each(WITH_KERNEL)('unmasking text with %s', (_, accelerator) => {
  const buffer = receiveBufferOf(accelerator);
  const unmasker = accelerator.textUnmasker!;

  const texts: [string, string, boolean][] = [
    ['nothing', '', true],
    ['16 letters', 'a'.repeat(16), true],
    ['125 letters', 'b'.repeat(125), true],
    ['60,000 letters', 'c'.repeat(60_000), true],
    ['a short text', 'grüße', false],
    ['a long text', '€uro und Grüße '.repeat(2000), false],
    ['a long text that is ASCII to begin with', `${'d'.repeat(5000)}ä`, false],
  ];
  test.each(texts)('%s: the text, and whether it is ASCII', (_, text, isAscii) => {
    const plain = new TextEncoder().encode(text);
    for (const place of [buffer, new Uint8Array(70_000)]) {
      place.set(plain, 7);
      accelerator.masker.mask(place, 7, 7 + plain.length, KEY, 2);
      expect(unmasker.unmaskText(place, 7, 7 + plain.length, KEY, 2, 0)).toBe(0);
      expect(Buffer.compare(place.subarray(7, 7 + plain.length), plain)).toBe(0);
      // Elsewhere, short texts are not worth the question.
      if (place === buffer || !isAscii) expect(unmasker.wasAscii).toBe(isAscii);
    }
  });

  test('text elsewhere of any length, against masking and then validating', () => {
    const random = seededRandom(9);
    for (let length = 0; length < 200; length++) {
      const plain = new TextEncoder().encode('€'.repeat(70)).subarray(0, length);
      const masked = plain.slice();
      const key = random.uint32();
      accelerator.masker.mask(masked, 0, length, key, 3);
      expect(unmasker.unmaskText(masked, 0, length, key, 3, 0)).toBe(walk(plain));
      expect(masked).toEqual(plain);
    }
    const long = new Uint8Array(100_000).fill(0x61);
    long[70_000] = 0xff;
    accelerator.masker.mask(long, 0, long.length, KEY, 0);
    expect(unmasker.unmaskText(long, 0, long.length, KEY, 0, 0)).toBe(1);
  });

  test('text at every alignment around the length that is aligned first, with the one odd byte anywhere near its start', () => {
    for (let start = 0; start < 16; start++) {
      for (const length of [255, 256, 257, 271, 272, 340]) {
        for (let odd = -1; odd < 20; odd++) {
          const plain = new Uint8Array(length).fill(0x62);
          if (odd >= 0) plain.set([0xc3, 0xa9], odd);
          buffer.fill(0x7e, 0, 400);
          buffer.set(plain, start);
          accelerator.masker.mask(buffer, start, start + length, KEY, odd + 1);
          const state = unmasker.unmaskText(buffer, start, start + length, KEY, odd + 1, 0);
          check(state === 0 && unmasker.wasAscii === odd < 0, () => `state ${state}, ${start} ${length} ${odd}`);
          const isRight = Buffer.compare(buffer.subarray(start, start + length), plain) === 0;
          check(isRight && buffer[start + length] === 0x7e, () => `bytes, ${start} ${length} ${odd}`);
          check(start === 0 || buffer[start - 1] === 0x7e, () => `before, ${start} ${length} ${odd}`);
        }
      }
    }
  });

  test('a text that is wrong, at every place', () => {
    const plain = new TextEncoder().encode('ä'.repeat(50));
    for (let at = 0; at < plain.length; at++) {
      buffer.set(plain);
      buffer[at] = 0xfe;
      accelerator.masker.mask(buffer, 0, plain.length, KEY, 0);
      expect(unmasker.unmaskText(buffer, 0, plain.length, KEY, 0, 0)).toBe(1);
    }
  });
});

describe.each(WITH_KERNEL)('the receive buffer with %s', (_, accelerator) => {
  const buffer = receiveBufferOf(accelerator);

  test('has 128 KiB, and is the same bytes at each asking', () => {
    expect(buffer.length).toBe(131_072);
    expect(receiveBufferOf(accelerator)).toBe(buffer);
    expect(buffer.buffer.byteLength).toBe(196_608);
  });

  test('cannot be taken away: a transfer fails, or copies', () => {
    try {
      structuredClone(buffer, { transfer: [buffer.buffer as ArrayBuffer] });
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
    }
    expect(buffer.length).toBe(131_072);
  });

  test('its last bytes are masked and validated like all others, and nothing behind them changes', () => {
    const behind = new Uint8Array(buffer.buffer, buffer.byteOffset + buffer.length);
    behind.fill(0xc3);
    for (let length = 0; length <= 70; length++) {
      const start = buffer.length - length;
      buffer.fill(0x61, start);
      accelerator.masker.mask(buffer, start, buffer.length, KEY, 0);
      expect(accelerator.textUnmasker?.unmaskText(buffer, start, buffer.length, KEY, 0, 0)).toBe(0);
      expect(accelerator.utf8.validate(buffer, 0, start)).toBe(0);
    }
    expect(behind.every(byte => byte === 0xc3)).toBe(true);
    behind.fill(0);
  });

  test('views of it, as Buffer too, are handled in place at their own offset', () => {
    const views = [buffer.subarray(100, 200), Buffer.from(buffer.buffer as ArrayBuffer, buffer.byteOffset + 100, 100)];
    for (const view of views) {
      buffer.fill(0);
      accelerator.masker.mask(view, 10, 90, KEY, 0);
      expect(buffer.findIndex(byte => byte !== 0)).toBe(110);
      expect(buffer.reduce((last, byte, i) => (byte === 0 ? last : i), -1)).toBe(189);
    }
  });

  test('views of the rest of the memory are handled as any other bytes', () => {
    const view = new Uint8Array(buffer.buffer, buffer.byteOffset + 65_000);
    view.fill(0);
    accelerator.masker.mask(view, 0, view.length, KEY, 0);
    expect(view.every((byte, i) => byte === maskByte(0, KEY, i))).toBe(true);
    expect(accelerator.utf8.validate(view, 0)).toBe(1);
    view.fill(0);
    expect(accelerator.utf8.validate(view, 0)).toBe(0);
  });

  test('ranges outside the bytes are refused, in the buffer and elsewhere', () => {
    const { masker, utf8, textUnmasker } = accelerator;
    const ranges = [
      [-1, 5],
      [0, 101],
      [5, 4],
      [Number.NaN, 5],
      [0, Number.NaN],
      [2 ** 32, 2 ** 32 + 5],
    ] as const;
    for (const bytes of [buffer.subarray(0, 100), new Uint8Array(100)]) {
      for (const [start, end] of ranges) {
        expect(() => masker.mask(bytes, start, end, KEY, 0)).toThrow(RangeError);
        expect(() => utf8.validate(bytes, 0, start, end)).toThrow(RangeError);
        expect(() => textUnmasker?.unmaskText(bytes, start, end, KEY, 0, 0)).toThrow(RangeError);
      }
    }
  });

  test('a state that does not exist is reject, not a trap', () => {
    buffer.fill(0x80, 0, 10);
    for (const state of [9, 15, 16, 1e6, -1]) expect(accelerator.utf8.validate(buffer, state, 0, 10)).toBe(1);
  });
});

test('all accelerators with kernels share one receive buffer', () => {
  const [first, second] = [createAccelerator(), createAccelerator()];
  expect(first.masker).toBeInstanceOf(KernelPorts);
  expect(receiveBufferOf(first).buffer).toBe(receiveBufferOf(second).buffer);
});
