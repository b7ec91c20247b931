import { expect, test } from 'vitest';
import { codeWords } from '../../src/support/code-words.ts';

test.each([
  ['ERR_HOST', 'host'],
  ['ERR_RESERVED_BITS', 'reserved bits'],
  ['ERR_INVALID_UTF8', 'invalid utf8'],
])('%s says: %s', (code, text) => {
  expect(codeWords(code)).toBe(text);
});
