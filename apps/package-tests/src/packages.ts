import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);

/** A package that users can install. */
export interface PublicPackage {
  readonly name: string;
  readonly version: string;
  /** What can be imported of it, such as `@ws/compress/deflate`. */
  readonly entries: readonly string[];
  readonly bins: readonly string[];
  readonly isForNode: boolean;
}

/** All packages of the workspace that are not private. */
export function publicPackages(): PublicPackage[] {
  return ['packages', 'apps']
    .flatMap(parent => readdirSync(join(ROOT, parent)).map(name => join(ROOT, parent, name)))
    .filter(folder => existsSync(join(folder, 'package.json')))
    .map(folder => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({
      name: manifest.name,
      version: manifest.version,
      entries: Object.entries<{ types?: string }>(manifest.exports)
        .filter(([, target]) => target.types?.startsWith('./dist/'))
        .map(([path]) => `${manifest.name}${path.slice(1)}`),
      bins: Object.keys(manifest.bin ?? {}),
      isForNode: folder.includes('/apps/') || manifest.name === '@ws/node',
    }));
}

/** Packs what would be published. @returns the paths of the tarballs, in the order of the packages */
export async function packAll(packages: readonly PublicPackage[], target: string): Promise<string[]> {
  await mkdir(target, { recursive: true });
  const filters = packages.flatMap(({ name }) => ['--filter', name]);
  await run('npx', ['--yes', 'pnpm@12', '-r', ...filters, 'pack', '--pack-destination', target], { cwd: ROOT });
  return packages.map(({ name, version }) => join(target, `${name.slice(1).replace('/', '-')}-${version}.tgz`));
}

/** Installs tarballs into an empty project. @throws when npm cannot, such as without a network */
export async function installInto(project: string, tarballs: readonly string[]): Promise<void> {
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'user', private: true }));
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--loglevel=error'];
  await run('npm', ['install', ...flags, ...tarballs], { cwd: project });
}

/** Runs a program in a folder. @returns what it printed */
export async function runIn(cwd: string, program: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(program, args, { cwd });
  return stdout.trim();
}
