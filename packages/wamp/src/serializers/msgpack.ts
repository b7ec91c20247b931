/** WAMP in MessagePack. */

import {
  Decoder,
  decodeTimestampExtension,
  Encoder,
  EXT_TIMESTAMP,
  ExtensionCodec,
  encodeTimestampExtension,
} from '@msgpack/msgpack';
import type { RawMessage } from '../checks.ts';
import { ProtocolError, SerializationError } from '../errors.ts';
import type { IObjectSerializer } from '../messages/message.ts';
import { batched } from './batching.ts';
import { MAX_DEPTH } from './limits.ts';
import { checkMsgpackShape } from './msgpack-shape.ts';
import { Serializer } from './serializer.ts';
import { refuseUnwritable } from './unwritable.ts';
import { narrowed, replaced, widened } from './wide-integers.ts';

export type { ISerializer } from './serializer.ts';

/** How {@link MsgpackSerializer} writes. */
export interface MsgpackOptions {
  /** Each message comes after its length in 4 bytes, and a payload may hold many. */
  readonly isBatched?: boolean | undefined;
}

const extensionCodec = /* @__PURE__ */ createExtensions();
const encoder = /* @__PURE__ */ new Encoder({ ignoreUndefined: true, maxDepth: MAX_DEPTH, extensionCodec });
const decoder = /* @__PURE__ */ new Decoder({ extensionCodec });

// What few messages need, and all would pay for: bigints, of which the codec makes all integers of 64 bits then.
const wideEncoder = /* @__PURE__ */ new Encoder({
  ignoreUndefined: true,
  maxDepth: MAX_DEPTH,
  extensionCodec,
  useBigInt64: true,
});
const PROTO = '__proto__';
/** The decoder fails at that key. With this one it comes as `__proto_`, as it does in CBOR. */
const carefulDecoder = /* @__PURE__ */ new Decoder({
  extensionCodec,
  useBigInt64: true,
  keyDecoder: {
    canBeCached: length => length === PROTO.length,
    decode(bytes, start, length) {
      const key = decoder.decode(Uint8Array.of(0xa0 | length, ...bytes.subarray(start, start + length))) as string;
      return key === PROTO ? '__proto_' : key;
    },
  },
});

const plain: IObjectSerializer = {
  name: 'msgpack',
  isBinary: true,
  serialize(value) {
    try {
      return encode(value);
    } catch (cause) {
      throw new SerializationError(`not to be written as MessagePack: ${(cause as Error).message}`, { cause });
    }
  },
  unserialize(payload) {
    try {
      const isUsual = checkMsgpackShape(payload);
      return [isUsual ? decoder.decode(payload) : replaced(carefulDecoder.decode(payload), narrowed)];
    } catch (cause) {
      throw new ProtocolError(`not MessagePack: ${(cause as Error).message}`, { cause });
    }
  },
};

const inBatches: IObjectSerializer = /* @__PURE__ */ batched(plain);

/** WAMP messages in MessagePack: `wamp.2.msgpack`, batched `wamp.2.msgpack.batched`. */
export class MsgpackSerializer extends Serializer {
  constructor({ isBatched = false }: MsgpackOptions = {}) {
    super({
      objects: isBatched ? inBatches : plain,
      isBatched,
      rawSocketSerializerId: 2,
      mimeType: 'application/x-msgpack',
    });
  }
}

/** Thrown at a bigint. */
const WIDE = /* @__PURE__ */ new RangeError('a bigint');

function encode(value: RawMessage): Uint8Array {
  try {
    return encoder.encode(value);
  } catch (error) {
    if (error !== WIDE) throw error;
    return wideEncoder.encode(replaced(value, toWide));
  }
}

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

function toWide(value: unknown): unknown {
  if (typeof value === 'bigint' && (value < INT64_MIN || value > UINT64_MAX)) {
    throw new RangeError('an integer of more than 64 bits');
  }
  return widened(value);
}

/** Besides dates: `undefined`, for which msgpackr, and so wampy, has the extension 0. */
function createExtensions(): ExtensionCodec {
  const extensions = new ExtensionCodec();
  extensions.register({ type: 0, encode: refuse, decode: () => undefined });
  extensions.register({ type: EXT_TIMESTAMP, encode: encodeDate, decode: decodeTimestampExtension });
  return extensions;
}

/** Sees all objects that are written. The key would end the session of who reads it with the same library. */
function refuse(value: unknown): null {
  if (typeof value === 'bigint') throw WIDE;
  if (typeof value !== 'object' || value === null) return null;
  refuseUnwritable(value);
  if (Object.hasOwn(value, PROTO)) throw new RangeError(`the key ${PROTO} is not taken`);
  return null;
}

/** The library writes an invalid date as 1970. */
function encodeDate(value: unknown): Uint8Array | null {
  if (value instanceof Date && Number.isNaN(value.getTime())) throw new RangeError('an invalid date');
  return encodeTimestampExtension(value);
}
