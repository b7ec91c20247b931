import { describe, expect, test } from 'vitest';
import { askApplication } from '../src/ask-application.ts';

function ask(question: () => unknown) {
  const log: unknown[] = [];
  const tasks: (() => void)[] = [];
  const isWaiting = askApplication(
    question,
    answer => log.push(['answer', answer]),
    error => log.push(['error', error]),
    task => tasks.push(task),
  );
  return { log, tasks, isWaiting };
}

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describe('askApplication', () => {
  test('hears an answer at once', () => {
    const { log, isWaiting } = ask(() => 1);
    expect([log, isWaiting]).toEqual([[['answer', 1]], false]);
  });

  test('hears of an error at once', () => {
    const error = new Error('no');
    const { log, isWaiting } = ask(() => {
      throw error;
    });
    expect([log, isWaiting]).toEqual([[['error', error]], false]);
  });

  test.each([
    { name: 'answer', question: async () => 2, heard: ['answer', 2] },
    { name: 'error', question: () => Promise.reject('why'), heard: ['error', 'why'] },
  ])('leaves a promised $name to who goes on', async ({ question, heard }) => {
    const { log, tasks, isWaiting } = ask(question);
    await settle();
    expect([log, isWaiting]).toEqual([[], true]);
    for (const task of tasks) task();
    expect(log).toEqual([heard]);
  });
});
