// What reads WAMP's messages, in each format: plain and batched.

import { ProtocolError, Publish, SerializationError } from '@ws/wamp';
import { createTransportSerializer, type ISerializer } from '@ws/wamp/serializers';
import { type FuzzTarget, promise } from './target.ts';

/** How an input becomes the only argument of a publication: `[16, 1, {}, "a.b", [*]]`. */
interface Envelope {
  readonly head: string;
  readonly tail: string;
}

/** What was read, or that it was none. */
function read(serializer: ISerializer, bytes: Uint8Array): readonly { marshal(): unknown[] }[] | null {
  try {
    return serializer.unserialize(bytes, serializer.isBinary);
  } catch (error) {
    promise(error instanceof ProtocolError, `a ProtocolError: not ${error}`);
    return null;
  }
}

/** The same, message by message. */
function readOneByOne(serializer: ISerializer, bytes: Uint8Array): readonly { marshal(): unknown[] }[] | null {
  try {
    const reader = serializer.read!(bytes, serializer.isBinary);
    const messages: { marshal(): unknown[] }[] = [];
    while (reader.hasMore) messages.push(reader.next());
    return messages;
  } catch (error) {
    promise(error instanceof ProtocolError, `a ProtocolError, one by one: not ${error}`);
    return null;
  }
}

/** What a byte of input may take. A number of 3 bytes that is a key in CBOR becomes a text of 14 characters. */
const MOST_WEIGHT = 8;

/** What a value takes: 1 for each value and key in it, for each character and each byte. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length;
  if (typeof value === 'bigint') return 1 + value.toString(16).length / 2;
  if (value instanceof Uint8Array) return 1 + value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + weightOf(item), 1);
  if (typeof value !== 'object' || value === null || value instanceof Date) return 1;
  return Object.entries(value).reduce((sum, [key, item]) => sum + 1 + key.length + weightOf(item), 1);
}

/** Whether two values are the same to who reads them: what is left out or undefined is null, and -0 is 0. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number')
    return one === other || (Number.isNaN(one) && Number.isNaN(other));
  if (one === undefined || one === null) return other === undefined || other === null;
  // A half of a surrogate pair, which broken UTF-8 may become, is written as U+FFFD.
  if (typeof one === 'string') return typeof other === 'string' && Buffer.from(one).equals(Buffer.from(other));
  if (typeof one !== 'object' || typeof other !== 'object' || other === null) return one === other;
  if (one instanceof Date) return other instanceof Date && isSame(one.getTime(), other.getTime());
  if (one instanceof Uint8Array) return other instanceof Uint8Array && Buffer.from(one).equals(other);
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((item, i) => isSame(item, other[i]));
  }
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every(key => isSame(a[key], b[key]));
}

function checkThereAndBack(serializer: ISerializer, value: unknown, replaced: (value: unknown) => unknown): void {
  let bytes: Uint8Array;
  try {
    bytes = serializer.serialize(new Publish(1, {}, 'a.b', [value]));
  } catch (error) {
    // What a format has no form for, such as a date that is none.
    promise(error instanceof SerializationError, `a SerializationError: not ${error}`);
    return;
  }
  const messages = read(serializer, bytes);
  promise(messages !== null && messages.length === 1, 'what was written can be read');
  const [again] = messages[0]!.marshal()[4] as unknown[];
  promise(isSame(replaced(value), again), `there and back: ${show(value)} and ${show(again)}`);
}

function show(value: unknown): string {
  return String(JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? `${item}n` : item))).slice(0, 200);
}

/** Numbers that JSON has no form for are null in it. */
function jsonForm(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(jsonForm);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonForm(item)]));
}

function createTarget(
  name: string,
  envelope: Envelope,
  rest: Pick<FuzzTarget, 'dictionary' | 'seeds'>,
  replaced: (value: unknown) => unknown = value => value,
): FuzzTarget {
  const [plain, batched] = [createTransportSerializer(name), createTransportSerializer(`${name}.batched`)];
  const [head, tail] = [Buffer.from(envelope.head, 'latin1'), Buffer.from(envelope.tail, 'latin1')];
  return {
    name,
    ...rest,
    run(input) {
      const together = read(batched, input);
      const apart = readOneByOne(batched, input);
      promise((together === null) === (apart === null), 'a batch is one, read at once or one by one');
      promise(
        isSame(
          together?.map(each => each.marshal()),
          apart?.map(each => each.marshal()),
        ),
        'and the same',
      );
      read(plain, input);
      const messages = read(plain, Uint8Array.from(Buffer.concat([head, input, tail])));
      if (messages === null) return;
      const [args] = messages.map(message => message.marshal()[4] as unknown[]);
      for (const value of args ?? []) {
        promise(
          weightOf(value) <= MOST_WEIGHT * input.length + 16,
          `too much memory: ${weightOf(value)} of ${input.length}`,
        );
        checkThereAndBack(plain, value, replaced);
      }
    },
  };
}

