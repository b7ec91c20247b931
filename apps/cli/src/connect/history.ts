// The lines that were typed, over several runs: where the XDG base directories say such state belongs.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Io } from '../io.ts';

const MAX_LINES = 1000;

function historyFile(env: Io['env']): string {
  return env.WSC_HISTORY ?? join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'wsc', 'history');
}

/** The lines of earlier runs, the latest first. */
export function readHistory(env: Io['env']): string[] {
  try {
    const lines = readFileSync(historyFile(env), 'utf8').split('\n');
    return lines
      .filter(line => line !== '')
      .slice(-MAX_LINES)
      .reverse();
  } catch {
    return [];
  }
}

/** Keeps lines, the latest first, for the next run; only for this user to read. Where that is not possible: not. */
export function writeHistory(env: Io['env'], lines: readonly string[]): void {
  const file = historyFile(env);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${lines.slice(0, MAX_LINES).reverse().join('\n')}\n`, { mode: 0o600 });
  } catch {
    // A history is a comfort, not a duty.
  }
}
