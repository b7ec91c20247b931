// What a format has no form for is refused by who writes it; who reads is not ended by what others have passed on.

import { hex } from '@ws/testkit';
import { encodeText } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { Publish } from '../../src/index.ts';
import { createTransportSerializer, JsonSerializer, MsgpackSerializer } from '../../src/serializers/all.ts';

/** An object that has the key itself. */
const PROTO = JSON.parse('{"__proto__":1}');
const publish = (...args: unknown[]): Publish => new Publish(1, {}, 'com.t', args);

describe('a SerializationError', () => {
  class Numbers extends Map<number, number> {}
  function* generate(): Generator<Set<number>> {
    yield new Set([1]);
  }

  const OBJECTS: { name: string; value: object }[] = [
    { name: 'a Set', value: new Set([1]) },
    { name: 'a Map', value: new Map([[1, 2]]) },
    { name: 'a class of maps', value: new Numbers() },
    { name: 'an Error', value: new TypeError('x') },
    { name: 'a RegExp', value: /x/ },
    { name: 'a promise', value: Promise.resolve(1) },
    { name: 'a WeakMap', value: new WeakMap() },
    { name: 'a Float32Array', value: new Float32Array(1) },
    { name: 'a Uint8ClampedArray', value: new Uint8ClampedArray(1) },
    { name: 'a DataView', value: new DataView(new ArrayBuffer(1)) },
    { name: 'a generator', value: generate() },
  ];

  test.each<{ format: string; name: string; value: unknown }>([
    ...['json', 'msgpack', 'cbor'].flatMap(format => OBJECTS.map(each => ({ format, ...each }))),
    ...['json', 'msgpack', 'cbor'].flatMap(format => [
      { format, name: 'a function', value: () => 1 },
      { format, name: 'a symbol', value: Symbol('x') },
    ]),
    { format: 'json', name: 'a bigint', value: 5n },
    { format: 'msgpack', name: 'an integer of 65 bits', value: 2n ** 64n },
    { format: 'msgpack', name: 'a negative one', value: -(2n ** 63n) - 1n },
    { format: 'msgpack', name: 'an invalid date', value: new Date(Number.NaN) },
    { format: 'msgpack', name: 'a Map beside a bigint', value: [1n, new Map()] },
    { format: 'msgpack', name: 'a Map behind a bigint', value: { a: 1n, b: { c: new Map() } } },
    { format: 'msgpack', name: 'an ArrayBuffer', value: new ArrayBuffer(1) },
    { format: 'json', name: 'an ArrayBuffer', value: new ArrayBuffer(1) },
    { format: 'json', name: 'a Map of toJSON', value: { toJSON: () => new Map() } },
    { format: 'json', name: 'a Map beside bytes', value: [new Uint8Array(1), new Map()] },
    { format: 'msgpack', name: 'an own __proto__', value: PROTO },
    { format: 'json', name: 'text that begins with NUL', value: '\0abc' },
    { format: 'json', name: 'text that looks like bytes', value: '\0AAEC' },
    { format: 'json', name: 'such text beside bytes', value: [new Uint8Array(1), '\0'] },
    { format: 'json', name: 'such text of toJSON', value: { toJSON: () => '\0abc' } },
  ])('$format: $name', ({ format, value }) => {
    for (const id of [format, `${format}.batched`]) {
      const serializer = createTransportSerializer(id);
      for (const args of [[value], [[1, { a: [value] }]]]) {
        expect(() => serializer.serialize(publish(...args))).toThrow(
          expect.objectContaining({ code: 'ERR_WAMP_SERIALIZATION' }),
        );
      }
      const kwargs = new Publish(1, {}, 'com.t', [], { a: value });
      expect(() => serializer.serialize(kwargs)).toThrow(expect.objectContaining({ code: 'ERR_WAMP_SERIALIZATION' }));
      // It goes on as if nothing had been.
      expect(serializer.unserialize(serializer.serialize(publish(1)))).toHaveLength(1);
    }
  });
});

