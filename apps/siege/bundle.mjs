// Bundles sources, so that they run in processes of their own and nothing has to be built.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const here = import.meta.dirname;

/**
 * A module of src/ and all that it needs, in one file.
 *
 * @param {string} entry such as `soak/main.ts`
 * @returns {Promise<{ readonly file: string, remove: () => void }>} the file, and what removes it
 */
export async function bundle(entry) {
  const folder = join(here, 'node_modules/.cache');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${entry.replaceAll(/\W/g, '-')}-${process.pid}.mjs`);
  const built = await rolldown({
    input: join(here, 'src', entry),
    platform: 'node',
    resolve: { conditionNames: ['@ws/source', 'node', 'import', 'default'] },
    external: ['ws'],
    logLevel: 'silent',
    // Of Node 20: no `using`.
    transform: { target: 'node20' },
  });
  const { output } = await built.generate({ format: 'esm', codeSplitting: false, minify: false });
  await built.close();
  writeFileSync(file, output[0].code);
  return { file, remove: () => rmSync(file, { force: true }) };
}
