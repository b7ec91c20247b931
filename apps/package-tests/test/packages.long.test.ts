import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installInto, packAll, publicPackages, runIn } from '../src/packages.ts';

const packages = publicPackages();
const folder = mkdtempSync(join(tmpdir(), 'ws-packages-'));
const project = join(folder, 'user');
let tarballs: string[] = [];

const CERTIFICATE =
  'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost ' +
  '-addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem';

/** Other runtimes, where there are builds of them that run here. */
const runtimes = [
  { name: 'deno', command: denoCommand() },
  { name: 'bun', command: bunCommand() },
];

function denoCommand(): string[] | null {
  const bin = resolveFrom(import.meta.url, 'deno/bin.cjs');
  const args = ['run', '--no-remote', '--no-config', '--node-modules-dir=manual', '-A'];
  return bin !== null && canRun(process.execPath, bin, '--version') ? [process.execPath, bin, ...args] : null;
}

/** The program itself: what the package `bun` has under this name is put there by a script of its installation. */
function bunCommand(): string[] | null {
  const arch = process.arch === 'arm64' ? 'aarch64' : process.arch;
  const bun = resolveFrom(import.meta.url, 'bun/package.json');
  const bin = bun && resolveFrom(bun, `@oven/bun-${process.platform}-${arch}/bin/bun`);
  return bin !== null && canRun(bin, '--version') ? [bin, 'run', '--no-install'] : null;
}

function resolveFrom(from: string, name: string): string | null {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return null;
  }
}

function canRun(program: string, ...args: string[]): boolean {
  return spawnSync(program, args).status === 0;
}

beforeAll(async () => {
  tarballs = await packAll(packages, join(folder, 'tarballs'));
  await installInto(project, tarballs);
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(packages.map((entry, index) => ({ ...entry, index })))('$name', ({ index, bins }) => {
  test('is clean by publint', async () => {
    const bytes = await readFile(tarballs[index]!);
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const { messages } = await publint({ pack: { tarball }, strict: true });
    expect(messages).toEqual([]);
  });

  test('has the types that it runs with, for whoever resolves ES modules', async () => {
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(await readFile(tarballs[index]!))));
    const problems = 'problems' in result ? result.problems : ['no types'];
    // `require` gets the ES module itself (Node 20.19 and newer); resolution without `exports` is that of Node 10.
    const isOfOld = (problem: unknown): boolean => {
      const { kind, resolutionKind } = problem as { kind: string; resolutionKind?: string };
      return kind === 'CJSResolvesToESM' || resolutionKind === 'node10';
    };
    expect(problems.filter(problem => !isOfOld(problem))).toEqual([]);
  });

  test('says its version by its commands', async () => {
    for (const bin of bins) {
      expect(await runIn(project, join('node_modules', '.bin', bin), '--version')).toMatch(/^\d+\.\d+\.\d+/);
    }
  });
});

describe('an empty project that has installed all of them', () => {
  const entries = packages.flatMap(entry => entry.entries);
  const namespaces = entries.map((entry, i) => `import * as e${i} from '${entry}';`).join('\n');
  const forBrowsers = packages
    .filter(({ isForNode }) => !isForNode)
    .flatMap(entry => entry.entries)
    .filter(entry => !entry.endsWith('/node'));
  const list = entries.map((_, i) => `e${i}`).join(', ');

  test('imports every entry', async () => {
    await writeFile(join(project, 'all.mjs'), `${namespaces}\nconsole.log([${list}].length);\n`);
    expect(await runIn(project, process.execPath, 'all.mjs')).toBe(`${entries.length}`);
  });

  test('requires every entry', async () => {
    const requires = entries.map(entry => `require('${entry}')`).join(', ');
    await writeFile(
      join(project, 'all.cjs'),
      `console.log([${requires}].filter(e => typeof e === 'object').length);\n`,
    );
    expect(await runIn(project, process.execPath, 'all.cjs')).toBe(`${entries.length}`);
  });

  test.for(runtimes)('imports in $name what is not for Node alone', async ({ name, command }, { skip }) => {
    if (command === null) return skip(`no ${name} here: npm install ${name}`);
    const lines = forBrowsers.map((entry, i) => `import * as e${i} from '${entry}';\nconsole.log(typeof e${i});`);
    await writeFile(join(project, 'other.mjs'), lines.join('\n'));
    const [program = '', ...args] = command;
    const printed = await runIn(project, program, ...args, 'other.mjs');
    expect(printed.split(/\s+/)).toEqual(forBrowsers.map(() => 'object'));
  });

  test.for([{ name: 'node', command: [process.execPath] }, ...runtimes])(
    'talks to itself and to others in $name',
    { timeout: 60_000 },
    async ({ name, command }, { skip }) => {
      if (command === null) return skip(`no ${name} here: npm install ${name}`);
      if (!canRun('openssl', 'version')) return skip('no certificates: openssl is not installed');
      execFileSync('openssl', CERTIFICATE.split(' '), { cwd: project, stdio: 'ignore' });
      await copyFile(new URL('support/conversation.mjs', import.meta.url), join(project, 'conversation.mjs'));
      const [program = '', ...args] = command;
      const printed = await runIn(project, program, ...args, 'conversation.mjs');
      expect(printed.split('\n')).toEqual(['plain', 'compressed', 'through TLS', 'beside node:http']);
    },
  );

  test.each(['typescript', 'typescript-5.4'])(
    'type-checks with %s, its libraries too',
    async compiler => {
      const text = `${namespaces}\nexport const all: object[] = [${list}];\n`;
      await writeFile(join(project, 'all.mts'), text);
      const types = dirname(dirname(createRequire(import.meta.url).resolve('@types/node/package.json')));
      const options = {
        target: 'es2022',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        lib: ['es2023', 'esnext.disposable', 'dom'],
        types: ['node'],
        typeRoots: [types],
      };
      await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['all.mts'] }));
      const manifest = createRequire(import.meta.url).resolve(`${compiler}/package.json`);
      const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
      await runIn(project, process.execPath, join(dirname(manifest), bin.tsc), '-p', '.').catch(error => {
        throw new Error(error.stdout);
      });
    },
    120_000,
  );

  test('bundles for browsers what is not for Node alone', async () => {
    const input = join(project, 'browser.mjs');
    const exports = forBrowsers
      .filter(entry => !entry.endsWith('/node'))
      .map(entry => `import * as _ from '${entry}';`);
    await writeFile(
      input,
      exports.map((line, i) => line.replace('_', `e${i}`).concat(` console.log(e${i});`)).join('\n'),
    );
    const bundle = await rolldown({ input, platform: 'browser', logLevel: 'silent' });
    const { output } = await bundle.generate({ format: 'esm' });
    await bundle.close();
    expect(output[0].code).not.toMatch(/from ["']node:/);
    await writeFile(join(project, 'bundle.mjs'), output[0].code);
    await runIn(project, process.execPath, 'bundle.mjs');
  });
});
