// Many connections for a long time: `node soak.mjs [--seconds 600] [--connections 2000] [--rate 1000] [--seed 1]`, or,
// with `--floods`, every flood in full (`--only TEXT`: those with such a name). Nothing has to be built: the sources are bundled here.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    connections: { type: 'string', default: '2000' },
    rate: { type: 'string' },
    seed: { type: 'string', default: '1' },
    floods: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const { seconds, connections, rate = `${Number(connections) / 2}`, seed, floods, only } = values;
for (const [name, value] of Object.entries({ seconds, connections, rate, seed })) {
  if (!(Number(value) > 0)) throw new RangeError(`--${name} ${value} is not a positive number`);
}

/** The young generation has its size from the start: what it grows by later is nothing that anybody holds. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'];

/** Memory that was freed goes back to the system: what malloc holds on to (of contexts of zlib, 200 KiB each) hides leaks. */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '131072' };

const topic = floods ? 'flood' : 'soak';
const server = await bundle(`${topic}/server.ts`);
const main = await bundle(`${topic}/main.ts`);
try {
  const args = [...FLAGS, main.file, server.file, ...(floods ? [only] : [seconds, connections, rate, seed])];
  process.exitCode =
    spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...ALLOCATOR } }).status ?? 1;
} finally {
  main.remove();
  server.remove();
}
