/** WAMP in CBOR. */

import { Encoder, Tag } from 'cbor-x';
import { ProtocolError, SerializationError } from '../errors.ts';
import type { IObjectSerializer } from '../messages/message.ts';
import { batched } from './batching.ts';
import { decodeCbor } from './cbor-decoder.ts';
import { Serializer } from './serializer.ts';
import { refuseUnwritable } from './unwritable.ts';
import { bytesOf, replaced, widened } from './wide-integers.ts';

export type { ISerializer } from './serializer.ts';

/** How {@link CborSerializer} writes. */
export interface CborOptions {
  /** Each message comes after its length in 4 bytes, and a payload may hold many. */
  readonly isBatched?: boolean | undefined;
}

const encoder = /* @__PURE__ */ new Encoder({
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
      return plainBytes(encoder.encode(replaced(value, toWide)));
    } catch (cause) {
      throw new SerializationError(`not to be written as CBOR: ${(cause as Error).message}`, { cause });
    }
  },
  unserialize(payload) {
    try {
      return [decodeCbor(plainBytes(payload))];
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

const UINT64_MAX = 2n ** 64n - 1n;

/** The codec writes integers of more than 32 bits as floats, which are no ids; but it knows bigints. */
function toWide(value: unknown): unknown {
  // It has tags for maps and the like, which decodeCbor does not take. It writes an ArrayBuffer as bytes.
  if (typeof value === 'object' && value !== null && !(value instanceof ArrayBuffer)) refuseUnwritable(value);
  if (typeof value === 'bigint' && (value > UINT64_MAX || value < -UINT64_MAX)) return tagged(value);
  return widened(value);
}

/** An integer of more than 64 bits. The codec would shift its bytes out one after another, which is not linear. */
function tagged(value: bigint): Tag {
  return value < 0n ? new Tag(bytesOf(-1n - value), 3) : new Tag(bytesOf(value), 2);
}
