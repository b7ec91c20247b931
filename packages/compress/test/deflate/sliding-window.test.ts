import { seededRandom } from '@ws/testkit';
import { concatBytes, equalBytes } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { SlidingWindow } from '../../src/deflate/index.ts';

describe('SlidingWindow', () => {
  test.each([0, 1, 256, 4096, 32_768])('keeps the last %i bytes, however they come', size => {
    const random = seededRandom(size);
    const window = new SlidingWindow(size);
    let all = new Uint8Array(0);
    for (let i = 0; i < 200; i++) {
      const added = random.bytes(random.below(random.below(size * 2 + 2) + 1));
      window.append(added);
      all = concatBytes([all, added]).slice(-Math.max(size, 1));
      const expected = size === 0 ? all.subarray(0, 0) : all;
      expect(equalBytes(window.last(), expected)).toBe(true);
      expect(equalBytes(window.last(100), expected.slice(-100))).toBe(true);
    }
  });
  test('owns no more than was put in, and nothing after it was cleared', () => {
    const window = new SlidingWindow(32_768);
    expect(window.last().buffer.byteLength).toBe(0);
    window.append(new Uint8Array(1000));
    expect(window.last().buffer.byteLength).toBe(1024);
    for (let i = 0; i < 100; i++) window.append(new Uint8Array(5000));
    expect(window.last().buffer.byteLength).toBe(40_960);
    window.clear();
    expect(window.last()).toHaveLength(0);
    expect(window.last().buffer.byteLength).toBe(0);
  });
});
