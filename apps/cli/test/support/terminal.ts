// A real terminal: tmux, with a server of its own for each test.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const runFile = promisify(execFile);

/** The program as it is installed. */
export const WSC: string = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface Terminal {
  /** Types keys, by the names that tmux has for them; text with `-l`. */
  type(...keys: string[]): Promise<void>;
  /** Types a line, and Enter. */
  enter(text: string): Promise<void>;
  /** What is on the screen once it matches. */
  shows(pattern: RegExp): Promise<string>;
  /** The same with colours. */
  readonly folder: string;
  screen(hasColours?: boolean): Promise<string>;
}

/** Opens a terminal in which a command line runs; then its exit status is printed. */
export async function openTerminal(args: readonly string[], input = ''): Promise<Terminal> {
  const folder = mkdtempSync(join(tmpdir(), 'wsc-terminal-'));
  const tmux = (...parts: string[]): Promise<{ stdout: string }> =>
    runFile('tmux', ['-S', join(folder, 'socket'), '-f', '/dev/null', ...parts]);
  onTestFinished(async () => {
    await tmux('kill-server').catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  });
  const quoted = [process.execPath, WSC, ...args].map(part => `'${part.replaceAll("'", "'\\''")}'`).join(' ');
  const line = `env -u NO_COLOR XDG_STATE_HOME='${folder}' ${quoted}${input}; echo "status $?"; exec cat`;
  await tmux('new-session', '-d', '-x', '90', '-y', '30', 'sh', '-c', line);
  const screen = async (hasColours = false): Promise<string> =>
    (await tmux('capture-pane', '-p', '-t', '0', ...(hasColours ? ['-e'] : []))).stdout.trimEnd();
  const type = async (...keys: string[]): Promise<void> => void (await tmux('send-keys', '-t', '0', ...keys));
  return {
    folder,
    screen,
    type,
    async enter(text) {
      await type('-l', text);
      await type('Enter');
    },
    async shows(pattern) {
      // Long before the test runs out of time, so that it is known what was there.
      for (let tries = 0; tries < 400; tries++) {
        const text = await screen();
        if (pattern.test(text)) return text;
        await delay(20);
      }
      throw new Error(`${pattern} is not on the screen:\n${await screen()}`);
    },
  };
}
