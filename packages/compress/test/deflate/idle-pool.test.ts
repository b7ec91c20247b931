import { describe, expect, test } from 'vitest';
import { IdlePool } from '../../src/deflate/index.ts';

describe('IdlePool', () => {
  const item = () => ({
    closed: 0,
    close(): void {
      this.closed++;
    },
  });
  test('gives what is idle, of the right kind', () => {
    const pool = new IdlePool<ReturnType<typeof item>>();
    const first = pool.take('a', item);
    expect(pool.take('a', item)).not.toBe(first);
    pool.give('a', first);
    expect(pool.take('b', item)).not.toBe(first);
    expect(pool.take('a', item)).toBe(first);
  });
  test('closes what is too many', () => {
    const pool = new IdlePool<ReturnType<typeof item>>(2);
    const items = [item(), item(), item()];
    for (const one of items) pool.give('a', one);
    expect(items.map(({ closed }) => closed)).toEqual([0, 0, 1]);
  });
});
