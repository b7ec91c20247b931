import { hex, toHex } from '@ws/testkit';
import { encodeText } from '@ws/util/primitives';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Goodbye, Publish } from '../../src/index.ts';
import {
  CborSerializer,
  createSerializers,
  createTransportSerializer,
  JsonSerializer,
  MsgpackSerializer,
} from '../../src/serializers/all.ts';
import { Statistics } from '../../src/serializers/statistics.ts';

const SERIALIZERS = createSerializers();

describe('createSerializers', () => {
  test('has every format, the batched one first', () => {
    expect(
      SERIALIZERS.map(({ serializerId, rawSocketSerializerId, mimeType, isBinary }) => [
        serializerId,
        rawSocketSerializerId,
        mimeType,
        isBinary,
      ]),
    ).toEqual([
      ['cbor.batched', 3, 'application/cbor', true],
      ['cbor', 3, 'application/cbor', true],
      ['msgpack.batched', 2, 'application/x-msgpack', true],
      ['msgpack', 2, 'application/x-msgpack', true],
      ['json.batched', 1, 'application/json', false],
      ['json', 1, 'application/json', false],
    ]);
  });

  test.each(['', 'xml', 'json.other', 'json.batched.more', 'batched'])('there is none called %j', id => {
    expect(() => createTransportSerializer(id)).toThrow(RangeError);
  });
});

const payload = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter(number => !Object.is(number, -0)),
    fc.string({ unit: 'grapheme' }).filter(text => !text.startsWith('\0')),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('dict'),
  ),
  dict: fc.dictionary(
    fc.string({ maxLength: 5 }).filter(key => key !== '__proto__'),
    tie('value'),
    { maxKeys: 4, noNullPrototype: true },
  ),
}));

