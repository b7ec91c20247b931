// What users give and get: positional and keyword arguments, and results that may be either.

import { isDict } from '../checks.ts';
import type { Kwargs } from '../errors.ts';
import { isUri, type MatchPolicy } from '../uri.ts';

/** A result of several values, or with keywords. Endpoints may return one; calls do where one value is not all. */
export class CallResult {
  readonly results: unknown[];
  readonly kwresults: Kwargs;
  constructor(results: unknown[] = [], kwresults: Kwargs = {}) {
    this.results = results;
    this.kwresults = kwresults;
  }
}

/** Positional arguments or none, and keyword arguments. */
export interface Arguments {
  readonly args: unknown[];
  readonly kwargs: Kwargs;
}

/** One value as it is, none as `null`, anything else as a {@link CallResult}. */
export function unwrapResult({ args, kwargs }: Arguments): unknown {
  for (const _ in kwargs) return new CallResult(args, kwargs);
  if (args.length > 1) return new CallResult(args, kwargs);
  return args.length === 0 ? null : args[0];
}

/** What an endpoint has returned, as arguments. */
export function wrapResult(result: unknown): Arguments {
  if (result instanceof CallResult) return { args: result.results, kwargs: result.kwresults };
  return { args: result === undefined ? [] : [result], kwargs: {} };
}

/** @throws TypeError */
export function checkArguments(args: unknown, kwargs: unknown): void {
  if (args !== null && !Array.isArray(args)) throw new TypeError('args must be a list');
  if (kwargs !== null && !isDict(kwargs)) throw new TypeError('kwargs must be an object');
}

/** @throws TypeError, RangeError */
export function checkUri(name: string, uri: unknown, match: MatchPolicy = 'exact'): void {
  if (typeof uri !== 'string') throw new TypeError(`${name} must be a string`);
  if (!isUri(uri, match)) throw new RangeError(`${name} is no URI: ${JSON.stringify(uri)}`);
}
