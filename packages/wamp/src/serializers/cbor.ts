/** WAMP in CBOR. */

import { Encoder } from 'cbor-x';
import { isDict } from '../checks.ts';
import { ProtocolError, SerializationError } from '../errors.ts';
import type { IObjectSerializer } from '../messages/message.ts';
import { batched } from './batching.ts';
import { Serializer } from './serializer.ts';
import { checkCborShape } from './shape.ts';
import { refuseUnwritable } from './unwritable.ts';

export type { ISerializer } from './serializer.ts';

/** How {@link CborSerializer} writes. */
export interface CborOptions {
  /** Each message comes after its length in 4 bytes, and a payload may hold many. */
  readonly isBatched?: boolean | undefined;
}

const codec = /* @__PURE__ */ new Encoder({
  useRecords: false,
  mapsAsObjects: true,
  variableMapSize: true,
  tagUint8Array: false,
  encodeUndefinedAsNil: true,
});

const plain: IObjectSerializer = {
  name: 'cbor',
  isBinary: true,
  serialize(value) {
    try {
      return plainBytes(codec.encode(replaced(value, toWide)));
    } catch (cause) {
      throw new SerializationError(`not to be written as CBOR: ${(cause as Error).message}`, { cause });
    }
  },
  unserialize(payload) {
    try {
      const hasWideIntegers = checkCborShape(payload);
      const value: unknown = codec.decode(plainBytes(payload));
      return [hasWideIntegers ? replaced(value, fromWide) : value];
    } catch (cause) {
      throw new ProtocolError(`not CBOR: ${(cause as Error).message}`, { cause });
    }
  },
};

const inBatches: IObjectSerializer = /* @__PURE__ */ batched(plain);

/** WAMP messages in CBOR: `wamp.2.cbor`, batched `wamp.2.cbor.batched`. */
export class CborSerializer extends Serializer {
  constructor({ isBatched = false }: CborOptions = {}) {
    super({
      objects: isBatched ? inBatches : plain,
      isBatched,
      rawSocketSerializerId: 3,
      mimeType: 'application/cbor',
    });
  }
}

/** On Node the codec works with `Buffer`s, and makes them of what it reads in one. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The codec writes integers of more than 32 bits as floats, which are no ids; but it knows bigints. */
function toWide(value: unknown): unknown {
  // The codec has tags for maps and the like, which checkCborShape does not take. It writes an ArrayBuffer as bytes.
  if (typeof value === 'object' && value !== null && !(value instanceof ArrayBuffer)) refuseUnwritable(value);
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return value;
  return value > 0xffff_ffff || value < -0x8000_0000 ? BigInt(value) : value;
}

/** It reads all integers of 64 bits as bigints. */
function fromWide(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const isExact = value <= Number.MAX_SAFE_INTEGER + 1 && value >= Number.MIN_SAFE_INTEGER;
  return isExact ? Number(value) : value;
}

/** The value with every scalar in it replaced; itself when that changes nothing. Shows `replace` other objects too. */
function replaced(value: unknown, replace: (value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return replace(value);
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    for (let i = 0; i < value.length; i++) {
      const item = replaced(value[i], replace);
      if (item === value[i]) continue;
      copy ??= value.slice();
      copy[i] = item;
    }
    return copy ?? value;
  }
  if (value.constructor !== Object) replace(value);
  if (!isDict(value)) return value;
  let copy: Record<string, unknown> | null = null;
  for (const key in value) {
    const item = replaced(value[key], replace);
    if (item === value[key]) continue;
    copy ??= { ...value };
    copy[key] = item;
  }
  return copy ?? value;
}
