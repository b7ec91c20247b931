import { readFileSync } from 'node:fs';

/** A file of settings; the keys are the ones that the field's suites use. */
export interface Spec {
  /** Where a fuzzing server listens. */
  readonly url?: string;
  /** Certificate and key files of a fuzzing server that speaks `wss://`. */
  readonly cert?: string;
  readonly key?: string;
  /** Servers under test. */
  readonly servers?: readonly ServerSpec[];
  readonly outdir?: string;
  readonly cases?: readonly string[];
  readonly 'exclude-cases'?: readonly string[];
  readonly 'exclude-agent-cases'?: Readonly<Record<string, readonly string[]>>;
}

/** A server under test. */
export interface ServerSpec {
  readonly url: string;
  /** Its name in the reports. Default: its host and port. */
  readonly agent?: string;
  /** What the tester says as Origin. Default: nothing. */
  readonly origin?: string;
}

/**
 * Reads a file of settings; unknown keys are left alone.
 *
 * @throws TypeError naming the key whose value has the wrong type, SyntaxError when it is not JSON.
 */
export function readSpec(file: string): Spec {
  const spec: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) throw new TypeError(`${file}: not an object`);
  const fields = spec as Record<string, unknown>;
  for (const key of ['url', 'outdir', 'cert', 'key']) check(file, key, fields[key], value => typeof value === 'string');
  for (const key of ['cases', 'exclude-cases']) check(file, key, fields[key], isTexts);
  check(file, 'servers', fields['servers'], value => Array.isArray(value) && value.every(isServer));
  check(
    file,
    'exclude-agent-cases',
    fields['exclude-agent-cases'],
    value => isObject(value) && Object.values(value).every(isTexts),
  );
  return spec;
}

function check(file: string, key: string, value: unknown, isRight: (value: unknown) => boolean): void {
  if (value !== undefined && !isRight(value)) throw new TypeError(`${file}: "${key}" has the wrong type`);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isServer(value: unknown): boolean {
  if (!isObject(value) || typeof value['url'] !== 'string') return false;
  return [value['agent'], value['origin']].every(text => text === undefined || typeof text === 'string');
}
