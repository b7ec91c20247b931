// Our decoder beside RFC 8949 and beside cbor-x, which writes what it reads.

import { hex } from '@ws/testkit';
import { decode as decodeByLibrary, Encoder } from 'cbor-x';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { decodeCbor } from '../../src/serializers/cbor-decoder.ts';
import { countingBytes } from '../support/counting.ts';

describe('values of RFC 8949, appendix A', () => {
  test.each<[bytes: string, value: unknown]>([
    ['00', 0],
    ['17', 23],
    ['18 18', 24],
    ['19 03 e8', 1000],
    ['1a 00 0f 42 40', 1_000_000],
    ['1b 00 00 00 e8 d4 a5 10 00', 1_000_000_000_000],
    ['1b 00 20 00 00 00 00 00 00', 2 ** 53],
    ['1b 00 20 00 00 00 00 00 01', 2n ** 53n + 1n],
    ['1b ff ff ff ff ff ff ff ff', 18446744073709551615n],
    ['c2 49 01 00 00 00 00 00 00 00 00', 18446744073709551616n],
    ['c2 40', 0],
    ['c2 41 05', 5],
    ['3b 00 1f ff ff ff ff ff fe', Number.MIN_SAFE_INTEGER],
    ['3b 00 1f ff ff ff ff ff ff', -(2n ** 53n)],
    ['3b ff ff ff ff ff ff ff ff', -18446744073709551616n],
    ['c3 49 01 00 00 00 00 00 00 00 00', -18446744073709551617n],
    ['c3 40', -1],
    ['20', -1],
    ['38 63', -100],
    ['39 03 e7', -1000],
    ['f9 00 00', 0],
    ['f9 80 00', -0],
    ['f9 3c 00', 1],
    ['f9 3e 00', 1.5],
    ['f9 7b ff', 65504],
    ['f9 00 01', 2 ** -24],
    ['f9 04 00', 0.00006103515625],
    ['f9 c4 00', -4],
    ['f9 7c 00', Infinity],
    ['f9 7e 00', Number.NaN],
    ['f9 fc 00', -Infinity],
    ['fa 47 c3 50 00', 100_000],
    ['fb 3f f1 99 99 99 99 99 9a', 1.1],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', undefined],
    ['c0 74 32 30 31 33 2d 30 33 2d 32 31 54 32 30 3a 30 34 3a 30 30 5a', new Date('2013-03-21T20:04:00Z')],
    ['c1 1a 51 4b 67 b0', new Date('2013-03-21T20:04:00Z')],
    ['c1 1b 00 00 00 00 51 4b 67 b0', new Date('2013-03-21T20:04:00Z')],
    ['c1 fb 41 d4 52 d9 ec 20 00 00', new Date('2013-03-21T20:04:00.500Z')],
    ['c4 82 21 19 6a b3', 273.15],
    ['c5 82 20 03', 1.5],
    ['d8 40 42 01 02', hex('01 02')],
    ['44 01 02 03 04', hex('01 02 03 04')],
    ['40', new Uint8Array()],
    ['60', ''],
    ['62 22 5c', '"\\'],
    ['62 c3 bc', 'ü'],
    ['64 f0 90 85 91', '𐅑'],
    ['61 ff', '\ufffd'],
    ['80', []],
    ['83 01 82 02 03 82 04 05', [1, [2, 3], [4, 5]]],
    ['a2 61 61 01 61 62 82 02 03', { a: 1, b: [2, 3] }],
    ['a4 01 02 f5 03 f6 04 20 05', { 1: 2, true: 3, null: 4, '-1': 5 }],
    ['9f ff', []],
    ['9f 01 82 02 03 9f 04 05 ff ff', [1, [2, 3], [4, 5]]],
    ['bf 61 61 01 61 62 9f 02 03 ff ff', { a: 1, b: [2, 3] }],
    ['a1 69 5f 5f 70 72 6f 74 6f 5f 5f a1 61 78 01', { __proto_: { x: 1 } }],
  ])('%s', (bytes, value) => {
    expect(decodeCbor(hex(bytes))).toEqual(value);
  });

  test('bytes are a view of what came; text of any length is text', () => {
    const bytes = hex('42 01 02');
    expect((decodeCbor(bytes) as Uint8Array).buffer).toBe(bytes.buffer);
    for (const length of [23, 24, 255, 256, 70_000]) {
      const text = 'aé'.repeat(length);
      expect(decodeCbor(new Encoder().encode(text))).toBe(text);
    }
  });
});

