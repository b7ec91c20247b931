// The examples that look at themselves, run as a user would run them: by bare node, against the built packages.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

describe('the examples', () => {
  test.each(['with-express', 'with-fastify', 'with-hono', 'many-processes'])('%s.mjs', async name => {
    const file = fileURLToPath(new URL(`../examples/${name}.mjs`, import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 15_000 });
    expect({ stdout, stderr }).toEqual({ stdout: 'ok\n', stderr: '' });
  });
});
