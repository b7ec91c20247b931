import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../src/cli-options.ts';
import { allCases, classicCases } from '../src/index.ts';
import { matchesPattern, selectCases } from '../src/run/case-selection.ts';

describe('the cases', () => {
  test('are the 517 that the field knows, and more from section 20 on', () => {
    expect(classicCases).toHaveLength(517);
    expect(new Set(allCases.map(({ id }) => id)).size).toBe(allCases.length);
    const added = allCases.slice(517).map(({ id }) => Number(id.split('.')[0]));
    expect(Math.min(...added)).toBe(20);
  });
});

describe('selectCases', () => {
  test.each([
    ['1.*', '1.1.1', true],
    ['1.*', '10.1.1', false],
    ['*', '7.3.1', true],
    ['13.*.3', '13.2.3', true],
    ['7.3.1', '7.3.11', false],
  ])('%s fits %s: %s', (pattern, id, expected) => {
    expect(matchesPattern(id, pattern)).toBe(expected);
  });

  test('keeps the order, and leaves out what is excluded', () => {
    expect(selectCases(classicCases, { cases: ['2.2', '1.1.1', '2.1'], exclude: ['2.1'] }).map(({ id }) => id)).toEqual(
      ['1.1.1', '2.2'],
    );
  });

  test('refuses a pattern that fits nothing', () => {
    expect(() => selectCases(classicCases, { cases: ['99.*'] })).toThrow('no case fits 99.*');
  });
});

describe('readCommandLine', () => {
  test('reads a mode and its options', () => {
    const line = readCommandLine([
      'fuzzingclient',
      '-u',
      'ws://localhost:1',
      '-c',
      '1.*, 2.1',
      '--quick',
      '--header',
      'A: 1',
      '--header',
      'B: 2',
    ]);
    expect(line).toMatchObject({ mode: 'fuzzingclient', isQuick: true, headers: ['A: 1', 'B: 2'] });
    expect(line?.list('cases')).toEqual(['1.*', '2.1']);
    expect(line?.number('timeout', 5000)).toBe(5000);
  });

  test.each([[['nosuchmode']], [['fuzzingclient', '--nosuchoption']], [['echoserver', 'echoclient']]])(
    'refuses %j',
    args => {
      expect(() => readCommandLine(args)).toThrow();
    },
  );

  test('refuses a number that is none', () => {
    expect(() => readCommandLine(['massconnect', '--count', 'many'])?.number('count', 1)).toThrow(
      '--count takes a whole number',
    );
  });

  test.each([[[]], [['-h']], [['echoserver', '--help']]])('shows help for %j', args => {
    expect(readCommandLine(args)).toBeNull();
  });
});
