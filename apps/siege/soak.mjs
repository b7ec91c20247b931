// Many connections for a long time: `node soak.mjs [--seconds 600] [--connections 2000] [--rate 1000] [--seed 1]`;
// with `--bounds`, what floods may cost (`--only TEXT`: those with such a name); with `--floods`, what a neighbour of floods
// waits, for packages that are built. For the others nothing has to be built: the sources are bundled here.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';

const { values } = parseArgs({
  // `--floods` alone means all of them.
  args: process.argv.slice(2).map(argument => (argument === '--floods' ? '--floods=' : argument)),
  options: {
    seconds: { type: 'string', default: '600' },
    connections: { type: 'string', default: '2000' },
    rate: { type: 'string' },
    seed: { type: 'string', default: '1' },
    bounds: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    floods: { type: 'string' },
    api: { type: 'string', default: 'callbacks,pull,ws' },
    flooders: { type: 'string', default: '1,10,100' },
    limits: { type: 'string', default: '' },
    runs: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    build: { type: 'string', default: join(import.meta.dirname, '../..') },
  },
});
const { seconds, connections, rate = `${Number(connections) / 2}`, seed, bounds, only, floods } = values;
for (const [name, value] of Object.entries({ seconds, connections, rate, seed, runs: values.runs })) {
  if (!(Number(value) > 0)) throw new RangeError(`--${name} ${value} is not a positive number`);
}

/** The young generation has its size from the start: what it grows by later is nothing that anybody holds. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'];

/** Memory that was freed goes back to the system: what malloc holds on to (of contexts of zlib, 200 KiB each) hides leaks. */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '131072' };

/** Words between commas. @param {string} text */
const listOf = text => text.split(',').filter(Boolean);

/** @param {readonly string[]} args @param {NodeJS.ProcessEnv} env */
function run(args, env) {
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1;
}

/** The server as users have it: what is published, with Node's own flags. */
async function runFloods() {
  const { build } = values;
  if (!existsSync(join(build, 'packages/node/dist'))) throw new Error(`${build} is not built: npm run build`);
  const bundles = {
    main: await bundle('witness/main.ts'),
    server: await bundle('witness/server.ts', build),
    neighbour: await bundle('witness/neighbour.ts'),
    flooder: await bundle('witness/flooder.ts'),
  };
  const files = Object.fromEntries(Object.entries(bundles).map(([name, { file }]) => [name, file]));
  const options = {
    rows: listOf(floods || only),
    apis: listOf(values.api),
    flooders: listOf(values.flooders).map(Number),
    limits: listOf(values.limits).map(Number),
    runs: Number(values.runs),
    isQuick: values.quick,
    save: values.save
      ? {
          results: join(import.meta.dirname, 'floods.jsonl'),
          page: join(import.meta.dirname, '../../docs/RELIABILITY.md'),
        }
      : null,
  };
  try {
    run([bundles.main.file, JSON.stringify(files), JSON.stringify(options)], process.env);
  } finally {
    for (const { remove } of Object.values(bundles)) remove();
  }
}

async function runLong() {
  const topic = bounds ? 'flood' : 'soak';
  const server = await bundle(`${topic}/server.ts`);
  const main = await bundle(`${topic}/main.ts`);
  try {
    const args = bounds ? [only] : [seconds, connections, rate, seed];
    run([...FLAGS, main.file, server.file, ...args], { ...process.env, ...ALLOCATOR });
  } finally {
    main.remove();
    server.remove();
  }
}

await (floods === undefined ? runLong() : runFloods());
