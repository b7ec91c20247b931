// What a user's bundle gets: a few imports, bundled and minified, measured after gzip. `node tooling/size/budgets.mjs`
// prints the table; it fails when something has outgrown its budget.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

// Budgets stand 5 % over what was measured, and are moved on purpose. Last: the engine in parts and the ports above it, which
// cost 1.3 to 1.8 KB, and give more than they cost to whatever façade stands on them without protocol classes. Then
// deflate, which lost fflate: 2.8 KB less. Then the queue that bounds the work of a turn, and ends that are told before there is
// a listener: 1.5 KB more for a client.
/** @type {readonly { name: string, from: string, code: string, budget: number, external?: RegExp }[]} budgets in bytes */
const BUDGETS = [
  { name: 'createUrl', from: 'util', code: "export { createUrl } from '@ws/util';", budget: 1017 },
  { name: 'createUrl, parseUrl', from: 'util', code: "export { createUrl, parseUrl } from '@ws/util';", budget: 1796 },
  { name: 'all of util', from: 'util', code: "export * from '@ws/util';", budget: 1895 },
  {
    name: 'a client over a transport of your own',
    from: 'core',
    code: "export { WebSocketClientFactory, WebSocketClientProtocol } from '@ws/core';",
    budget: 24_978,
  },
  {
    name: 'the same with permessage-deflate',
    from: 'core',
    code: "export { WebSocketClientFactory, WebSocketClientProtocol } from '@ws/core';\nexport { offerDeflate } from '@ws/compress/deflate';\nexport { portableDeflate } from '@ws/compress';",
    budget: 41_869,
  },
  {
    name: 'a server over a transport of your own',
    from: 'core',
    code: "export { WebSocketServerFactory, WebSocketServerProtocol } from '@ws/core';",
    budget: 27_578,
  },
  { name: 'all of core', from: 'core', code: "export * from '@ws/core';", budget: 32_412 },
  {
    name: 'offerDeflate',
    from: 'compress',
    code: "export { offerDeflate } from '@ws/compress/deflate';",
    budget: 17_558,
  },
  {
    name: 'all of core, without types and util',
    from: 'core',
    code: "export * from '@ws/core';",
    budget: 27_599,
    external: /^@ws\/(?:types|util)/,
  },
  { name: 'nothing of core', from: 'core', code: "import '@ws/core';", budget: 25 },
];

const conditionNames = ['@ws/source', 'import', 'default'];
let isOver = false;
for (const { name, from, code, budget, external = [] } of BUDGETS) {
  const folder = mkdtempSync(join('packages', from, '.size-'));
  try {
    const input = join(folder, 'entry.mjs');
    writeFileSync(input, code);
    const bundle = await rolldown({ input, external, resolve: { conditionNames }, logLevel: 'silent' });
    const { output } = await bundle.generate({ format: 'esm', minify: true });
    await bundle.close();
    const size = gzipSync(output[0].code, { level: 9 }).length;
    isOver ||= size > budget;
    console.log(
      `${String(size).padStart(6)} of ${String(budget).padStart(6)} bytes  ${name}${size > budget ? '  TOO BIG' : ''}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
if (isOver) process.exit(1);
