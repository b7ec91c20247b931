import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the example of the README runs, and what it asserts holds', async () => {
  const path = '../examples/router.mjs';
  await import(path);
  const [readme, example] = ['../README.md', path].map(name => readFileSync(new URL(name, import.meta.url), 'utf8'));
  expect(readme).toContain(example!.trimEnd());
});
