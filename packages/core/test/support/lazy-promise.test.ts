import { describe, expect, test } from 'vitest';
import { LazyPromise } from '../../src/support/lazy-promise.ts';

describe('LazyPromise', () => {
  test('resolves for those who asked before, and after', async () => {
    const settled = new LazyPromise<number>();
    const before = settled.promise;
    settled.resolve(1);
    expect(settled.promise).toBe(before);
    await expect(before).resolves.toBe(1);
    const late = new LazyPromise<number>();
    late.resolve(2);
    await expect(late.promise).resolves.toBe(2);
  });

  test('rejects, with anything', async () => {
    for (const error of [new Error('x'), undefined]) {
      const early = new LazyPromise<number>();
      const { promise } = early;
      early.reject(error);
      await expect(promise).rejects.toBe(error);
      const late = new LazyPromise<number>();
      late.reject(error);
      await expect(late.promise).rejects.toBe(error);
    }
  });

  test('stays as it was first settled', async () => {
    const settled = new LazyPromise<number>();
    settled.resolve(1);
    settled.resolve(2);
    settled.reject(new Error('x'));
    await expect(settled.promise).resolves.toBe(1);
    const failed = new LazyPromise<number>();
    failed.reject('a');
    failed.reject('b');
    failed.resolve(1);
    await expect(failed.promise).rejects.toBe('a');
  });

  test('a rejection that nobody awaits is not an unhandled one', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const settled = new LazyPromise<number>();
    expect(settled.promise).toBeInstanceOf(Promise);
    settled.reject(new Error('x'));
    await new Promise(resolve => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });
});
