// A command that starts others, and a way to know whether they are still there.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { portOf } from './run-cli.ts';

export const isWindows: boolean = process.platform === 'win32';

export interface Pipeline {
  /** For after `wsc serve`: a shell and two programs, of which the first cares neither for its input nor for SIGTERM. */
  readonly command: readonly string[];
  /** Resolves with a socket whose other end the next of those has, as long as it is there. */
  started(): Promise<Socket>;
}

export async function pipeline(): Promise<Pipeline> {
  const server = createServer(socket => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  const port = await portOf(server);
  const code = `process.on('SIGTERM', () => {}); require('node:net').connect(${port}, '127.0.0.1')`;
  return {
    command: ['--', 'sh', '-c', '"$0" -e "$1" | cat', process.execPath, code],
    started: async () => (await once(server, 'connection'))[0],
  };
}
