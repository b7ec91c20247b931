/** WAMP in MessagePack. */

import { Decoder, Encoder, ExtensionCodec } from '@msgpack/msgpack';
import { ProtocolError, SerializationError } from '../errors.ts';
import type { IObjectSerializer } from '../messages/message.ts';
import { batched } from './batching.ts';
import { Serializer } from './serializer.ts';
import { checkMsgpackShape } from './shape.ts';
import { refuseUnwritable } from './unwritable.ts';

export type { ISerializer } from './serializer.ts';

/** How {@link MsgpackSerializer} writes. */
export interface MsgpackOptions {
  /** Each message comes after its length in 4 bytes, and a payload may hold many. */
  readonly isBatched?: boolean | undefined;
}

const extensionCodec = /* @__PURE__ */ createExtensions();
const encoder = /* @__PURE__ */ new Encoder({ ignoreUndefined: true, extensionCodec });
const decoder = /* @__PURE__ */ new Decoder({ extensionCodec });

const PROTO = '__proto__';
/** The decoder fails at that key. With this one it comes as `__proto_`, as it does in CBOR. */
const protoDecoder = /* @__PURE__ */ new Decoder({
  extensionCodec,
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
      return encoder.encode(value);
    } catch (cause) {
      throw new SerializationError(`not to be written as MessagePack: ${(cause as Error).message}`, { cause });
    }
  },
  unserialize(payload) {
    try {
      const hasProto = checkMsgpackShape(payload);
      return [(hasProto ? protoDecoder : decoder).decode(payload)];
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

/** Besides dates: `undefined`, for which msgpackr, and so wampy, has the extension 0. */
function createExtensions(): ExtensionCodec {
  const extensions = new ExtensionCodec();
  extensions.register({ type: 0, encode: refuse, decode: () => undefined });
  return extensions;
}

/** Sees all objects that are written. The key would end the session of who reads it with the same library. */
function refuse(value: unknown): null {
  refuseUnwritable(value as object);
  if (Object.hasOwn(value as object, PROTO)) throw new RangeError(`the key ${PROTO} is not taken`);
  return null;
}
