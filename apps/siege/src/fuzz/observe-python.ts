// What the package `websockets` of Python makes of streams of frames: many at once, by one process.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Observation } from './observation.ts';

const PROGRAM = fileURLToPath(new URL('websockets-observer.py', import.meta.url));
const PYTHONS: readonly string[] = ['python3', '/usr/bin/python3'];

/** A Python that has the package; `null`: there is none. */
export function findPython(): string | null {
  const has = (python: string): boolean =>
    spawnSync(python, ['-c', 'import websockets'], { stdio: 'ignore' }).status === 0;
  return PYTHONS.find(has) ?? null;
}

/** Has it read streams that no compression was agreed on for. */
export function observePython(
  python: string,
  streams: readonly { readonly bytes: Uint8Array; readonly isMasked: boolean }[],
): Observation[] {
  const input = streams.map(
    ({ bytes, isMasked }) => `${isMasked ? 'masked' : 'unmasked'} ${Buffer.from(bytes).toString('hex')}\n`,
  );
  const { status, stdout, stderr } = spawnSync(python, [PROGRAM], {
    input: input.join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`websockets-observer.py: ${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Observation);
}
