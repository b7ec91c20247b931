// Assertions of the contract suites. They need no test runner's `expect`, only a test that fails when an error is thrown.

/** Thrown when an implementation breaks a rule of a contract. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

/** Checks a condition. @throws {@link ContractError} with `rule` unless `condition` holds */
export function check(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new ContractError(rule);
}

/** Checks that two values are equal. @throws {@link ContractError} with `rule` unless they are deeply equal */
export function checkEqual(actual: unknown, expected: unknown, rule: string): void {
  if (equalValues(actual, expected)) return;
  throw new ContractError(`${rule}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Whether two values are equal by content: bytes, arrays, errors (name, message, own fields), objects by own fields. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  // A Node `Buffer` is a Uint8Array like any other.
  if (a instanceof Uint8Array && b instanceof Uint8Array) return equalBytes(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Map || a instanceof Set) return equalValues([...a], [...(b as typeof a)]);
  if (a instanceof Error && (a.message !== (b as Error).message || a.name !== (b as Error).name)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const fields = b as Readonly<Record<string, unknown>>;
  return keys.every(key => Object.hasOwn(b, key) && equalValues((a as typeof fields)[key], fields[key]));
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Formats a value in a few words, for error messages. */
export function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Uint8Array) {
    const digits = Array.from(value.subarray(0, 32), byte => byte.toString(16).padStart(2, '0')).join(' ');
    return `<${value.length} bytes${value.length > 0 ? `: ${digits}` : ''}${value.length > 32 ? ' …' : ''}>`;
  }
  if (Array.isArray(value)) return `[${value.slice(0, 16).map(show).join(', ')}${value.length > 16 ? ', …' : ''}]`;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  return `{ ${Object.entries(value)
    .map(([key, field]) => `${key}: ${show(field)}`)
    .join(', ')} }`;
}
