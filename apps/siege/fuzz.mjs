// Fuzzes our parsers, each in a process of its own, all at once: `node fuzz.mjs [--seconds 3600] [--target NAME]…
// [--seed N] [--save]`. `--save` writes inputs that reach something new, and those that break a promise, to corpus/.
// Fails when a promise was broken. Nothing has to be built: the sources are bundled here.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { instrument } from './instrument.mjs';

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: process.env.WS_FUZZ_SECONDS ?? '3600' },
    target: {
      type: 'string',
      multiple: true,
      default: ['head', 'extension', 'frame', 'inflate', 'bombs', 'bzip2', 'url', 'json', 'msgpack', 'cbor'],
    },
    seed: { type: 'string', default: `${Date.now() % 2 ** 31}` },
    save: { type: 'boolean', default: false },
  },
});

/** @typedef {{ target: string, runs: number, blocks: number, inputs: number, crashes: { input: string, message: string }[] }} Found */

/** @param {string} file */
async function bundleWorker(file) {
  const bundle = await rolldown({
    input: join(here, 'src/fuzz/worker.ts'),
    platform: 'node',
    resolve: { conditionNames: ['@ws/source', 'node', 'import', 'default'] },
    external: ['ws'],
    logLevel: 'silent',
    // Names of files stay: coverage is counted by them.
    experimental: { attachDebugInfo: 'simple' },
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false, minify: false });
  writeFileSync(file, instrument(output[0].code));
  await bundle.close();
}

/** @param {string} file @param {string} target @returns {Promise<Found>} */
function runWorker(file, target) {
  const { seconds, seed, save } = values;
  const args = [file, target, seconds, seed, join(here, 'corpus'), ...(save ? ['save'] : [])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', chunk => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('close', status => {
      if (status === 0) resolve(JSON.parse(output));
      else reject(new Error(`the worker for ${target} ended with ${status}`));
    });
  });
}

const folder = join(here, 'node_modules/.cache');
mkdirSync(folder, { recursive: true });
const file = join(folder, `fuzz-${process.pid}.mjs`);
try {
  await bundleWorker(file);
  const results = await Promise.all(values.target.map(target => runWorker(file, target)));
  for (const { target, runs, blocks, inputs, crashes } of results) {
    console.log(
      `${target}: ${runs} runs, ${blocks} blocks, ${inputs} inputs, ${crashes.length} broken (seed ${values.seed})`,
    );
    for (const { input, message } of crashes) console.log(`  ${JSON.stringify(input)}\n    ${message}`);
    if (crashes.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(file, { force: true });
}
