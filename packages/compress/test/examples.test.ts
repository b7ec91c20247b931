import { test } from 'vitest';

// Each asserts its own result.
test.each(['negotiate.mjs', 'options.mjs'])('%s runs', async name => {
  await import(`../examples/${name}`);
});