describe('numbers with an exponent', () => {
  test.each<[name: string, bytes: string, value: number]>([
    ['2^64 / 10', 'c4 82 20 c2 49 01 00 00 00 00 00 00 00 00', 2 ** 64 / 10],
    ['-5e-324 by its decimal digits', 'c4 82 39 01 43 24', -5e-324],
    ['more than there is', 'c4 82 1a 00 ff ff ff 01', Infinity],
    ['0 times more than there is', 'c5 82 1a 00 ff ff ff 00', 0],
    ['the least', 'c5 82 39 04 31 01', 5e-324],
    ['2^53 times less than the least', 'c5 82 39 04 50 1b 00 20 00 00 00 00 00 00', 2 ** -1052],
    ['a mantissa of more than 1,024 bits', `c5 82 39 03 ff c2 59 00 90 01 ${'00'.repeat(143)}`, 2 ** 120],
    ['less than the least', 'c5 82 39 ff ff 01', 0],
  ])('%s', (_name, bytes, value) => {
    expect(decodeCbor(hex(bytes))).toBe(value);
  });
});

describe('is no CBOR, or not taken', () => {
  test.each<[name: string, bytes: string]>([
    ['nothing', ''],
    ['a value behind the end', '01 01'],
    ['a length that is cut off', '19 01'],
    ['a number that is cut off', 'fb 00'],
    ['bytes that are cut off', '42 01'],
    ['text that is cut off', '7a ff ff ff ff 61'],
    ['text of 2^64', '7b ff ff ff ff ff ff ff ff 61'],
    ['a list of 2^32', '9a ff ff ff ff'],
    ['a list of 2^64', '9b ff ff ff ff ff ff ff ff 00'],
    ['a dictionary of 2^60', 'bb 10 00 00 00 00 00 00 00'],
    ['a list without an end', '9f 01'],
    ['a dictionary without an end', 'bf 61 61 01'],
    ['reserved lengths', '1c'],
    ['an integer of indefinite length', '1f'],
    ['bytes of indefinite length', '5f 41 01 ff'],
    ['text of indefinite length', '7f 61 61 ff'],
    ['a tag of indefinite length', 'df 00 ff'],
    ['a simple value without a meaning', 'e0'],
    ['a simple value in two bytes', 'f8 14'],
    ['a break at first', 'ff'],
    ['a break in a list', '82 01 ff'],
    ['a break for a key', 'a1 ff 01'],
    ['a break for a value', '9f bf 61 61 ff ff'],
    ['a break behind a tag', '9f c2 ff'],
    ['a list for a key', 'a1 80 00'],
    ['a date for a key', 'a1 c1 00 00'],
    ['bytes for a key', 'a1 40 00'],
    ['nothing behind a tag', 'c0'],
    ['a date of a list', 'c0 80'],
    ['a date of text in seconds', 'c1 61 30'],
    ['a date beyond all', 'c1 1b ff ff ff ff ff ff ff ff'],
    ['a big integer of a list', 'c2 81 01'],
    ['a big integer of a dictionary with a length', 'c2 a1 6a 62 79 74 65 4c 65 6e 67 74 68 1a 7f ff ff ff'],
    ['a big integer of text', 'c3 61 61'],
    ['a decimal of one', 'c4 81 01'],
    ['a decimal of three', 'c4 83 01 01 01'],
    ['a decimal of lists', 'c4 82 80 80'],
    ['a decimal with a fraction', 'c4 82 01 f9 3e 00'],
    ['a float with too great an exponent', 'c5 82 1b ff ff ff ff ff ff ff ff 01'],
    ['a typed array with a length of its own', 'd8 40 a1 66 62 75 66 66 65 72 19 10 00'],
    ['a typed array of text', 'd8 40 61 61'],
    ['a tag before a tag', 'c2 d8 40 41 01'],
    ['packed values', 'd8 33 84 81 01 80 80 e0'],
    ['a record', 'd9 df ff 83 19 e0 00 81 61 61 01'],
    ['bundled strings', 'd9 df f9 82 00 80'],
    ['what is shared', 'd8 1c 81 d8 1d 00'],
    ['a reference to nothing', 'd8 1d 00'],
    ['a RegExp', 'd8 1b 82 66 52 65 67 45 78 70 61 2e'],
    ['an Error', 'd8 1b 82 65 45 72 72 6f 72 61 2e'],
    ['a Set', 'd9 01 02 81 01'],
    ['a Map', 'd9 01 03 a1 01 01'],
    ['a typed array of floats', 'd8 55 44 00 00 00 00'],
    ['what says that it is CBOR', 'd9 d9 f7 01'],
    ['what the library shares', 'da 53 68 72 64 01'],
    ['a tag of 2^64', 'db ff ff ff ff ff ff ff ff 01'],
  ])('%s', (_name, bytes) => {
    expect(() => decodeCbor(hex(bytes))).toThrow(RangeError);
  });

  test('a big integer of more than 1,024 bytes', () => {
    const head = hex('c2 59 04 00');
    expect(decodeCbor(Uint8Array.from([...head, ...new Uint8Array(1024).fill(255)]))).toBe(2n ** 8192n - 1n);
    head[3] = 1;
    expect(() => decodeCbor(Uint8Array.from([...head, ...new Uint8Array(1025)]))).toThrow('more than 1024 bytes');
  });

  test('1,001 lists within each other, of any form', () => {
    const within = (head: string, count: number, tail: string): Uint8Array =>
      hex(`${head.repeat(count)} 80 ${tail.repeat(count)}`);
    for (const [head, tail] of [
      ['81', ''],
      ['9f', 'ff'],
      ['a1 00', ''],
      ['bf 00', 'ff'],
    ] as const) {
      expect(decodeCbor(within(head, 999, tail))).toBeTruthy();
      expect(() => decodeCbor(within(head, 1000, tail))).toThrow('more than 1000 lists');
    }
    expect(() => decodeCbor(hex('c4 82 01'.repeat(100_000)))).toThrow('more than 1000 lists');
  });
});

