import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { portableMasker, portableUtf8, webPlatform } from '../src/primitives.ts';

const { clock, random, digest } = webPlatform;

afterEach(() => vi.unstubAllGlobals());

describe('webPlatform', () => {
  test('has a clock that does not go back', () => {
    const before = clock.now();
    expect(clock.now()).toBeGreaterThanOrEqual(before);
  });

  test('calls a timer once', async () => {
    await new Promise<void>(resolve => clock.setTimer(1, resolve));
  });

  test('does not call a timer that was cancelled, however often', async () => {
    let calls = 0;
    const timer = clock.setTimer(0, () => calls++);
    timer.cancel();
    timer.cancel();
    await new Promise<void>(resolve => clock.setTimer(5, resolve));
    expect(calls).toBe(0);
  });

  test('takes endless delays for long ones', async () => {
    let calls = 0;
    const timers = [2 ** 31, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY].map(delay =>
      clock.setTimer(delay, () => calls++),
    );
    await new Promise<void>(resolve => clock.setTimer(5, resolve));
    for (const timer of timers) timer.cancel();
    expect(calls).toBe(0);
  });

  test('defers a task to the end of the turn', async () => {
    const order: string[] = [];
    clock.defer(() => order.push('deferred'));
    order.push('turn');
    await Promise.resolve();
    expect(order).toEqual(['turn', 'deferred']);
  });

  test.each([0, 16, 65536, 65537, 200_000])('fills %i bytes at random, to the last', length => {
    const bytes = new Uint8Array(length);
    random.fill(bytes);
    // The chance that so many bytes are all 0 is 2 ** -128.
    for (let at = 0; at < length; at += 16384) {
      expect(bytes.subarray(Math.max(0, Math.min(at, length - 16))).some(byte => byte !== 0)).toBe(true);
    }
    if (length > 0) expect(bytes.subarray(length - 16).some(byte => byte !== 0)).toBe(true);
  });

  test.each([
    { way: 'setImmediate', missing: [] },
    { way: 'a message to ourselves', missing: ['setImmediate'] },
    { way: 'a timer', missing: ['setImmediate', 'MessageChannel'] },
  ])('begins another turn by $way', async ({ missing }) => {
    for (const name of missing) vi.stubGlobal(name, undefined);
    const order: string[] = [];
    await new Promise<void>(resolve => {
      clock.nextTurn(() => {
        order.push('turn');
        clock.nextTurn(resolve);
      });
      clock.defer(() => clock.defer(() => order.push('deferred')));
    });
    expect(order).toEqual(['deferred', 'turn']);
  });

  test('brings hash, masking and validation in plain JavaScript', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect([...digest.sha1(bytes)]).toEqual([...createHash('sha1').update(bytes).digest()]);
    expect(webPlatform.masker).toBe(portableMasker);
    expect(webPlatform.utf8).toBe(portableUtf8);
  });
});
