// Every example is run as a user would run it, by bare node, against the built packages.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { openWebSocket } from '../src/client/open-web-socket.ts';

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

  test('the chat server: rooms, broadcast, and a graceful end', async () => {
    const server = run('chat-server.mjs', { PORT: '0' });
    const [, port] = await server.printed(/listening on port (\d+)/);
    const join = (name: string, room: string) =>
      openWebSocket(`ws://127.0.0.1:${port}/${room}`, { headers: { 'X-Name': name } });
    const ann = await join('ann', 'kitchen');
    const bob = await join('bob', 'kitchen');
    const cyd = await join('cyd', 'garden');
    expect(await ann.getMessage()).toBe('bob is here');
    await bob.sendMessage('hello');
    expect(await ann.getMessage()).toBe('bob: hello');
    await bob.close();
    expect(await ann.getMessage()).toBe('bob has left');
    await expect(join('eve', '?')).rejects.toMatchObject({ statusCode: 404 });
    server.child.kill('SIGTERM');
    // Nothing was said in the garden.
    await expect(cyd.getMessage()).rejects.toMatchObject({ reason: { code: 1001, reason: 'see you tomorrow' } });
    await ann.whenClosed;
    expect(await once(server.child, 'exit')).toEqual([0, null]);
    expect(server.output()).toMatch(/closed, 0 rooms left/);
  });
});