describe.each(SERIALIZERS.map(serializer => [serializer.serializerId, serializer] as const))(
  '%s',
  (_id, serializer) => {
    test('any payload comes back as it was', () => {
      const args = fc.array(payload.value, { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(args, payload.dict, (given, kwargs) => {
          const message = new Publish(1, { acknowledge: true }, 'com.t', given, kwargs as Record<string, unknown>);
          const [again] = serializer.unserialize(serializer.serialize(message), serializer.isBinary);
          expect(again?.marshal()).toEqual(message.marshal());
        }),
        { numRuns: 100, seed: 5 },
      );
    });

    test('refuses the other type of WebSocket message', () => {
      expect(() => serializer.unserialize(serializer.serialize(new Goodbye()), !serializer.isBinary)).toThrow(
        'messages',
      );
    });

    test('says what it cannot write', () => {
      const circle: unknown[] = [];
      circle.push(circle);
      expect(() => serializer.serialize(new Publish(1, {}, 'com.t', circle))).toThrow(
        expect.objectContaining({ code: 'ERR_WAMP_SERIALIZATION' }),
      );
      // It goes on as if nothing had been.
      expect(serializer.unserialize(serializer.serialize(new Goodbye()))).toHaveLength(1);
    });

    test('a Buffer goes out as the bytes that it is', () => {
      const args = [Buffer.from('ab'), [Buffer.from('c')]];
      const [message] = serializer.unserialize(serializer.serialize(new Publish(1, {}, 'com.t', args)));
      const [one, [more]] = message!.marshal()[4] as [Uint8Array, [Uint8Array]];
      expect([one, more].map(bytes => [bytes instanceof Uint8Array, ...bytes])).toEqual([
        [true, 97, 98],
        [true, 99],
      ]);
    });

    test('a copy counts for itself', () => {
      const [one, two] = [serializer.copy(), serializer.copy()] as [JsonSerializer, JsonSerializer];
      one.serialize(new Goodbye());
      expect([one.stats().messages, two.stats().messages]).toEqual([1, 0]);
    });
  },
);

describe('batches', () => {
  const message = new Goodbye({}, 'a.b');
  test.each(['json.batched', 'msgpack.batched', 'cbor.batched'])('%s: hold any number of messages', id => {
    const serializer = createTransportSerializer(id);
    const bytes = serializer.serialize(message);
    const three = new Uint8Array([...bytes, ...bytes, ...bytes]);
    expect(serializer.unserialize(three).map(each => each.marshal())).toEqual(Array(3).fill([6, {}, 'a.b']));
  });

  test('JSON: 0x18 stands behind each message; 0x1E is taken for it too; a rest is dropped', () => {
    const serializer = new JsonSerializer({ isBatched: true });
    expect(toHex(serializer.serialize(message).slice(-2))).toBe('5d 18');
    const text = '[6,{},"a.b"]\x18[6,{},"a.c"]\x1e[6,{}';
    expect(serializer.unserialize(encodeText(text)).map(each => each.marshal()[2])).toEqual(['a.b', 'a.c']);
    expect(() => serializer.unserialize(encodeText('[6,{},"a.b"]'))).toThrow('there is no separator');
  });

  test.each([
    { bytes: '', error: null },
    { bytes: '00 00', error: 'a length is cut off' },
    { bytes: '00 00 00 05 93 06 80', error: 'a message is cut off' },
    { bytes: 'ff ff ff ff 93', error: 'a message is cut off' },
  ])('binary: $bytes: $error', ({ bytes, error }) => {
    const serializer = new MsgpackSerializer({ isBatched: true });
    if (error === null) expect(serializer.unserialize(hex(bytes))).toEqual([]);
    else expect(() => serializer.unserialize(hex(bytes))).toThrow(error);
  });
});

describe('JSON', () => {
  test('can write bytes as hexadecimal digits', () => {
    const serializer = new JsonSerializer({ usesBinaryHex: true });
    const bytes = serializer.serialize(new Publish(1, {}, 'com.t', [hex('01 ff')]));
    expect(new TextDecoder().decode(bytes)).toBe('[16,1,{},"com.t",["0x01ff"]]');
    expect(serializer.unserialize(bytes)[0]?.marshal()[4]).toEqual([hex('01 ff')]);
  });

  test('refuses what is no UTF-8', () => {
    const serializer = new JsonSerializer();
    expect(() => serializer.unserialize(hex('5b ff 5d'))).toThrow('not JSON');
  });
});

/** [16, 1, {}, "a.b", [*]] in CBOR, where another value has to follow. */
const PUBLISH = '85 10 01 a0 63 61 2e 62 81';

describe('few bytes cannot ask for much memory, or for other objects', () => {
  const deep = (head: string, count: number): Uint8Array => hex(head.repeat(count));
  test.each([
    { name: 'an array of 2^32', format: 'msgpack', bytes: hex('dd ff ff ff ff') },
    { name: 'arrays of 2^20 within each other', format: 'msgpack', bytes: deep('dd 00 10 00 00', 100) },
    { name: 'a map of 2^32', format: 'msgpack', bytes: hex('df ff ff ff ff') },
    { name: 'a string of 2^32', format: 'msgpack', bytes: hex('db ff ff ff ff 61') },
    { name: 'a number that is cut off', format: 'msgpack', bytes: hex('91 cd 01') },
    { name: 'an array of 2^32', format: 'cbor', bytes: hex('9a ff ff ff ff') },
    { name: 'arrays of 2^20 within each other', format: 'cbor', bytes: deep('9a 00 10 00 00', 100) },
    { name: 'a map of 2^60', format: 'cbor', bytes: hex('bb 10 00 00 00 00 00 00 00') },
    { name: 'a break where there is nothing to end', format: 'cbor', bytes: hex('82 01 ff') },
    { name: 'a set', format: 'cbor', bytes: hex(`${PUBLISH} d9 01 02 81 01`) },
    { name: 'a regular expression', format: 'cbor', bytes: hex(`${PUBLISH} d8 1b 82 66 52 65 67 45 78 70 61 2e`) },
    { name: 'a shared reference to itself', format: 'cbor', bytes: hex(`${PUBLISH} d8 1c 81 d8 1d 00`) },
    { name: 'a reserved length', format: 'cbor', bytes: hex('1c') },
  ])('$format: $name', ({ format, bytes }) => {
    expect(() => createTransportSerializer(format).unserialize(bytes)).toThrow(
      expect.objectContaining({ code: 'ERR_WAMP_PROTOCOL' }),
    );
  });

  test('dates, big numbers and typed arrays are plain values', () => {
    const [message] = new CborSerializer().unserialize(hex(`${PUBLISH} d8 40 42 01 02`));
    expect(message?.marshal()[4]).toEqual([hex('01 02')]);
    const [other] = new CborSerializer().unserialize(hex(`${PUBLISH} c2 49 01 00 00 00 00 00 00 00 00`));
    expect(other?.marshal()[4]).toEqual([2n ** 64n]);
  });

  test('CBOR of indefinite length is read', () => {
    // [_ 16, 1, {_ }, "a.b", [_ 1, 2]]
    const [message] = new CborSerializer().unserialize(hex('9f 10 01 bf ff 63 61 2e 62 9f 01 02 ff ff'));
    expect(message?.marshal()).toEqual([16, 1, {}, 'a.b', [1, 2]]);
  });
});

describe('statistics', () => {
  test('count bytes, messages, and 512 bytes begun as a rated message', () => {
    let now = 1;
    const statistics = new Statistics('json', () => now);
    statistics.countSerialized(512);
    statistics.countSerialized(513);
    statistics.countUnserialized(10, 3);
    now = 3.5;
    expect(statistics.readDetails(false)).toEqual({
      cycle: 0,
      serializer: 'json',
      timestamp: 1_000_000,
      duration: 2_500_000,
      serialized: { bytes: 1025, messages: 2, ratedMessages: 3 },
      unserialized: { bytes: 10, messages: 3, ratedMessages: 1 },
    });
    expect(statistics.read(true)).toMatchObject({ bytes: 1035, messages: 5, ratedMessages: 4 });
    expect(statistics.read(false)).toMatchObject({ cycle: 1, bytes: 0, timestamp: 3_500_000, duration: 0 });
  });

  test('reset themselves, after so many rated messages or so long', () => {
    let now = 0;
    const told: unknown[] = [];
    const statistics = new Statistics('json', () => now);
    statistics.setAutoReset(2, 5_000_000, stats => told.push([stats.cycle, stats.messages]));
    for (let i = 0; i < 3; i++) statistics.countSerialized(1);
    now = 5;
    statistics.countUnserialized(1, 1);
    expect(told).toEqual([
      [0, 2],
      [1, 2],
    ]);
    expect(() => new JsonSerializer().setStatsAutoReset(0, 0, () => {})).toThrow(RangeError);
  });
});
