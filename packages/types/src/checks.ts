// Checks of arguments. `title` names the argument in the error. A wrong type is a TypeError, a wrong value a RangeError.

/** A token (RFC 9110, 5.6.2): a header name, a method, a subprotocol. */
export const TOKEN: RegExp = /^[!#$%&'*+.^_`|~\w-]+$/;

/** A valid header value (RFC 9110, 5.5): no CR, LF, NUL or other control character but tab, nothing beyond U+00FF. */
export const HEADER_VALUE: RegExp = /^[\t\x20-\x7e\x80-\xff]*$/;

export function checkString(title: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw new TypeError(`${title} must be a string`);
}

export function checkBoolean(title: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${title} must be a boolean`);
}

export function checkInteger(title: string, value: unknown, least: number, most: number): asserts value is number {
  if (typeof value !== 'number') throw new TypeError(`${title} must be a number`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${title} must be an integer from ${least} to ${most}, not ${value}`);
  }
}

/** Checks that `value` is a map: any object that is not a list. */
export function checkMap(title: string, value: unknown): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${title} must be an object`);
  }
}

export function checkList(title: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${title} must be an array`);
}

export function checkStrings(title: string, value: unknown): asserts value is readonly string[] {
  checkList(title, value);
  for (const item of value) checkString(`${title}: each`, item);
}

/** Checks that `value` is bytes, of any realm. */
export function checkBytes(title: string, value: unknown): asserts value is Uint8Array {
  const isBytes = value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]';
  if (!isBytes) throw new TypeError(`${title} must be a Uint8Array`);
}

/** Checks that `value` is a {@link TOKEN}. */
export function checkToken(title: string, value: unknown): asserts value is string {
  checkGrammar(title, value, TOKEN, 'an HTTP token');
}

/** Checks that `value` is a {@link HEADER_VALUE}. */
export function checkHeaderValue(title: string, value: unknown): asserts value is string {
  checkGrammar(title, value, HEADER_VALUE, 'a header value');
}

function checkGrammar(title: string, value: unknown, grammar: RegExp, kind: string): asserts value is string {
  checkString(title, value);
  if (!grammar.test(value)) throw new RangeError(`${title} is not ${kind}: ${JSON.stringify(value)}`);
}
