// What a message may cost to read, beside its size: the same in every format, and for who writes one.

import { hex } from '@ws/testkit';
import { encodeText } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { Publish } from '../../src/index.ts';
import { createTransportSerializer, type ISerializer } from '../../src/serializers/all.ts';
import { batched } from '../../src/serializers/batching.ts';
import { createJsonObjects } from '../../src/serializers/json.ts';
import { checkMsgpackShape } from '../../src/serializers/msgpack-shape.ts';
import { countingBytes } from '../support/counting.ts';

const FORMATS = ['json', 'msgpack', 'cbor', 'json.batched', 'msgpack.batched', 'cbor.batched'];
const PROTOCOL = expect.objectContaining({ code: 'ERR_WAMP_PROTOCOL' });
const SERIALIZATION = expect.objectContaining({ code: 'ERR_WAMP_SERIALIZATION' });
const publish = (...args: unknown[]): Publish => new Publish(1, {}, 'com.t', args);
const argsOf = (serializer: ISerializer, bytes: Uint8Array): unknown => serializer.unserialize(bytes)[0]?.marshal()[4];

function within(count: number, wrap: (inner: unknown) => unknown, innermost: unknown = []): unknown {
  let value: unknown = innermost;
  for (let i = 1; i < count; i++) value = wrap(value);
  return value;
}

/** [16, 1, {}, "a.b", [*]] as bytes, batched or not, where `count` lists or dictionaries are within each other. */
function deepBytes(id: string, kind: 'lists' | 'dictionaries', count: number): Uint8Array {
  const [format = '', batch] = id.split('.');
  // Two are around them.
  const inner = count - 2;
  if (format === 'json') {
    const [open, close] = kind === 'lists' ? ['[', ']'] : ['{"a":', '}'];
    const value = `${open.repeat(inner)}${kind === 'lists' ? '' : '1'}${close.repeat(inner)}`;
    return encodeText(`[16,1,{},"a.b",[${value}]]${batch === undefined ? '' : '\x18'}`);
  }
  const head = format === 'cbor' ? '85 10 01 a0 63 61 2e 62 81' : '95 10 01 80 a3 61 2e 62 91';
  const heads = { cbor: ['81', 'a1 00'], msgpack: ['91', '81 00'] }[format as 'cbor' | 'msgpack'];
  const bytes = hex(`${head} ${(kind === 'lists' ? heads[0]! : heads[1]!).repeat(inner)} 00`);
  const { length } = bytes;
  return batch === undefined ? bytes : Uint8Array.from([length >> 24, length >> 16, length >> 8, length, ...bytes]);
}

describe.each(FORMATS)('%s', id => {
  const serializer = createTransportSerializer(id);

  test.each(['lists', 'dictionaries'] as const)('1,000 %s within each other are read, and 1,001 are not', kind => {
    expect(argsOf(serializer, deepBytes(id, kind, 1000))).toHaveLength(1);
    expect(() => serializer.unserialize(deepBytes(id, kind, 1001))).toThrow(PROTOCOL);
    expect(() => serializer.unserialize(deepBytes(id, kind, 1001))).toThrow('more than 1000 lists and dictionaries');
    // As many as the engine's stack could never hold.
    expect(() => serializer.unserialize(deepBytes(id, kind, 300_000))).toThrow(PROTOCOL);
    expect(argsOf(serializer, deepBytes(id, kind, 3))).toHaveLength(1);
  });

  test('what is written can be read; more within each other is not written', () => {
    for (const wrap of [(inner: unknown) => [inner], (inner: unknown) => ({ a: inner })]) {
      const given = [within(998, wrap)];
      expect(argsOf(serializer, serializer.serialize(publish(...given)))).toHaveLength(1);
      for (const count of [999, 1000, 100_000]) {
        let bytes: Uint8Array;
        try {
          bytes = serializer.serialize(publish(within(count, wrap, [1])));
        } catch (error) {
          expect(error).toEqual(SERIALIZATION);
          continue;
        }
        throw new Error(`${count} were written in ${bytes.length} bytes`);
      }
      // It goes on as if nothing had been.
      expect(argsOf(serializer, serializer.serialize(publish(1)))).toEqual([1]);
    }
  });

  test('of a key that is there twice the last counts', () => {
    const bytes = {
      json: encodeText('[16,1,{},"a.b",[{"a":1,"a":2}]]'),
      msgpack: hex('95 10 01 80 a3 61 2e 62 91 82 a1 61 01 a1 61 02'),
      cbor: hex('85 10 01 a0 63 61 2e 62 81 a2 61 61 01 61 61 02'),
    }[id.split('.')[0] as 'json' | 'msgpack' | 'cbor'];
    const end = id === 'json.batched' ? [0x18] : [];
    const length = id === 'msgpack.batched' || id === 'cbor.batched' ? [0, 0, 0, bytes.length] : [];
    expect(argsOf(serializer, Uint8Array.from([...length, ...bytes, ...end]))).toEqual([{ a: 2 }]);
  });
});

