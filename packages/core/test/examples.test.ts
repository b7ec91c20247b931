import { test } from 'vitest';

test('the example of the README runs, and what it asserts holds', async () => {
  await import('../examples/echo.mjs');
});
