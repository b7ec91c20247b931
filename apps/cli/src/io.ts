import { setMaxListeners } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** Where output goes; a terminal knows its width. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where input comes from. */
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown };

/** What a command has of the outside: the process, or in tests streams of their own. */
export interface Io {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl+C and SIGTERM: stop, in good order. */
  readonly interrupted: AbortSignal;
}

/** What asks us to stop; Windows knows no SIGQUIT. */
const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** The process itself. The second Ctrl+C ends it at once. */
export function processIo(): Io {
  const controller = new AbortController();
  // Every connection of a bench listens.
  setMaxListeners(0, controller.signal);
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  const { stdin, stdout, stderr, env } = process;
  // Who reads us may stop doing so, as `head` does: that is the end, and no error.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  }
  return { stdin, stdout, stderr, env, interrupted: controller.signal };
}
