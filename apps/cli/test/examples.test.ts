// The examples of the README, run as they stand there; only the port is another one.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openWebSocket } from '@ws/node';
import { expect, onTestFinished, test } from 'vitest';
import { startServer } from './support/run-cli.ts';
import { WSC } from './support/terminal.ts';

const examples = new URL('../examples/', import.meta.url);

test('the tour prints what the README says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wsc-tour-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(WSC, join(folder, 'wsc'));
  await once(spawn('chmod', ['+x', WSC]), 'exit');
  const server = await startServer(['serve', '-p', '0', '-q']);
  const script = readFileSync(new URL('tour.sh', examples), 'utf8').replaceAll(':9000', `:${new URL(server.url).port}`);
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const output = await new Promise<string>((resolve, reject) => {
    execFile('sh', ['-c', `exec 2>&1\n${script}`], { env }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(output.trimEnd());
  expect(output).toContain('hello\nworld\n{\n  "hello": "world"\n}\n01ff\n');
});

test('the command of the README counts for whoever asks', async () => {
  const server = await startServer(['serve', '-p', '0', '-q', '--', fileURLToPath(new URL('count.sh', examples))]);
  const connection = await openWebSocket(`${server.url}/numbers`);
  expect(await connection.getMessage()).toBe('hello 127.0.0.1, you asked for /numbers');
  await connection.sendMessage('5');
  expect(await connection.getMessage()).toBe('1 2 3 4 5');
  await connection.close();
});