describe('what is written as ever', () => {
  class Point {
    x = 1;
    y = 2 ** 40;
  }
  const date = new Date(86_400_000);

  test.each([
    { format: 'cbor', given: new Point(), read: { x: 1, y: 2 ** 40 } },
    { format: 'cbor', given: Object.assign(Object.create(null), { a: 1 }), read: { a: 1 } },
    { format: 'cbor', given: { constructor: 1, length: 2 }, read: { constructor: 1, length: 2 } },
    { format: 'cbor', given: date, read: date },
    { format: 'cbor', given: Buffer.from('ab'), read: new Uint8Array([97, 98]) },
    { format: 'cbor', given: new Uint8Array([1]).buffer, read: new Uint8Array([1]) },
    { format: 'cbor', given: PROTO, read: { __proto_: 1 } },
    { format: 'msgpack', given: '__proto__', read: '__proto__' },
    { format: 'msgpack', given: date, read: date },
    { format: 'msgpack', given: new Point(), read: { x: 1, y: 2 ** 40 } },
    { format: 'msgpack', given: Object.assign(Object.create(null), { a: 1 }), read: { a: 1 } },
    { format: 'json', given: new Point(), read: { x: 1, y: 2 ** 40 } },
    { format: 'json', given: date, read: date.toJSON() },
    { format: 'json', given: Object.assign(new Map(), { toJSON: () => [1] }), read: [1] },
    { format: 'json', given: { toJSON: () => [new Uint8Array([1])] }, read: [new Uint8Array([1])] },
    { format: 'json', given: { toJSON: () => new Uint8Array([1]) }, read: new Uint8Array([1]) },
    { format: 'json', given: 'a\0b', read: 'a\0b' },
    { format: 'json', given: { '\0a': new Uint8Array([1]) }, read: { '\0a': new Uint8Array([1]) } },
    { format: 'json', given: PROTO, read: PROTO },
  ])('$format: $given', ({ format, given, read }) => {
    const serializer = createTransportSerializer(format);
    expect(serializer.unserialize(serializer.serialize(publish(given)))[0]?.marshal()[4]).toEqual([read]);
  });
});

describe.each(['msgpack', 'cbor'])('%s', format => {
  const serializer = createTransportSerializer(format);

  test.each([2n ** 53n + 1n, 2n ** 60n + 1n, 2n ** 64n - 1n, -(2n ** 53n) - 1n, -(2n ** 63n)])(
    '%d is the same when it is read',
    wide => {
      const args = [wide, { a: [2 ** 40, -(2 ** 40), 1, 1.5, 'x', wide] }];
      expect(serializer.unserialize(serializer.serialize(publish(...args)))[0]?.marshal()[4]).toEqual(args);
    },
  );

  test.each([5n, 2n ** 40n, 2n ** 53n - 1n, -(2n ** 53n) + 1n])('%d is read as a number', narrow => {
    const [message] = serializer.unserialize(serializer.serialize(publish(narrow)));
    expect(message?.marshal()[4]).toEqual([Number(narrow)]);
  });

  test('lists within lists are written, and circles are not', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 500; i++) deep = [deep];
    expect(serializer.unserialize(serializer.serialize(publish(deep)))[0]?.marshal()[4]).toEqual([deep]);
    const circle: unknown[] = [1n];
    circle.push(circle);
    expect(() => serializer.serialize(publish(circle))).toThrow(
      expect.objectContaining({ code: 'ERR_WAMP_SERIALIZATION' }),
    );
  });
});

describe('reading', () => {
  test('JSON: text behind a NUL that is no base64 is text', () => {
    const [message] = new JsonSerializer().unserialize(encodeText('[16,1,{},"com.t",["\\u0000***","\\u0000AAEC"]]'));
    expect(message?.marshal()[4]).toEqual(['\0***', hex('00 01 02')]);
  });

  const KEY = '5f 5f 70 72 6f 74 6f 5f 5f';
  test.each([
    { name: 'a short text', head: 'a9' },
    { name: 'a text with its length in a byte', head: 'd9 09' },
    { name: 'in two bytes', head: 'da 00 09' },
    { name: 'in four', head: 'db 00 00 00 09' },
  ])('MessagePack: the key __proto__ becomes another, as $name', ({ head }) => {
    // [16, 1, {}, "a.b", [{ "__proto__": { "polluted": 1 }, "publisher": 2 }, "__proto__"]]
    const dict = `82 ${head} ${KEY} 81 a8 70 6f 6c 6c 75 74 65 64 01 a9 70 75 62 6c 69 73 68 65 72 02`;
    const [message] = new MsgpackSerializer().unserialize(hex(`95 10 01 80 a3 61 2e 62 92 ${dict} ${head} ${KEY}`));
    const [read, text] = message!.marshal()[4] as [Record<string, unknown>, string];
    expect([read, text]).toEqual([{ __proto_: { polluted: 1 }, publisher: 2 }, '__proto__']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect('polluted' in read).toBe(false);
  });
});