test('reads as cbor-x does what cbor-x writes', () => {
  const encoder = new Encoder({ useRecords: false, mapsAsObjects: true, variableMapSize: true, tagUint8Array: false });
  const { value } = fc.letrec(tie => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(true, false, null, undefined),
      fc.integer(),
      fc.double(),
      fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).filter(wide => wide !== BigInt(Number(wide))),
      fc.string({ unit: 'binary' }),
      fc.date({ noInvalidDate: true }).map(date => new Date(Math.round(date.getTime() / 1000) * 1000)),
      fc.uint8Array({ maxLength: 300 }),
      fc.array(tie('value')),
      fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, given => {
      const bytes = Uint8Array.from(encoder.encode(given));
      expect(decodeCbor(bytes)).toEqual(decodeByLibrary(Uint8Array.from(bytes)));
    }),
    { numRuns: 300, seed: 18 },
  );
});

describe('the work is linear in what came', () => {
  /** A list of `count` items, which need not be whole. */
  const listOf = (item: string, count: number): Uint8Array => {
    const head = [0x9a, count >> 24, count >> 16, count >> 8, count];
    return Uint8Array.from([...head, ...hex(item.repeat(count))]);
  };
  const looksAt = (bytes: Uint8Array): number => {
    const counted = countingBytes(bytes);
    try {
      decodeCbor(counted.bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return counted.looks;
  };

  test.each([
    'f6',
    '18 ff',
    '63 61 62 63',
    '78 1e'.concat(' 61'.repeat(30)),
    '62 c3 a9',
    '41 00',
    'c2 41 ff',
    `c2 59 04 00 ${'ff'.repeat(1024)}`,
    'c4 82 01 c2 41 ff',
    'c1 00',
    'd8 40 41 00',
    'd9 01 02 81 01',
    '81 80',
    '9f ff',
    'a1 61 61 00',
    'bf ff',
    '9a ff ff ff ff',
    '9a 00 00 00 01',
    'bb 00 00 00 00 00 00 00 01 00',
  ])('twice as many of %.24s', item => {
    const [once, twice] = [looksAt(listOf(item, 50)), looksAt(listOf(item, 100))];
    expect(once).toBeLessThanOrEqual(2 * listOf(item, 50).length + 10);
    expect(twice).toBeLessThanOrEqual(2 * once);
  });

  test('of any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => looksAt(bytes) <= 2 * bytes.length + 10),
      { numRuns: 2000, seed: 19 },
    );
  });

  test('a big integer is made at once, not byte by byte', () => {
    const bytes = listOf(`c2 59 04 00 ${'ff'.repeat(1024)}`, 8);
    const bigint = vi.spyOn(globalThis, 'BigInt');
    try {
      expect(decodeCbor(bytes)).toHaveLength(8);
      expect(bigint.mock.calls.length).toBeLessThanOrEqual(16);
    } finally {
      bigint.mockRestore();
    }
  });
});
