import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const INDEX = fileURLToPath(new URL('../../src/index.ts', import.meta.url));

/**
 * The package and what it needs in one JavaScript file, as a bundler makes it for an application: for the runtimes that
 * are started from tests.
 *
 * @param code of the application, which imports from `@ws/accel`
 */
export async function bundle(code: string): Promise<string> {
  const entry = 'application.js';
  const build = await rolldown({
    input: entry,
    resolve: { conditionNames: ['@ws/source', 'import', 'default'], alias: { '@ws/accel': INDEX } },
    plugins: [
      {
        name: 'application',
        resolveId: id => (id === entry ? id : null),
        load: id => (id === entry ? code : null),
      },
    ],
  });
  try {
    const { output } = await build.generate({ format: 'esm' });
    return output[0].code;
  } finally {
    await build.close();
  }
}

/** An application that tries everything, and leaves what it found in `report`. It knows no runtime. */
export const APPLICATION = `
  import { createAccelerator, createXorMasker, HAS_NVX, load, NvxError, Utf8Validator } from '@ws/accel';
  const accelerator = createAccelerator();
  const bytes = accelerator.receiveBuffer?.bytes() ?? new Uint8Array(1000);
  const text = new TextEncoder().encode('grüße, '.repeat(40));
  bytes.set(text, 3);
  accelerator.masker.mask(bytes, 3, 3 + text.length, 0x81020384, 1);
  const isMasked = bytes[3] === (text[0] ^ 0x02);
  let state = 0;
  if (accelerator.textUnmasker) state = accelerator.textUnmasker.unmaskText(bytes, 3, 3 + text.length, 0x81020384, 1, 0);
  else {
    accelerator.masker.mask(bytes, 3, 3 + text.length, 0x81020384, 1);
    state = accelerator.utf8.validate(bytes, 0, 3, 3 + text.length);
  }
  let required = 'works';
  try {
    createAccelerator({ use: 'require' });
  } catch (error) {
    required = error instanceof NvxError ? error.code : String(error);
  }
  const wrong = new Utf8Validator().validate(Uint8Array.of(0x61, 0xed, 0xa0, 0x80));
  const report = {
    hasNvx: HAS_NVX,
    used: accelerator.hasNvx,
    reason: accelerator.reason,
    isMasked,
    isUnmasked: text.every((byte, i) => bytes[3 + i] === byte),
    state,
    required,
    wrong: [wrong.valid, wrong.endsOnCodePoint, wrong.currentIndex, wrong.totalIndex],
    masked: [...createXorMasker(Uint8Array.of(1, 2, 3, 4)).process(new Uint8Array(5))],
    loaded: load().hasNvx,
  };
`;

/** What the application finds where the kernels run; elsewhere all but the first lines is the same. */
export const FOUND = {
  hasNvx: true,
  used: true,
  reason: null as string | null,
  isMasked: true,
  isUnmasked: true,
  state: 0,
  required: 'works',
  wrong: [false, false, 2, 2],
  masked: [1, 2, 3, 4, 1],
  loaded: true,
};

/** What it finds without the kernels. */
export const foundWithout = (reason: unknown): object => ({
  ...FOUND,
  hasNvx: false,
  used: false,
  reason,
  required: 'ERR_NVX_UNAVAILABLE',
  loaded: false,
});

/** Writes a file into a new folder, and removes both when the caller is done. */
export async function withFile<Result>(
  name: string,
  content: string,
  use: (path: string) => Result | Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'ws-accel-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, content);
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
