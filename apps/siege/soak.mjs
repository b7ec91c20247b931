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

const topic = floods ? 'flood' : 'soak';
const server = await bundle(`${topic}/server.ts`);
const main = await bundle(`${topic}/main.ts`);
try {
  const args = ['--expose-gc', main.file, server.file, ...(floods ? [only] : [seconds, connections, rate, seed])];
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
} finally {
  main.remove();
  server.remove();
}
