import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { APPLICATION, bundle, FOUND, withFile } from './support/bundle.ts';

/** Deno, as its npm package brings it; `null` where there is none for this machine. */
function findDeno(): string | null {
  try {
    const bin = createRequire(import.meta.url).resolve('deno/bin.cjs');
    execFileSync(process.execPath, [bin, '--version'], { stdio: 'pipe' });
    return bin;
  } catch {
    return null;
  }
}

const deno = findDeno();
if (deno === null) console.warn('skipped: the npm package "deno" has no binary for this machine');

test.skipIf(deno === null)('the kernels run in Deno', async () => {
  const code = await bundle(`${APPLICATION}; console.log(JSON.stringify(report));`);
  const output = await withFile('application.mjs', code, path =>
    execFileSync(process.execPath, [deno ?? '', 'run', '--no-remote', '--no-config', path], {
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
    }),
  );
  expect(JSON.parse(output)).toEqual(FOUND);
});