describe('integers in CBOR', () => {
  const serializer = createTransportSerializer('cbor');
  const LEAST = -(2n ** 8192n);
  test('of up to 1,024 bytes are the same when they are read', () => {
    const integers = [2n ** 64n, 2n ** 68n + 5n, -(2n ** 64n) - 1n, 2n ** 1000n + 1n, 2n ** 8192n - 1n, LEAST];
    expect(argsOf(serializer, serializer.serialize(publish(...integers)))).toEqual(integers);
  });

  test.each([2n ** 8192n, LEAST - 1n, 10n ** 10_000n])('of more are not written', integer => {
    expect(() => serializer.serialize(publish(integer))).toThrow(SERIALIZATION);
  });

  test.each([1025, 1 << 20])('of %i bytes are not read', size => {
    const head = hex(`85 10 01 a0 63 61 2e 62 81 c2 5a ${size.toString(16).padStart(8, '0')}`);
    expect(() => serializer.unserialize(Uint8Array.from([...head, ...new Uint8Array(size).fill(255)]))).toThrow(
      PROTOCOL,
    );
  });

  test('in the place of an id are said in few words', () => {
    const bytes = Uint8Array.from([...hex('84 10 c2 59 04 00'), ...new Uint8Array(1024).fill(255), ...hex('a0 61 61')]);
    expect(() => serializer.unserialize(bytes)).toThrow('not an integer of more than 53 bits');
  });
});

describe('MessagePack', () => {
  const serializer = createTransportSerializer('msgpack');
  const PUBLISH = '95 10 01 80 a3 61 2e 62 91';

  test.each([
    { name: 'a timestamp of 5 bytes', bytes: 'c7 05 ff 00 00 00 00 00' },
    { name: 'an extension that is cut off', bytes: 'c9 ff ff ff ff 05 00' },
    { name: 'the head that is never used', bytes: 'c1' },
    { name: 'a list for a key', bytes: '81 90 00' },
  ])('$name is refused', ({ bytes }) => {
    expect(() => serializer.unserialize(hex(`${PUBLISH} ${bytes}`))).toThrow(PROTOCOL);
  });

  test('a timestamp beyond all dates, an extension that nobody knows and undefined are plain', () => {
    const read = (bytes: string): unknown => argsOf(serializer, hex(`${PUBLISH} ${bytes}`));
    expect(read('c7 0c ff 00 00 00 00 7f ff ff ff ff ff ff ff')).toEqual([new Date(Number.NaN)]);
    expect(read('c7 03 05 01 02 03')).toEqual([expect.objectContaining({ type: 5, data: hex('01 02 03') })]);
    expect(read('c7 03 00 01 02 03')).toEqual([undefined]);
  });

  test.each([
    '01',
    'a3 61 62 63',
    'a9 5f 5f 70 72 6f 74 6f 5f 5f',
    'd9 09 5f 5f 70 72 6f 74 6f 5f 5f',
    'cf ff ff ff ff ff ff ff ff',
    'd4 05 00',
    '91 90',
    '81 00 00',
    'dd ff ff ff ff',
    'dd 00 00 00 01',
    'df 00 00 00 01 00',
  ])('twice as many of %s is at most twice the work', item => {
    const looksAt = (count: number): number => {
      const counted = countingBytes(hex(`dc 00 ${count.toString(16)} ${item.repeat(count)}`));
      try {
        checkMsgpackShape(counted.bytes);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      return counted.looks;
    };
    expect(looksAt(50)).toBeLessThanOrEqual(2 * hex(item).length * 50 + 10);
    expect(looksAt(100)).toBeLessThanOrEqual(2 * looksAt(50));
  });
});

describe('JSON', () => {
  const serializer = createTransportSerializer('json');
  const read = (args: string): unknown => argsOf(serializer, encodeText(`[16,1,{},"a.b",[${args}]]`));

  test('numbers of any length and size are numbers', () => {
    expect(read(`1e400,-1e400,1e-400,${'1'.repeat(100_000)},0.${'1'.repeat(100_000)}`)).toEqual([
      Infinity,
      -Infinity,
      0,
      Infinity,
      0.1111111111111111,
    ]);
    expect(() => serializer.unserialize(encodeText('[16,1e400,{},"a.b"]'))).toThrow(PROTOCOL);
  });

  test('the key __proto__ is a key of the dictionary itself', () => {
    const [read1] = read('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as [object];
    expect(Object.keys(read1)).toEqual(['__proto__', 'constructor']);
    expect([Object.getPrototypeOf(read1), 'polluted' in {}]).toEqual([Object.prototype, false]);
  });

  test('brackets within text, many of them beside each other, and bytes are not deep', () => {
    const text = JSON.stringify('[{"\\'.repeat(2000));
    const lists = Array(3000).fill('[]').join();
    const value = read(`${text},[${lists}],{${text}:[${lists}]},"\\u0000${'AAAA'.repeat(1000)}"`) as unknown[];
    expect(value[1]).toHaveLength(3000);
    expect(value[3]).toEqual(new Uint8Array(3000));
  });

  test('bytes far within are refused as anything is', () => {
    const deep = `${'['.repeat(300_000)}"\\u0000AA=="${']'.repeat(300_000)}`;
    expect(() => serializer.unserialize(encodeText(`[16,1,{},"a.b",[${deep}]]`))).toThrow(PROTOCOL);
  });
});

describe('a batch is read up to the first message that is none', () => {
  test.each([
    { name: 'JSON', objects: createJsonObjects({ isBatched: true }), bytes: new Uint8Array(10_000).fill(0x18) },
    { name: 'binary', objects: batched(createJsonObjects()), bytes: new Uint8Array(10_000) },
  ])('$name', ({ objects, bytes }) => {
    const counted = countingBytes(bytes);
    expect(() => objects.unserialize(counted.bytes)).toThrow(PROTOCOL);
    expect(counted.views).toBe(1);
  });
});
