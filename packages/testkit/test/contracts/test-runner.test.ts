import { afterEach, describe, expect, test, vi } from 'vitest';
import { runnerOrGlobals } from '../../src/contracts/test-runner.ts';
import { digestContract } from '../../src/index.ts';

afterEach(() => vi.unstubAllGlobals());

describe('a contract suite without a runner', () => {
  test('takes the globals describe and test', () => {
    const names: string[] = [];
    vi.stubGlobal('describe', (name: string, define: () => void) => {
      names.push(name);
      define();
    });
    vi.stubGlobal('test', (name: string) => names.push(name));
    digestContract('mine', () => ({ sha1: bytes => bytes }));
    expect(names[0]).toBe('mine keeps the contract of Digest');
    expect(names.length).toBeGreaterThan(3);
  });

  test('takes the global it where there is no test', () => {
    const it = () => {};
    vi.stubGlobal('describe', () => {});
    vi.stubGlobal('it', it);
    expect(runnerOrGlobals(undefined).test).toBe(it);
  });

  test('says so where there are none', () => {
    vi.stubGlobal('describe', undefined);
    expect(() => digestContract('mine', () => ({ sha1: bytes => bytes }))).toThrow('pass { describe, test }');
  });
});
