// Clients of Autobahn|Python, in one process.

import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PYTHON = '/usr/bin/python3';

/** Says how to install what is missing; `null`: nothing is. */
export const noPython: string | null =
  spawnSync(PYTHON, ['-c', 'import autobahn, cbor2'], { stdio: 'ignore' }).status === 0
    ? null
    : 'apt-get install python3-autobahn python3-cbor2';

export interface PythonClients {
  /** What they have said: `joined REALM AUTHID AUTHROLE`, `left REALM REASON`. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts clients, and waits until each has joined or was refused.
 *
 * @param clients `realm:serializer`, and to prove who it is `:method:authid:secret`
 */
export async function openPython(url: string, clients: readonly string[]): Promise<PythonClients> {
  const script = fileURLToPath(new URL('python_client.py', import.meta.url));
  const child = spawn(PYTHON, [script, url, ...clients], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', text => {
    complaint += text;
  });
  const ended = new Promise<void>(resolve => void child.once('exit', () => resolve()));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    reader.on('line', line => {
      if (lines.push(line) === clients.length) resolve();
    });
    ended.then(() => reject(new Error(`python ended: ${complaint}`)));
  });
  return {
    lines,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
