// Debian's Autobahn|Python, where it is installed.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PYTHON = '/usr/bin/python3';

/** Says how to install what is missing; `null`: nothing is. */
export const noPython: string | null =
  spawnSync(PYTHON, ['-c', 'import autobahn, cbor2'], { stdio: 'ignore' }).status === 0
    ? null
    : 'apt-get install python3-autobahn python3-cbor2';

/** By message and by serializer: the bytes as hex. */
export type Written = Record<string, Record<string, string>>;

/** What Autobahn|Python writes after it has read what we wrote. */
export function rewrite(written: Written): Written {
  const script = fileURLToPath(new URL('serialize.py', import.meta.url));
  const { stdout, stderr, status } = spawnSync(PYTHON, [script], { input: JSON.stringify(written), encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Written;
}
