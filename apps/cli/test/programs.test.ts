import { once } from 'node:events';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Programs } from '../src/serve/programs.ts';
import { isWindows } from './support/pipeline.ts';

// Time passes when a test says so: a program has as long as it needs to hear a signal.
const GRACE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  return () => void vi.useRealTimers();
});

/** A program that is dismissed after it has said that it is ready. */
async function dismissed(onSignal: string) {
  const programs = new Programs(GRACE);
  const code = `process.on('SIGTERM', () => { ${onSignal} }); setInterval(() => {}, 1000); console.log('ready')`;
  const program = programs.start(process.execPath, ['-e', code], {});
  onTestFinished(() => void program.kill('SIGKILL'));
  await once(program.stdout, 'data');
  programs.dismiss(program);
  return { programs, program, exited: once(program, 'exit') };
}

describe.skipIf(isWindows)('a program that stays when its client is gone', () => {
  test('is told to end', async () => {
    const { program, exited } = await dismissed(`console.error('told to end'); process.exit()`);
    const told = once(program.stderr, 'data');
    vi.advanceTimersByTime(GRACE);
    expect(String((await told)[0])).toBe('told to end\n');
    expect(await exited).toEqual([0, null]);
  });

  test('has its time to end, however late the event loop comes to tell it', async () => {
    const { exited, programs } = await dismissed('process.exit()');
    // All that is due runs in one turn of the loop.
    vi.runOnlyPendingTimers();
    expect(await exited).toEqual([0, null]);
    expect(programs.running).toBe(0);
  });

  test('is killed when it does not listen', async () => {
    const { program, exited } = await dismissed(`console.error('heard')`);
    const heard = once(program.stderr, 'data');
    vi.advanceTimersByTime(GRACE);
    await heard;
    vi.advanceTimersByTime(GRACE - 1);
    expect(program.signalCode).toBe(null);
    vi.advanceTimersByTime(1);
    expect(await exited).toEqual([null, 'SIGKILL']);
  });
});
