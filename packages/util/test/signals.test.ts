import { describe, expect, test } from 'vitest';
import { cancellable, orAborted, throwIfAborted } from '../src/signals.ts';

const reason = new Error('enough');

describe('throwIfAborted', () => {
  test('throws the reason of a signal that was aborted, and of no other', () => {
    expect(throwIfAborted(undefined)).toBeUndefined();
    expect(throwIfAborted(new AbortController().signal)).toBeUndefined();
    expect(() => throwIfAborted(AbortSignal.abort(reason))).toThrow(reason);
  });
});

describe('cancellable', () => {
  test('settles as it is told, and takes back nothing', async () => {
    const { signal } = new AbortController();
    let undone = 0;
    const undo = (): void => void undone++;
    await expect(cancellable(signal, resolve => (resolve(7), undo))).resolves.toBe(7);
    await expect(cancellable(undefined, (_resolve, reject) => (reject(reason), undo))).rejects.toBe(reason);
    await expect(
      cancellable(signal, () => {
        throw reason;
      }),
    ).rejects.toBe(reason);
    expect(undone).toBe(0);
  });

  test('is taken back once when the signal comes first; one that was aborted begins nothing', async () => {
    const controller = new AbortController();
    let undone = 0;
    const pending = cancellable(controller.signal, () => () => void undone++);
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    let hasBegun = false;
    const never = cancellable(controller.signal, () => {
      hasBegun = true;
      return () => {};
    });
    await expect(never).rejects.toBe(reason);
    expect([undone, hasBegun]).toEqual([1, false]);
  });
});

describe('orAborted', () => {
  test('waits for the promise, unless the signal comes first', async () => {
    const promise = Promise.resolve(1);
    expect(orAborted(promise, undefined)).toBe(promise);
    await expect(orAborted(promise, new AbortController().signal)).resolves.toBe(1);
    await expect(orAborted(Promise.reject(new Error('late')), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
