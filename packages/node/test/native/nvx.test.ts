import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// What is read at import needs a process of its own for each value.
describe('AUTOBAHN_USE_NVX', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ws-nvx-'));
  const program = join(folder, 'program.mjs');

  beforeAll(async () => {
    const build = await rolldown({
      input: 'program.js',
      platform: 'node',
      resolve: {
        conditionNames: ['@ws/source', 'import', 'default'],
        alias: { nvx: fileURLToPath(new URL('../../src/native/nvx.ts', import.meta.url)) },
      },
      plugins: [
        {
          name: 'program',
          resolveId: id => (id === 'program.js' ? id : null),
          load: id =>
            id === 'program.js'
              ? `import { nodeAccelerator, USES_NVX } from 'nvx';
                 console.log(JSON.stringify({ USES_NVX, reason: nodeAccelerator.reason }));`
              : null,
        },
      ],
    });
    const { output } = await build.generate({ format: 'esm' });
    await build.close();
    writeFileSync(program, output[0].code);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(setting: string | null, flags: readonly string[] = [], debug = ''): ReturnType<typeof spawnSync> {
    const { AUTOBAHN_USE_NVX: _, ...env } = process.env;
    const variable = setting === null ? {} : { AUTOBAHN_USE_NVX: setting };
    return spawnSync(process.execPath, [...flags, program], {
      encoding: 'utf8',
      env: { ...env, ...variable, NODE_DEBUG: debug },
    });
  }
  const outcome = (result: ReturnType<typeof spawnSync>): unknown => JSON.parse(String(result.stdout));

  test.each([null, '', ' ', 'x', 'auto', '1', 'yes', 'true', ' TRUE '])('%j uses NVX where it runs', setting => {
    expect(outcome(run(setting))).toEqual({ USES_NVX: true, reason: null });
  });

  test.each(['0', 'no', 'false', ' No '])('%j switches it off', setting => {
    expect(outcome(run(setting))).toEqual({ USES_NVX: false, reason: 'switched off' });
  });

  test('says in the debug log that it was switched off', () => {
    expect(String(run('0', [], 'ws').stderr)).toContain('switched off by AUTOBAHN_USE_NVX');
    expect(String(run('x', [], 'ws').stderr)).toBe('');
  });

  test.each([null, 'x'])('%j does without where it does not run', setting => {
    expect(outcome(run(setting, ['--jitless']))).toEqual({ USES_NVX: false, reason: 'no WebAssembly' });
  });

  test.each(['1', 'yes', 'true'])('%j fails the import, clearly, where it does not run', setting => {
    const { status, stderr } = run(setting, ['--jitless']);
    expect(status).not.toBe(0);
    expect(String(stderr)).toContain(
      `AUTOBAHN_USE_NVX=${setting}: NVX acceleration is required, but not available: no WebAssembly`,
    );
    expect(String(stderr)).toContain('ERR_NVX_UNAVAILABLE');
  });
});
