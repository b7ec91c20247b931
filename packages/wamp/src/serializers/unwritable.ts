// What a payload cannot hold: it would be written as an empty dictionary, or as something else than it is.

// Symbol.iterator tells of maps, sets, arrays of numbers and generators.
const OTHERS = [Error, RegExp, Promise, WeakMap, WeakSet, ArrayBuffer, DataView];

/** @throws TypeError for an object that is neither a list nor a dictionary, a date or bytes */
export function refuseUnwritable(value: object): void {
  // perf: the usual ones are told by one look.
  if (value.constructor === Object || Array.isArray(value) || value instanceof Uint8Array) return;
  if (Symbol.iterator in value || OTHERS.some(each => value instanceof each)) {
    throw new TypeError(`${Object.prototype.toString.call(value)} is no list, dictionary, date or bytes`);
  }
}
