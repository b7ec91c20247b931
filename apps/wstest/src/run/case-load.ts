import type { TestCase } from '../cases/test-case.ts';
import { Gate } from './gate.ts';

/** Heavy cases at a time: enough to keep tester and peer busy, few enough that none misses its limit of time. */
const CAPACITY = 3;

/** The gate that cases pass before they begin. */
export function createGate(): Gate {
  return new Gate(CAPACITY);
}

/** What a case weighs at the gate. */
export function weightOf({ load = 'light' }: TestCase): number {
  return load === 'light' ? 0 : load === 'heavy' ? 1 : CAPACITY;
}
