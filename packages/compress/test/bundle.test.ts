import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { type OutputChunk, rolldown } from 'rolldown';
import { describe, expect, test } from 'vitest';

const source = fileURLToPath(new URL('../src/', import.meta.url));

/** What a bundler makes of some code, for a browser. */
async function bundle(code: string): Promise<{ code: string; modules: string[] }> {
  const build = await rolldown({
    input: 'entry',
    platform: 'browser',
    resolve: { conditionNames: ['@ws/source', 'import', 'default'] },
    plugins: [
      {
        name: 'entry',
        resolveId: id => (id === 'entry' ? `${source}entry.ts` : null),
        load: id => (id === `${source}entry.ts` ? code : null),
      },
    ],
  });
  const { output } = await build.generate({ format: 'iife', name: 'bundle', minify: true });
  await build.close();
  const [chunk] = output as [OutputChunk];
  const kept = Object.entries(chunk.modules).filter(([, module]) => (module.code?.length ?? 0) > 0);
  return { code: chunk.code, modules: kept.map(([id]) => id.replaceAll('\\', '/')) };
}

/** Runs it where there is nothing but the language. */
function run(code: string): unknown {
  return runInNewContext(`${code}; bundle`, { TextEncoder, TextDecoder });
}

describe('a bundle', () => {
  test('with offerDeflate has nothing of bzip2 in it', async () => {
    const { modules } = await bundle(`export { offerDeflate } from './deflate/index.ts';`);
    expect(modules.filter(id => /bzip2/.test(id))).toEqual([]);
    expect(modules.some(id => id.includes('/pako/'))).toBe(true);
  });
  test('with offerBzip2 has nothing of deflate in it', async () => {
    const { modules } = await bundle(`export { offerBzip2 } from './bzip2/index.ts';`);
    expect(modules.filter(id => /deflate|pako/.test(id))).toEqual([]);
    expect(modules.some(id => id.includes('/bzip2-decoder.ts'))).toBe(true);
  });
  test('takes one of them out of the main entry as well', async () => {
    const { modules } = await bundle(`export { offerDeflate } from './index.ts';`);
    expect(modules.filter(id => /bzip2/.test(id))).toEqual([]);
  });
  test('works without any API of a platform', async () => {
    const { code } = await bundle(`
      import { PerMessageBzip2, PerMessageDeflate } from './index.ts';
      export function roundTrip(bytes) {
        return [PerMessageBzip2, PerMessageDeflate].map(Processor => {
          const [client, server] = [new Processor({ isServer: false }), new Processor({ isServer: true })];
          return Array.from(server.decompress(client.compress(bytes, true), true, 100));
        });
      }`);
    const { roundTrip } = run(code) as { roundTrip(bytes: Uint8Array): number[][] };
    expect(roundTrip(Uint8Array.of(1, 2, 3, 3, 3))).toEqual([
      [1, 2, 3, 3, 3],
      [1, 2, 3, 3, 3],
    ]);
  });
});
