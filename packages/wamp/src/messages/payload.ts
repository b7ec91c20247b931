// The end of a message: arguments, keyword arguments, or one payload that nobody between the two ends looks into.

import {
  type Check,
  isDict,
  isText,
  isTextOrBytes,
  type OptionRows,
  optionRows,
  type RawMessage,
  show,
} from '../checks.ts';
import { type Kwargs, ProtocolError } from '../errors.ts';
import { WampMessage } from './message.ts';

/** Positional arguments; or the transparent payload: bytes, or text where the format has no bytes of its own. */
export type PayloadArgs = readonly unknown[] | Uint8Array | string | null;

/** Option keys of messages with a transparent payload. */
export interface EncodingOptions {
  readonly enc_algo?: string;
  readonly enc_key?: string | Uint8Array;
  readonly enc_serializer?: string;
}

const ALGORITHMS = ['cryptobox', 'mqtt', 'xbr'];
const SERIALIZERS = ['json', 'msgpack', 'cbor', 'ubjson', 'flatbuffers'];

function known(names: readonly string[]): Check {
  return {
    expected: `one of ${names.join(', ')} or x_…`,
    accepts: value => typeof value === 'string' && (names.includes(value) || value.startsWith('x_')),
  };
}

const ENCODING_ROWS: OptionRows = /* @__PURE__ */ optionRows({
  enc_algo: /* @__PURE__ */ known(ALGORITHMS),
  enc_key: isTextOrBytes,
  enc_serializer: /* @__PURE__ */ known(SERIALIZERS),
});

/** The tables of a message with a payload: without and with a transparent one. */
export interface PayloadRows {
  readonly plain: OptionRows;
  readonly transparent: OptionRows;
}

/** Makes both tables. */
export function payloadRows(rows: OptionRows): PayloadRows {
  return { plain: rows, transparent: new Map([...rows, ...ENCODING_ROWS]) };
}

/** The table to read options with, by what lies in the place of the arguments. */
export function rowsFor(rows: PayloadRows, raw: RawMessage, at: number): OptionRows {
  return isTransparent(raw[at]) ? rows.transparent : rows.plain;
}

/** Messages that carry a payload. */
export abstract class PayloadMessage extends WampMessage {
  readonly args: PayloadArgs;
  readonly kwargs: Kwargs | null;

  constructor(args: PayloadArgs, kwargs: Kwargs | null) {
    super();
    this.args = args;
    this.kwargs = kwargs;
  }

  /** The transparent payload. `null`: there are arguments, or nothing. */
  get payload(): Uint8Array | string | null {
    return isTransparent(this.args) ? this.args : null;
  }
}

/**
 * What stands in the place of the arguments.
 *
 * @param takesText whether a transparent payload may be text
 * @throws ProtocolError
 */
export function readArgs(name: string, raw: RawMessage, at: number, takesText: boolean): PayloadArgs {
  if (raw.length <= at) return null;
  const value = raw[at];
  if (Array.isArray(value)) return value;
  if (isTransparent(value) && (takesText || !isText.accepts(value))) {
    if (raw.length > at + 1) throw new ProtocolError(`${name}: nothing may follow a transparent payload`);
    return value;
  }
  // Some peers write null for no arguments, when keyword arguments follow.
  if (value === null) return null;
  throw new ProtocolError(`${name}.Arguments must be a list, not ${show(value)}`);
}

/** What stands in the place of the keyword arguments. @throws ProtocolError */
export function readKwargs(name: string, raw: RawMessage, at: number): Kwargs | null {
  if (raw.length <= at + 1) return null;
  const value = raw[at + 1];
  if (isDict(value)) return value;
  throw new ProtocolError(`${name}.ArgumentsKw must be a dictionary, not ${show(value)}`);
}

/** Appends a payload to a message; nothing when there is none. */
export function withPayload(elements: unknown[], { args, kwargs }: PayloadMessage): unknown[] {
  if (kwargs !== null && hasKeys(kwargs)) elements.push(args ?? [], kwargs);
  else if (args !== null && (args.length > 0 || isTransparent(args))) elements.push(args);
  return elements;
}

function isTransparent(value: unknown): value is Uint8Array | string {
  return value instanceof Uint8Array || typeof value === 'string';
}

function hasKeys(dict: Kwargs): boolean {
  for (const _ in dict) return true;
  return false;
}
