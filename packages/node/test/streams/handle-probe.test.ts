import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { canUseHandles, probeHandles } from '../../src/streams/handle-probe.ts';

/** A conversation of a process of its own. */
const CONVERSATION = `
  import { createClientAgent, listenWS, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
  const factory = new WebSocketServerFactory();
  factory.protocol = class extends WebSocketServerProtocol {
    onMessage(payload, isBinary) { this.sendMessage(payload, isBinary); }
  };
  const server = await listenWS(factory, { host: '127.0.0.1', port: 0 });
  const client = await createClientAgent().open('ws://127.0.0.1:' + server.port);
  const echoed = new Promise(resolve => client.on('message', resolve));
  client.sendMessage('x'.repeat(100_000));
  const { length } = await echoed;
  await server.close();
  const { code } = await client.closed;
  console.log(length, code);
`;

async function converse(env: Record<string, string>, flags: readonly string[] = []): Promise<string> {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const args = [...flags, '--input-type=module', '--eval', CONVERSATION];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env: { ...process.env, ...env } });
  return stdout.trim();
}

test.each([
  { NODE_OPTIONS: '--pending-deprecation' },
  { NODE_OPTIONS: '--no-warnings "--pending_deprecation"' },
  { NODE_PENDING_DEPRECATION: '1' },
  { flag: '--pending-deprecation' },
  { flag: '--pending_deprecation' },
])('nothing of Node is used that it would warn of: %j', async ({ flag, ...env }) => {
  vi.resetModules();
  const given = process.execArgv;
  try {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    if (flag !== undefined) process.execArgv = [...given, flag];
    const { streamBinding } = await import('../../src/native/stream-handle.ts');
    expect(streamBinding).toBe(null);
  } finally {
    process.execArgv = given;
    vi.unstubAllEnvs();
    vi.resetModules();
  }
});

describe('probeHandles', () => {
  test('finds handles usable here, once', async () => {
    expect(await probeHandles()).toBe(true);
    expect(canUseHandles()).toBe(true);
    expect(await probeHandles()).toBe(true);
  });

  test.each([
    { name: 'by handles', env: {}, flags: [] },
    { name: 'by sockets, where Node would warn of process.binding', env: { NODE_PENDING_DEPRECATION: '1' }, flags: [] },
    { name: 'by sockets, under --pending-deprecation', env: {}, flags: ['--pending-deprecation'] },
  ])('conversations go on $name', async ({ env, flags }) => {
    expect(await converse(env, flags)).toBe('100000 1001');
  });
});
