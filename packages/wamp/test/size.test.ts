import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { describe, expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** What a bundle of this code holds: its bytes after gzip, and the packages in it. */
async function bundle(code: string): Promise<{ readonly size: number; readonly packages: readonly string[] }> {
  const folder = mkdtempSync(join(FOLDER, '.size-'));
  try {
    const input = join(folder, 'entry.mjs');
    writeFileSync(input, code);
    const conditionNames = ['@ws/source', 'import', 'default'];
    const made = await rolldown({ input, resolve: { conditionNames }, logLevel: 'silent' });
    const { output } = await made.generate({ format: 'esm', minify: true });
    await made.close();
    const [chunk] = output;
    const used = Object.entries(chunk.modules).filter(([, module]) => module.renderedLength > 0);
    const names = used.map(([path]) => /node_modules\/(?!.*node_modules\/)((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
    return {
      size: gzipSync(chunk.code, { level: 9 }).length,
      packages: [...new Set(names.filter(name => name !== undefined))].sort(),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('what is not used costs nothing', () => {
  test.each([
    { code: "export { ApplicationSession, WampWebSocketClientFactory } from '@ws/wamp';", packages: [] },
    { code: "export { createRouter, WampWebSocketServerFactory } from '@ws/wamp';", packages: [] },
    { code: "export { MsgpackSerializer } from '@ws/wamp/msgpack';", packages: ['@msgpack/msgpack'] },
    { code: "export { CborSerializer } from '@ws/wamp/cbor';", packages: ['cbor-x'] },
    { code: "export { wampCraAuth } from '@ws/wamp/wampcra';", packages: ['@noble/hashes'] },
  ])('$code brings $packages', async ({ code, packages }) => {
    expect((await bundle(code)).packages).toEqual(packages);
  });

  test('neither do imports that nothing is used of', async () => {
    const entries = ['', '/json', '/msgpack', '/serializers', '/wampcra', '/cryptosign'];
    const { size, packages } = await bundle(entries.map(entry => `import '@ws/wamp${entry}';`).join('\n'));
    expect({ size: Math.floor(size / 100), packages }).toEqual({ size: 0, packages: [] });
  });

  test('a session and its client’s connection fit into 41 KB, those of core included', async () => {
    const code = "export { ApplicationSession, WampWebSocketClientFactory } from '@ws/wamp';";
    expect((await bundle(code)).size).toBeLessThan(41_000);
  });
});
