// Many messages in one payload: each after its length in 4 bytes, the highest first.

import { ProtocolError } from '../errors.ts';
import type { IObjectSerializer } from '../messages/message.ts';

const LENGTH_SIZE = 4;

/** The batched form of a binary serializer. */
export function batched(plain: IObjectSerializer): IObjectSerializer {
  return {
    name: plain.name,
    isBinary: true,
    serialize: value => withLength(plain.serialize(value)),
    unserialize: payload => readBatch(payload, plain),
  };
}

function withLength(bytes: Uint8Array): Uint8Array {
  const payload = new Uint8Array(LENGTH_SIZE + bytes.length);
  new DataView(payload.buffer).setUint32(0, bytes.length);
  payload.set(bytes, LENGTH_SIZE);
  return payload;
}

/** Each message is read before the next is looked for: a batch that is none costs no more than up to there. */
function readBatch(payload: Uint8Array, plain: IObjectSerializer): unknown[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const messages: unknown[] = [];
  for (let at = 0; at < payload.length; ) {
    if (payload.length - at < LENGTH_SIZE) throw new ProtocolError('batch: a length is cut off');
    const start = at + LENGTH_SIZE;
    const end = start + view.getUint32(at);
    if (end > payload.length) throw new ProtocolError('batch: a message is cut off');
    messages.push(...plain.unserialize(payload.subarray(start, end)));
    at = end;
  }
  return messages;
}
