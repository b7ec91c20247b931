// Programs that tests start: examples, by bare node against the built packages, and servers of others.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const started = new Set<ChildProcess>();

export interface Running {
  readonly child: ChildProcess;
  /** Resolves with the first match in what it printed; rejects when it ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it has ended, with its status, `null` where a signal ended it. */
  ended(): Promise<number | null>;
  output(): string;
}

export function run(command: string, args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  started.add(child);
  const closed = once(child, 'close').finally(() => started.delete(child));
  let output = '';
  const waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const one of waiting.splice(0)) one();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      output += text;
      wake();
    });
  }
  let hasEnded = false;
  void closed.then(() => {
    hasEnded = true;
    wake();
  });
  return {
    child,
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        if (hasEnded) throw new Error(`${command} ended without printing ${pattern}:\n${output}`);
        await new Promise<void>(resolve => waiting.push(resolve));
      }
    },
    ended: async () => (await closed)[0],
    output: () => output,
  };
}

export const exampleFile = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

/** Starts an example, on a free port where it listens. */
export function runExample(name: string, env: Record<string, string> = {}): Running {
  return run(process.execPath, [exampleFile(name)], { PORT: '0', ...env });
}

/** Starts an example that is a server, and resolves with its port. */
export async function serveExample(
  name: string,
  env: Record<string, string> = {},
): Promise<Running & { port: number }> {
  const server = runExample(name, env);
  const [, port] = await server.printed(/listening on port (\d+)/);
  return { ...server, port: Number(port) };
}

/** Ends what is still running. */
export function killAll(): void {
  for (const child of started) child.kill('SIGKILL');
}

/** Whether a program is installed. */
export function isInstalled(name: string, ...args: string[]): boolean {
  return spawnSync(name, args, { stdio: 'ignore' }).error === undefined;
}

/** A Python that has a module: the one in the path, or the system's, whose modules Debian installs. `null`: none has. */
export function pythonWith(module: string): string | null {
  const has = (python: string): boolean =>
    spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
  return ['python3', '/usr/bin/python3'].find(has) ?? null;
}
