import { test } from 'vitest';

test('the example of the README runs, and what it asserts holds', async () => {
  const path = '../examples/echo.mjs';
  await import(path);
});
