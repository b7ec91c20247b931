// Checks of constructor arguments. A wrong type is a TypeError, a wrong value a RangeError.

/** @throws TypeError unless `value` is a boolean */
export function checkBoolean(title: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${title} must be a boolean`);
}

/** @throws TypeError unless `value` is a number, RangeError unless it is an integer from `low` to `high` */
export function checkInteger(title: string, value: unknown, low: number, high: number): void {
  if (typeof value !== 'number') throw new TypeError(`${title} must be a number`);
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`${title} must be an integer from ${low} to ${high}`);
  }
}

/** Like {@link checkInteger}, but also allows 0, which means that nothing is asked for. */
export function checkIntegerOrZero(title: string, value: unknown, low: number, high: number): void {
  if (value !== 0) checkInteger(title, value, low, high);
}

/** Like {@link checkInteger}, but also allows `null`, which stands for the default. */
export function checkIntegerOrNull(title: string, value: unknown, low: number, high: number): void {
  if (value !== null) checkInteger(title, value, low, high);
}

/** Checks the limits that every accept object has: `maxMessageSize` (or `null`) and `threshold`, both in bytes. */
export function checkSizes(maxMessageSize: number | null, threshold: number): void {
  checkIntegerOrNull('maxMessageSize', maxMessageSize, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('threshold', threshold, 0, Number.MAX_SAFE_INTEGER);
}

/** @throws TypeError unless `options` is an object that has no other keys than `known` */
export function checkOptions(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object');
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`unknown option "${name}"; there are ${known.join(', ')}`);
  }
}
