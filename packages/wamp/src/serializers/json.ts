/** WAMP in JSON. */

import { decodeText, encodeText } from '@ws/util/primitives';
import { ProtocolError, SerializationError } from '../errors.ts';
import type { IObjectSerializer } from '../messages/message.ts';
import { type BinaryText, base64Text, hexText, mayHoldBytes, refuseUnlessJson } from './binary-text.ts';
import { checkJsonDepth } from './json-depth.ts';
import { readAll, type ValueReader } from './reader.ts';
import { Serializer } from './serializer.ts';

export type { ISerializer } from './serializer.ts';

/** How {@link JsonSerializer} writes. */
export interface JsonOptions {
  /** Each message is followed by the byte 0x18, and a payload may hold many. */
  readonly isBatched?: boolean | undefined;
  /** Bytes are written as `0x` and hexadecimal digits, not as NUL and base64; all peers must agree on it. */
  readonly usesBinaryHex?: boolean | undefined;
}

/** Follows each message of a batch. */
const SEPARATOR = 0x18;
/** What some peers take for it. */
const RECORD_SEPARATOR = 0x1e;

/** Writes and reads JSON. Text is UTF-8, without blanks; bytes are NUL and base64. */
export function createJsonObjects({ isBatched = false, usesBinaryHex = false }: JsonOptions = {}): IObjectSerializer {
  const binary = usesBinaryHex ? hexText : base64Text;
  return isBatched
    ? {
        name: 'json',
        isBinary: false,
        serialize: value => encodeText(`${stringify(value, binary)}\x18`),
        unserialize: payload => readAll(new BatchReader(payload, binary)),
        read: payload => new BatchReader(payload, binary),
      }
    : {
        name: 'json',
        isBinary: false,
        serialize: value => encodeText(stringify(value, binary)),
        unserialize: payload => [parse(payload, binary)],
      };
}

// One for all, so that an event is written once for all the connections that it goes to.
const objects = /* @__PURE__ */ new Map<string, IObjectSerializer>();

function sharedObjects(options: JsonOptions): IObjectSerializer {
  const key = `${options.isBatched === true} ${options.usesBinaryHex === true}`;
  let found = objects.get(key);
  if (found === undefined) {
    found = createJsonObjects(options);
    objects.set(key, found);
  }
  return found;
}

/** WAMP messages in JSON: `wamp.2.json`, batched `wamp.2.json.batched`. */
export class JsonSerializer extends Serializer {
  constructor(options: JsonOptions = {}) {
    super({
      objects: sharedObjects(options),
      isBatched: options.isBatched === true,
      rawSocketSerializerId: 1,
      mimeType: 'application/json',
    });
  }
}

function stringify(value: unknown, binary: BinaryText): string {
  try {
    if (!mayHoldBytes(value)) {
      const json = JSON.stringify(value);
      if (!binary.mayHold(json)) return json;
    }
    return JSON.stringify(value, function (this: Record<string, unknown>, key, item) {
      // As it was: a Buffer has a form of its own in JSON.
      const given = this[key];
      if (given instanceof Uint8Array) return binary.encode(given);
      if (item instanceof Uint8Array) return binary.encode(item);
      refuseUnlessJson(item);
      return typeof item === 'string' ? binary.check(item) : item;
    });
  } catch (cause) {
    throw new SerializationError(`not to be written as JSON: ${(cause as Error).message}`, { cause });
  }
}

function parse(payload: Uint8Array, binary: BinaryText): unknown {
  try {
    const text = decodeText(payload);
    const value: unknown = binary.mayHold(text)
      ? JSON.parse(text, (_key, item) => (typeof item === 'string' ? binary.decode(item) : item))
      : JSON.parse(text);
    checkJsonDepth(value, text);
    return value;
  } catch (cause) {
    throw new ProtocolError(`not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** What stands behind the last separator is dropped. Each message is read before the next is looked for. */
class BatchReader implements ValueReader {
  readonly #payload: Uint8Array;
  readonly #binary: BinaryText;
  #start = 0;
  /** Where the separator stands behind the next message; -1: there is none. */
  #end: number;

  constructor(payload: Uint8Array, binary: BinaryText) {
    this.#payload = payload;
    this.#binary = binary;
    this.#end = endOf(payload, 0);
  }

  get hasMore(): boolean {
    return this.#end >= 0 || this.#start === 0;
  }

  next(): unknown {
    const start = this.#start;
    const end = this.#end;
    if (end < 0) throw new ProtocolError('batch: there is no separator');
    const value = parse(this.#payload.subarray(start, end), this.#binary);
    this.#start = end + 1;
    this.#end = endOf(this.#payload, this.#start);
    return value;
  }
}

/** Where the next separator stands; -1: nowhere. */
function endOf(payload: Uint8Array, start: number): number {
  for (let at = start; at < payload.length; at++) {
    if (payload[at] === SEPARATOR || payload[at] === RECORD_SEPARATOR) return at;
  }
  return -1;
}
