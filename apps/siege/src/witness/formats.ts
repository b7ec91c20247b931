// CBOR (RFC 8949) and MessagePack, as far as an attacker writes them: messages of WAMP, and values that cost much to read.

/** A value, or bytes that are put where a value would stand. */
export type Value = number | string | Uint8Array | readonly Value[] | { readonly [key: string]: Value };

export interface Format {
  /** The name in the subprotocol of WAMP. */
  readonly name: 'cbor' | 'msgpack';
  encode(value: Value): Buffer;
  /** The head of a list, or of a dictionary, of so many values. */
  head(kind: 'list' | 'dict', count: number): Buffer;
}

function join(
  format: Format,
  text: (bytes: Buffer) => Buffer,
  integer: (value: number) => Buffer,
  value: Value,
): Buffer {
  if (typeof value === 'number') return integer(value);
  if (typeof value === 'string') return text(Buffer.from(value));
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) {
    return Buffer.concat([format.head('list', value.length), ...value.map(item => format.encode(item))]);
  }
  const entries = Object.entries(value);
  return Buffer.concat([format.head('dict', entries.length), ...entries.flat().map(item => format.encode(item))]);
}

function withUint32(head: number, value: number): Buffer {
  const bytes = Buffer.of(head, 0, 0, 0, 0);
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

const cborHead = (major: number, value: number): Buffer =>
  value < 24 ? Buffer.of((major << 5) | value) : withUint32((major << 5) | 26, value);

export const CBOR: Format = {
  name: 'cbor',
  head: (kind, count) => cborHead(kind === 'list' ? 4 : 5, count),
  encode: value =>
    join(
      CBOR,
      bytes => Buffer.concat([cborHead(3, bytes.length), bytes]),
      integer => cborHead(0, integer),
      value,
    ),
};

export const MSGPACK: Format = {
  name: 'msgpack',
  head: (kind, count) => withUint32(kind === 'list' ? 0xdd : 0xdf, count),
  encode: value =>
    join(
      MSGPACK,
      bytes => Buffer.concat([withUint32(0xdb, bytes.length), bytes]),
      integer => withUint32(0xce, integer),
      value,
    ),
};

/** A list of as many equal values as go into so many bytes. */
function listOf(format: Format, item: Buffer, size: number): Buffer {
  const count = Math.floor((size - 5) / item.length);
  return Buffer.concat([format.head('list', count), Buffer.alloc(count * item.length, item)]);
}

/** A dictionary with as many different keys as go into so many bytes. */
function dictOf(format: Format, size: number): Buffer {
  const pair = (key: number): Buffer => Buffer.concat([keyText(format, key), Buffer.of(0)]);
  const width = pair(0).length;
  const count = Math.floor((size - 5) / width);
  const bytes = Buffer.alloc(count * width, pair(0));
  for (let i = 0; i < count; i++) bytes.write(i.toString(36).padStart(5, '0'), (i + 1) * width - 6, 'latin1');
  return Buffer.concat([format.head('dict', count), bytes]);
}

function keyText(format: Format, key: number): Buffer {
  const text = Buffer.from(key.toString(36).padStart(5, '0'));
  return Buffer.concat([Buffer.of((format.name === 'cbor' ? 0x60 : 0xa0) | text.length), text]);
}

/** So many containers within each other as a message may have: each holds a list and what comes before it. */
function nested(head: number, depth: number): Buffer {
  return Buffer.concat([Buffer.alloc(depth, head), Buffer.of(head & 0xf0)]);
}

const bytesOf = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** The most containers within each other, less the message, its arguments and the list itself. */
const DEPTH = 990;

/** One of each type of CBOR. */
const CBOR_ITEMS: Readonly<Record<string, Buffer>> = {
  integers: bytesOf('00'),
  'wide integers': bytesOf('1b ffffffffffffffff'),
  'wide negative integers': bytesOf('3b ffffffffffffffff'),
  bytes: bytesOf('40'),
  texts: bytesOf('62 c3a9'),
  lists: bytesOf('80'),
  'unended lists': bytesOf('9f ff'),
  dictionaries: bytesOf('a0'),
  'nested lists': nested(0x81, DEPTH),
  dates: bytesOf('c0 6a 323032362d30312d3031'),
  'dates as numbers': bytesOf('c1 00'),
  bignums: Buffer.concat([bytesOf('c2 59 0400'), Buffer.alloc(1024, 0xff)]),
  'decimal fractions': bytesOf('c4 82 20 1b 001fffffffffffff'),
  bigfloats: bytesOf('c5 82 20 1b 001fffffffffffff'),
  'half floats': bytesOf('f9 3c01'),
  floats: bytesOf('fb 3ff199999999999a'),
};

/** One of each type of MessagePack. */
const MSGPACK_ITEMS: Readonly<Record<string, Buffer>> = {
  integers: bytesOf('00'),
  'wide integers': bytesOf('cf ffffffffffffffff'),
  'wide negative integers': bytesOf('d3 8000000000000000'),
  bytes: bytesOf('c4 00'),
  texts: bytesOf('a2 c3a9'),
  lists: bytesOf('90'),
  dictionaries: bytesOf('80'),
  'nested lists': nested(0x91, DEPTH),
  dates: bytesOf('d6 ff 00000000'),
  'wide dates': bytesOf('c7 0c ff 00000000 0000000000000000'),
  extensions: bytesOf('d4 01 00'),
  floats: bytesOf('cb 3ff199999999999a'),
};

/** What a format has values of. */
export function typesOf(format: Format): string[] {
  return [...Object.keys(format.name === 'cbor' ? CBOR_ITEMS : MSGPACK_ITEMS), 'keys'];
}

/** A value that is so long at most, of many values of a type. */
export function argumentOf(format: Format, type: string, size: number): Buffer {
  if (type === 'keys') return dictOf(format, size);
  return listOf(format, (format.name === 'cbor' ? CBOR_ITEMS : MSGPACK_ITEMS)[type]!, size);
}
