import { describe, expect, test } from 'vitest';
import { ZlibContexts } from '../../src/zlib/zlib-contexts.ts';

const create = () => ({
  isClosed: false,
  close(): void {
    this.isClosed = true;
  },
});

function contextsAt(clock: { now: number }, max = 2): ZlibContexts<ReturnType<typeof create>> {
  return new ZlibContexts(max, 1000, () => clock.now);
}

describe('ZlibContexts', () => {
  test('are no more than allowed', () => {
    const contexts = contextsAt({ now: 0 });
    const [a, b] = [contexts.acquire({}, 'x', create), contexts.acquire({}, 'x', create)];
    for (const context of [a, b]) contexts.use(context!);
    expect(contexts.acquire({}, 'x', create)).toBeNull();
    expect(contexts.size).toBe(2);
  });
  test('are taken from who has been idle the longest, and long enough', () => {
    const clock = { now: 0 };
    const contexts = contextsAt(clock);
    const owners = [{}, {}, {}];
    const [a, b] = owners.map(owner => contexts.acquire(owner, 'x', create));
    for (const [context, now] of [
      [a, 10],
      [b, 5],
    ] as const) {
      clock.now = now;
      contexts.use(context!);
      context!.isBusy = false;
    }
    clock.now = 1005;
    expect(contexts.acquire(owners[2]!, 'x', create)).toBeNull();
    clock.now = 1006;
    expect(contexts.acquire(owners[2]!, 'x', create)).toBe(b);
    expect(b!.owner).toBe(owners[2]);
  });
  test('are not taken in mid-message', () => {
    const clock = { now: 0 };
    const contexts = contextsAt(clock, 1);
    contexts.use(contexts.acquire({}, 'x', create)!);
    clock.now = 1e6;
    expect(contexts.acquire({}, 'x', create)).toBeNull();
  });
  test('are made anew for other parameters', () => {
    const clock = { now: 0 };
    const contexts = contextsAt(clock, 1);
    const a = contexts.acquire({}, 'x', create)!;
    contexts.use(a);
    a.isBusy = false;
    clock.now = 2000;
    const b = contexts.acquire({}, 'y', create)!;
    expect(b).not.toBe(a);
    expect(a.owner).toBeNull();
    expect(a.codec.isClosed).toBe(true);
    expect(contexts.size).toBe(1);
  });
  test('are kept for the next when their owner is gone, a few of them', () => {
    const contexts = contextsAt({ now: 0 }, 20);
    const all = Array.from({ length: 12 }, () => contexts.acquire({}, 'x', create)!);
    for (const context of all) contexts.release(context);
    expect(contexts.size).toBe(8);
    expect(all).toContain(contexts.acquire({}, 'x', create));
    expect(contexts.size).toBe(8);
  });
  test('that were left in mid-message are not used again', () => {
    const contexts = contextsAt({ now: 0 });
    const a = contexts.acquire({}, 'x', create)!;
    contexts.use(a);
    contexts.release(a);
    expect(contexts.size).toBe(0);
  });
});
