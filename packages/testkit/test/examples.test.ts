// The example is run as a user would run it, by bare node, against the built packages.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the example of the README runs with the test runner of Node', async () => {
  const file = fileURLToPath(new URL('../examples/own-stream.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  expect(stdout).toMatch(/pass [1-9]\d/);
  expect(stdout).toMatch(/fail 0/);
});
