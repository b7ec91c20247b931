// Coverage-guided fuzzing of ten parsers, each in a process of its own, all at once. WS_FUZZ_SECONDS says for how long:
// by default 30, in the quick tier 2. `npm run fuzz` does the same for an hour.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, test } from 'vitest';
import { readCorpus } from '../src/fuzz/corpus.ts';
import { failureOf } from '../src/fuzz/fuzz.ts';
import { TARGETS } from '../src/fuzz/targets/index.ts';
import { cut } from '../src/fuzz/targets/target.ts';

const seconds = Number(process.env.WS_FUZZ_SECONDS ?? (inject('tier') === 'all' ? 30 : 2));
const corpus = fileURLToPath(new URL('../corpus', import.meta.url));

describe('fuzzing', () => {
  test.each(TARGETS)('$name: what was too much once is not any more', target => {
    for (const input of readCorpus(corpus, target.name, 'crashes')) {
      expect(failureOf(target, input), JSON.stringify(input.toString('latin1'))).toBeNull();
    }
  });
  test.each(TARGETS)('$name: the corpus is read, and finds nothing', target => {
    const inputs = readCorpus(corpus, target.name);
    expect(inputs.length).toBeGreaterThan(5);
    for (const input of inputs) {
      expect(failureOf(target, input), JSON.stringify(input.toString('latin1'))).toBeNull();
    }
  });
  test(`all targets, ${seconds} s: no promise is broken`, { timeout: (seconds + 60) * 1000 }, () => {
    const program = fileURLToPath(new URL('../fuzz.mjs', import.meta.url));
    const { stdout, stderr, status } = spawnSync(process.execPath, [program, '--seconds', `${seconds}`], {
      encoding: 'utf8',
    });
    expect(`${stdout}${status === 0 ? '' : stderr}`).toMatch(
      /^(?:\w+: [1-9]\d* runs, \d+ blocks, \d+ inputs, 0 broken.*\n){10}$/,
    );
  });
  test('a target that breaks a promise is found out', () => {
    const target = {
      name: 'broken',
      dictionary: [],
      seeds: [],
      run(input: Uint8Array) {
        if (input.includes(7)) throw new Error('a promise: broken');
      },
    };
    expect(failureOf(target, Uint8Array.of(1, 7))).toBe('a promise: broken');
    expect(failureOf(target, Uint8Array.of(1))).toBeNull();
    const input = Uint8Array.from({ length: 100 }, (_, i) => i);
    expect(Buffer.concat(cut(input)).equals(input)).toBe(true);
  });
});
