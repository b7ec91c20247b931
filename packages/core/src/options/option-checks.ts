/** Says what a value should have been, as in "must be …", or `null` when the value is fine. */
export type OptionCheck = (value: unknown) => string | null;

export const isBoolean: OptionCheck = value => (typeof value === 'boolean' ? null : 'true or false');

export const isText: OptionCheck = value => (typeof value === 'string' ? null : 'a string');

/** An integer of at least `least`, at most `most`. */
export function isIntegerFrom(least: number, most: number = Number.MAX_SAFE_INTEGER): OptionCheck {
  const wanted = most === Number.MAX_SAFE_INTEGER ? `an integer, ${least} or more` : `an integer, ${least} to ${most}`;
  return value => (Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? null : wanted);
}

/** One of `values`. */
export function isOneOf(...values: readonly unknown[]): OptionCheck {
  return value => (values.includes(value) ? null : `one of ${values.join(', ')}`);
}

/** A list of at least `least` items that each pass `check`. */
export function isListOf(check: OptionCheck, least = 0): OptionCheck {
  return value => {
    if (!Array.isArray(value) || value.length < least) return least > 0 ? 'a list that is not empty' : 'a list';
    const wanted = value.map(check).find(result => result !== null);
    return wanted === undefined ? null : `a list, each of it ${wanted}`;
  };
}
