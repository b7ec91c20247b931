// Many messages in one payload: each after its length in 4 bytes, the highest first.

import { ProtocolError } from '../errors.ts';
import type { IObjectSerializer } from '../messages/message.ts';
import { readAll, type ValueReader } from './reader.ts';

const LENGTH_SIZE = 4;

/** The batched form of a binary serializer. */
export function batched(plain: IObjectSerializer): IObjectSerializer {
  return {
    name: plain.name,
    isBinary: true,
    serialize: value => withLength(plain.serialize(value)),
    unserialize: payload => readAll(new BatchReader(payload, plain)),
    read: payload => new BatchReader(payload, plain),
  };
}

function withLength(bytes: Uint8Array): Uint8Array {
  const payload = new Uint8Array(LENGTH_SIZE + bytes.length);
  new DataView(payload.buffer).setUint32(0, bytes.length);
  payload.set(bytes, LENGTH_SIZE);
  return payload;
}

/** Each message is read before the next is looked for: a batch that is none costs no more than up to there. */
class BatchReader implements ValueReader {
  readonly #payload: Uint8Array;
  readonly #plain: IObjectSerializer;
  readonly #view: DataView;
  #at = 0;

  constructor(payload: Uint8Array, plain: IObjectSerializer) {
    this.#payload = payload;
    this.#plain = plain;
    this.#view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  }

  get hasMore(): boolean {
    return this.#at < this.#payload.length;
  }

  next(): unknown {
    const payload = this.#payload;
    const start = this.#at + LENGTH_SIZE;
    if (start > payload.length) throw new ProtocolError('batch: a length is cut off');
    const end = start + this.#view.getUint32(this.#at);
    if (end > payload.length) throw new ProtocolError('batch: a message is cut off');
    this.#at = end;
    return this.#plain.unserialize(payload.subarray(start, end))[0];
  }
}
