// What the constructors demand of their arguments. Wrong types are TypeErrors, wrong values RangeErrors.

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

/** As {@link checkInteger}, where 0 means that nothing is asked for. */
export function checkIntegerOrZero(title: string, value: unknown, low: number, high: number): void {
  if (value !== 0) checkInteger(title, value, low, high);
}

/** As {@link checkInteger}, where `null` leaves it to the default. */
export function checkIntegerOrNull(title: string, value: unknown, low: number, high: number): void {
  if (value !== null) checkInteger(title, value, low, high);
}

/** The limits that every accept object can carry: a size of messages or `null`, and a threshold; both in bytes. */
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
