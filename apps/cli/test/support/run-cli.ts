// Runs command lines in this process, with streams of their own; and programs that may not be there.
import { spawnSync } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { listenWS, WebSocketServerFactory, type WebSocketServerProtocol } from '@ws/node';
import { onTestFinished } from 'vitest';
import { run } from '../../src/index.ts';

/** What a command wrote so far, and a way to wait for more. */
class Sink extends Writable {
  text = '';
  readonly #waiting = new Set<() => void>();

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    for (const wake of this.#waiting) wake();
    done();
  }

  /** Resolves with the first match in what was written. */
  async match(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.text);
      if (match !== null) return match;
      await new Promise<void>(resolve => {
        this.#waiting.add(resolve);
      });
    }
  }
}

export interface Running {
  readonly stdin: PassThrough;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly status: Promise<number>;
  /** As Ctrl+C does. */
  interrupt(): Promise<number>;
}

/** Starts a command; its input is open. */
export function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const [stdin, stdout, stderr] = [new PassThrough(), new Sink(), new Sink()];
  const status = run(args, { stdin, stdout, stderr, env, interrupted: controller.signal });
  onTestFinished(async () => {
    controller.abort();
    await status;
  });
  const interrupt = (): Promise<number> => {
    controller.abort();
    return status;
  };
  return { stdin, stdout, stderr, status, interrupt };
}

/** Runs a command to its end, with this input. */
export async function runCli(
  args: readonly string[],
  input: string | Uint8Array = '',
  env: Record<string, string> = {},
): Promise<{ status: number; stdout: string; stderr: string }> {
  const running = start(args, env);
  Readable.from(input.length === 0 ? [] : [Buffer.from(input as string)]).pipe(running.stdin);
  const status = await running.status;
  return { status, stdout: running.stdout.text, stderr: running.stderr.text };
}

/** Starts a command that listens; resolves with its address. */
export async function startServer(args: readonly string[]): Promise<Running & { url: string }> {
  const running = start(args);
  const listening = running.stdout.match(/(?:listening on|bridging) (\S+)/);
  const failed = running.status.then(() => Promise.reject(new Error(running.stderr.text)));
  failed.catch(() => {});
  const [, url] = await Promise.race([listening, failed]);
  return { ...running, url: url! };
}

/** A server of the test's own. */
export async function serveWith(
  Protocol: new () => WebSocketServerProtocol,
  options: Parameters<WebSocketServerFactory['setProtocolOptions']>[0] = {},
  protocols: string[] = [],
): Promise<string> {
  const factory = new WebSocketServerFactory({ protocols });
  factory.protocol = Protocol;
  factory.setProtocolOptions(options);
  const server = await listenWS(factory, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close({ grace: 0 }));
  return `ws://127.0.0.1:${server.port}`;
}

/** The port of a server. */
export async function portOf(
  server: { address(): unknown; listening?: boolean } & NodeJS.EventEmitter,
): Promise<number> {
  if (!server.listening) await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

/** Whether a program is there; says how to get it if not. */
export function hasProgram(name: string, debianPackage = name): boolean {
  const isThere = spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
  if (!isThere) console.log(`skipped: ${name} is not installed; on Debian: apt-get install ${debianPackage}`);
  return isThere;
}
