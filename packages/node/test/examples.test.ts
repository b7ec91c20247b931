// Every example is run as a user would run it, by bare node, against the built packages.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const started: ChildProcess[] = [];

function run(name: string, env: Record<string, string>) {
  const file = fileURLToPath(new URL(`../examples/${name}`, import.meta.url));
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...env } });
  started.push(child);
  let output = '';
  const waiting: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      output += text;
      for (const wake of waiting.splice(0)) wake();
    });
  }
  /** Resolves with the first match in what it printed. */
  async function printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(output);
      if (match !== null) return match;
      await new Promise<void>(resolve => waiting.push(resolve));
    }
  }
  return { child, printed, output: () => output };
}

afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

describe('the examples of the README', () => {
  test('client and server talk to each other, and both end by themselves', async () => {
    const server = run('echo-server.mjs', { PORT: '0' });
    const [, port] = await server.printed(/listening on port (\d+)/);
    const client = run('echo-client.mjs', { URL: `ws://127.0.0.1:${port}` });
    const [code] = await once(client.child, 'exit');
    expect(client.output()).toBe('hello\nclosed cleanly: 1000\n');
    expect(code).toBe(0);
    await server.printed(/is gone: 1000 thank you/);
    server.child.kill('SIGTERM');
    expect(await once(server.child, 'exit')).toEqual([0, null]);
  });
});
