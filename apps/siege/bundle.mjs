// Bundles sources, so that they run in processes of their own and nothing has to be built.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const here = import.meta.dirname;

/**
 * A module of src/ and all that it needs, in one file.
 *
 * @param {string} entry such as `soak/main.ts`
 * @param {string} [build] a checkout of this repository that is built: its packages are used as they are there, in place
 * of the sources
 * @returns {Promise<{ readonly file: string, remove: () => void }>} the file, and what removes it
 */
export async function bundle(entry, build) {
  const folder = join(here, 'node_modules/.cache');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${entry.replaceAll(/\W/g, '-')}-${process.pid}.mjs`);
  const built = await rolldown({
    input: join(here, 'src', entry),
    platform: 'node',
    resolve: { conditionNames: ['@ws/source', 'node', 'import', 'default'] },
    external: ['ws'],
    plugins: build === undefined ? [] : [packagesOf(build)],
    logLevel: 'silent',
    // Of Node 20: no `using`.
    transform: { target: 'node20' },
  });
  const { output } = await built.generate({ format: 'esm', codeSplitting: false, minify: false });
  await built.close();
  writeFileSync(file, output[0].code);
  return { file, remove: () => rmSync(file, { force: true }) };
}

/**
 * Leaves the packages where they are built.
 *
 * @param {string} build
 * @returns {import('rolldown').Plugin}
 */
function packagesOf(build) {
  return {
    name: 'packages-of-a-build',
    resolveId(specifier) {
      const name = /^@ws\/([^/]+)/.exec(specifier)?.[1];
      if (name === undefined) return null;
      // A package finds itself by its name, from wherever it lies.
      const { resolve } = createRequire(join(build, 'packages', name, 'package.json'));
      return { id: resolve(specifier), external: true };
    },
  };
}
