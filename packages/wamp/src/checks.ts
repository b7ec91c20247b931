// Reading the parts of a raw message. Each reader throws a ProtocolError that says which part is wrong.

import { InvalidUriError, type Kwargs, ProtocolError } from './errors.ts';
import { isRealmName, isUri, type MatchPolicy } from './uri.ts';

/** The elements of a message as they came from a serializer. */
export type RawMessage = readonly unknown[];

/** A dictionary as it came from a serializer. */
export type RawDict = Readonly<Record<string, unknown>>;

/** No id is greater. */
export const MAX_ID: number = 2 ** 53;

/** A rule for one value: what it has to be, in words and in code. */
export interface Check {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/** Keys of a dictionary that are understood, with their rules. Others are ignored. */
export type OptionRows = ReadonlyMap<string, Check>;

export const anyValue: Check = { expected: 'anything', accepts: () => true };
export const isBoolean: Check = { expected: 'a boolean', accepts: value => typeof value === 'boolean' };
export const isText: Check = { expected: 'a string', accepts: value => typeof value === 'string' };
export const isTextOrBytes: Check = {
  expected: 'a string or bytes',
  accepts: value => typeof value === 'string' || value instanceof Uint8Array,
};
export const isTextOrNull: Check = {
  expected: 'a string or null',
  accepts: value => typeof value === 'string' || value === null,
};
export const isDictOrNull: Check = {
  expected: 'a dictionary or null',
  accepts: value => value === null || isDict(value),
};
export const isId: Check = { expected: 'an id', accepts: isIdValue };
export const isIdOrNull: Check = { expected: 'an id or null', accepts: value => value === null || isIdValue(value) };
export const isCount: Check = {
  expected: 'an integer of 0 or more',
  accepts: value => Number.isInteger(value) && (value as number) >= 0,
};
export const isPositive: Check = {
  expected: 'an integer above 0',
  accepts: value => Number.isInteger(value) && (value as number) > 0,
};
export const isUriText: Check = {
  expected: 'a URI',
  accepts: value => typeof value === 'string' && isUri(value),
};
export const isListOfIds: Check = {
  expected: 'a list of ids',
  accepts: value => Array.isArray(value) && value.every(isIdValue),
};
export const isListOfTexts: Check = {
  expected: 'a list of strings',
  accepts: value => Array.isArray(value) && value.every(item => typeof item === 'string'),
};

/** What an item of `forward_for` is. */
export interface Forwarder {
  readonly session: number;
  readonly authid: string | null;
  readonly authrole: string;
}

export const isForwardFor: Check = {
  expected: 'a list of { session, authid, authrole }',
  accepts: value =>
    Array.isArray(value) &&
    value.every(
      item =>
        isDict(item) &&
        isIdValue(item.session) &&
        isTextOrNull.accepts(item.authid ?? null) &&
        typeof item.authrole === 'string',
    ),
};

/** A rule that only knows some values. */
export function oneOf(...values: readonly string[]): Check {
  return { expected: `one of ${values.join(', ')}`, accepts: value => values.includes(value as string) };
}

/** Makes a table of options. */
export function optionRows(...tables: readonly Readonly<Record<string, Check>>[]): OptionRows {
  return new Map(tables.flatMap(table => Object.entries(table)));
}

/** A dictionary: an object that is neither a list nor bytes. Keys of serializers that know others are refused there. */
export function isDict(value: unknown): value is RawDict {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Map)
  );
}

/** @throws ProtocolError when the message has another number of elements */
export function checkLength(name: string, raw: RawMessage, least: number, most: number = least): void {
  if (raw.length >= least && raw.length <= most) return;
  const expected = least === most ? String(least) : `${least} to ${most}`;
  throw new ProtocolError(`${name} has ${expected} elements, not ${raw.length}`);
}

/** @throws ProtocolError */
export function readId(what: string, value: unknown): number {
  if (isIdValue(value)) return value;
  throw new ProtocolError(`${what} must be an integer from 0 to 2^53, not ${show(value)}`);
}

/** @throws ProtocolError */
export function readText(what: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new ProtocolError(`${what} must be a string, not ${show(value)}`);
}

/** @throws ProtocolError, InvalidUriError */
export function readUri(what: string, value: unknown, match: MatchPolicy = 'exact'): string {
  const text = readText(what, value);
  if (isUri(text, match)) return text;
  throw new InvalidUriError(`${what} is no URI: ${show(text)}`);
}

/** @throws ProtocolError, InvalidUriError */
export function readRealm(what: string, value: unknown): string {
  const text = readText(what, value);
  if (isRealmName(text)) return text;
  throw new InvalidUriError(`${what} is no name of a realm: ${show(text)}`);
}

/** @throws ProtocolError */
export function readDict(what: string, value: unknown): Kwargs {
  if (isDict(value)) return value;
  throw new ProtocolError(`${what} must be a dictionary, not ${show(value)}`);
}

/**
 * The keys that are understood, checked, and `x_…` keys as they are. Some clients write null, or CBOR's undefined, for
 * what they leave out.
 *
 * @throws ProtocolError
 */
export function readOptions<Options extends object>(what: string, value: unknown, rows: OptionRows): Options {
  const given = readDict(what, value);
  const options: Record<string, unknown> = {};
  for (const key in given) {
    const item = given[key];
    const check = rows.get(key);
    if (check !== undefined) {
      if (item === undefined || (item === null && !check.accepts(null))) continue;
      if (!check.accepts(item)) throw new ProtocolError(`${what}.${key} must be ${check.expected}, not ${show(item)}`);
      options[key] = item;
    } else if (key.startsWith('x_')) {
      options[key] = item;
    }
  }
  return options as Options;
}

/** A value in an error's text, cut short. */
export function show(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 40 ? `${JSON.stringify(value.slice(0, 40))}…` : JSON.stringify(value);
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'bigint') return 'an integer of more than 53 bits';
  return typeof value === 'object' && value !== null ? 'a dictionary' : String(value);
}

function isIdValue(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_ID;
}