const MESSAGES = ['[16,1,{},"a.b"]', '[16,1,{},"a.b",[1]]', '[48,2,{},"a",["x"],{"y":1}]'];

export const jsonTarget: FuzzTarget = createTarget(
  'json',
  { head: '[16,1,{},"a.b",[', tail: ']]' },
  {
    dictionary: [
      ...['[', ']', '{', '}', ',', ':', '"', '\\u0000', '\\"', '"\\u0000AAAA"', '"__proto__":', '1e400', '-0', 'null'],
      ...['\x18', '\x1e', '[16,1,{},"a.b"]', '\\ud800', '\xc3\xa9', '\xff', '9007199254740993', '[[[[[[[[', ']]]]]]]]'],
    ],
    seeds: [
      ...['1', '"text"', '{"a":[1,2.5,-3,true,null]}', '"\\u0000SGVsbG8="', '[[],{},[{}]]', '"\\u0000no base64"'],
      `${MESSAGES.join('\x18')}\x18`,
    ],
  },
  jsonForm,
);

export const msgpackTarget: FuzzTarget = createTarget(
  'msgpack',
  { head: '\x95\x10\x01\x80\xa3a.b\x91', tail: '' },
  {
    dictionary: [
      ...[
        '\x80',
        '\x81',
        '\x90',
        '\x91',
        '\xa1a',
        '\xa9__proto__',
        '\xc0',
        '\xc1',
        '\xc4\x02',
        '\xc7\x0c\xff',
        '\xd6\xff',
      ],
      ...[
        '\xcf\xff\xff\xff\xff\xff\xff\xff\xff',
        '\xd3\x80\x00\x00\x00\x00\x00\x00\x00',
        '\xdd\xff\xff\xff\xff',
        '\xdf',
      ],
      ...['\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00', '\xd4\x00', '\xd4\x05', '\xd9', '\xdc\x00', '\x00\x00\x00\x09'],
    ],
    seeds: [
      ...[
        '\x01',
        '\xa5hello',
        '\x92\x01\xc3',
        '\x82\xa1a\x01\xa1b\x93\x01\x02\xc0',
        '\xc4\x03\x01\x02\x03',
        '\xcb@\x04',
      ],
      ...['\xd7\xff\x00\x00\x00\x01\x00\x00\x00\x02', '\xcf\x00\x20\x00\x00\x00\x00\x00\x01', '\xc7\x03\x05abc'],
      '\x00\x00\x00\x09\x94\x10\x01\x80\xa3a.b\x00\x00\x00\x09\x94\x10\x02\x80\xa3a.b',
    ],
  },
);

export const cborTarget: FuzzTarget = createTarget(
  'cbor',
  { head: '\x85\x10\x01\xa0ca.b\x81', tail: '' },
  {
    dictionary: [
      ...[
        '\x80',
        '\x81',
        '\x9f',
        '\xa0',
        '\xa1',
        '\xbf',
        '\xff',
        '\x40',
        '\x5f',
        '\x7f',
        '\x61a',
        '\x69__proto__',
        '\xf6',
      ],
      ...[
        '\x1b\xff\xff\xff\xff\xff\xff\xff\xff',
        '\x3b\x7f\xff\xff\xff\xff\xff\xff\xff',
        '\x9b\xff\xff\xff\xff',
        '\xf7',
      ],
      ...[
        '\xc0',
        '\xc1',
        '\xc2\x49',
        '\xc3\x42\x01\x02',
        '\xc4\x82\x20\x01',
        '\xc5\x82\x01\x19',
        '\xd8\x40',
        '\xd8\x1c',
      ],
      ...[
        '\xf9\x7c\x00',
        '\xf9\x00\x01',
        '\xfa\x7f\x80\x00\x00',
        '\xfb\x7f\xf0\x00\x00\x00\x00\x00\x00',
        '\x1c',
        '\xf8',
      ],
    ],
    seeds: [
      ...[
        '\x01',
        '\x65hello',
        '\x82\x01\xf5',
        '\xa2\x61a\x01\x61b\x83\x01\x02\xf6',
        '\x43\x01\x02\x03',
        '\xf9\x3c\x00',
      ],
      ...['\xc1\x1a\x50\x00\x00\x00', '\xc2\x49\x01\x00\x00\x00\x00\x00\x00\x00\x00', '\xbf\x61a\x9f\x01\xff\xff'],
      ...['\xc0\x742013-03-21T20:04:00Z', '\xc4\x82\x21\x19\x6a\xb3', '\xd8\x40\x43\x01\x02\x03'],
      '\x00\x00\x00\x08\x84\x10\x01\xa0ca.b\x00\x00\x00\x08\x84\x10\x02\xa0ca.b',
    ],
  },
);
