// The program as it is installed, in pipes and under signals.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { openWebSocket, WebSocketServerProtocol } from '@ws/node';
import { afterAll, describe, expect, test } from 'vitest';
import { echoService } from '../src/serve/service.ts';
import { isWindows, pipeline } from './support/pipeline.ts';
import { runCli, serveWith } from './support/run-cli.ts';
import { WSC } from './support/terminal.ts';

const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

function shell(line: string): ChildProcess {
  const child = spawn('bash', ['-c', `set -o pipefail; ${line}`], {
    env: { ...process.env, WSC: `${process.execPath} ${WSC}` },
  });
  started.push(child);
  return child;
}

describe('wsc in a shell', () => {
  test('in a pipe it sends what comes in, and writes what comes back', async () => {
    const url = await serveWith(echoService());
    const child = shell(`seq 1 20000 | $WSC connect ${url} | sort -n | tail -1`);
    expect(await text(child.stdout!)).toBe('20000\n');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('who reads it may stop reading', async () => {
    const url = await serveWith(
      class extends WebSocketServerProtocol {
        // The pipe takes thousands of lines before its reader is gone: only a write after that tells.
        override async onOpen(): Promise<void> {
          for (; this.state === 'open'; await new Promise(setImmediate)) this.sendMessage('y');
        }
      },
    );
    const child = shell(`$WSC connect -l ${url} < /dev/null | head -2`);
    expect(await text(child.stdout!)).toBe('y\ny\n');
    expect(await text(child.stderr!)).toBe('');
  });

  test.each(['SIGTERM', 'SIGQUIT'] as const)('%s ends a server in good order', async signal => {
    const child = spawn(process.execPath, [WSC, 'serve', '-p', '0']);
    started.push(child);
    const [first] = await once(child.stdout, 'data');
    const [, url] = /listening on (\S+)/.exec(String(first))!;
    const client = runCli(['connect', '-l', '-v', '-m', 'x', url!]);
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await client).toMatchObject({ status: 0, stderr: expect.stringContaining('1001 (GOING_AWAY)') });
  });
});

describe('a server that ends', () => {
  test('leaves no program behind', async () => {
    const code = `console.log(process.pid); setInterval(() => {}, 1000)`;
    const child = spawn(process.execPath, [
      WSC,
      'serve',
      '-p',
      '0',
      '--grace',
      '5s',
      '--',
      process.execPath,
      '-e',
      code,
    ]);
    started.push(child);
    const [first] = await once(child.stdout, 'data');
    const [, url] = /listening on (\S+)/.exec(String(first))!;
    const { stdout: pid } = await runCli(['connect', '-n', '1', url!]);
    expect(() => process.kill(Number(pid), 0)).not.toThrow();
    child.kill('SIGTERM');
    await once(child, 'exit');
    // It is gone as soon as it has got its signal.
    while (isThere(Number(pid))) await new Promise(resolve => setImmediate(resolve));
  });

  test.skipIf(isWindows).each([1, 2])('leaves nothing behind that programs have started: %i signals', async signals => {
    const { command, started: begun } = await pipeline();
    // The first is told to all in good order, the second ends it at once.
    const grace = signals === 1 ? '100' : '1m';
    const child = spawn(process.execPath, [WSC, 'serve', '-p', '0', '--grace', grace, ...command]);
    started.push(child);
    const [first] = await once(child.stdout, 'data');
    const [, url] = /listening on (\S+)/.exec(String(first))!;
    const socket = begun();
    const client = openWebSocket(url!);
    const ended = once(await socket, 'close');
    child.kill('SIGINT');
    await (await client).whenClosed;
    if (signals > 1) child.kill('SIGINT');
    await once(child, 'exit');
    await ended;
  });

  function isThere(pid: number): boolean {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }
});

describe('the command line', () => {
  test('helps', async () => {
    const { status, stdout } = await runCli(['--help']);
    expect(status).toBe(0);
    for (const name of ['connect', 'serve', 'bridge', 'bench']) expect(stdout).toContain(`  ${name} `);
    expect((await runCli(['connect', '--help'])).stdout).toMatch(/Exit status:\n {2}0 {2}all went well/);
    expect((await runCli(['serve', '--help'])).stdout).not.toContain('default: []');
    expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    ['nothing', [], /Usage: wsc/],
    ['an unknown command', ['conect'], /Did you mean connect/],
    ['an unknown option', ['connect', '--frobnicate', 'x'], /unknown option '--frobnicate'/],
    ['a missing argument', ['connect'], /missing required argument 'url'/],
    ['a bad value', ['connect', '--timeout', 'soon', 'x'], /It takes milliseconds/],
  ])('says what is wrong with %s, and exits with 2', async (_what, args, complaint) => {
    const { status, stderr } = await runCli(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(complaint);
  });
});
