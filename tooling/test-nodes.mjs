// Runs the quick tests of all packages on every release line of Node that is supported, but for the one that runs this.
// The binaries come from npm, into .tools/. Names of test files may follow.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const MAJORS = ['20', '22', '24', '26'];
const PROJECTS = readdirSync('packages').flatMap(name => ['--project', name]);
const FILES = process.argv.slice(2);
const [present] = process.versions.node.split('.');
// These count for themselves: they are the same tests as on this Node.
const { WS_SUMMARY: _, ...inherited } = process.env;
const env = { ...inherited, WS_TIER: 'quick' };

let hasFailed = false;
for (const major of MAJORS.filter(major => major !== present)) {
  const folder = join('.tools', `node-${major}`);
  const binary = join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary)) run('npm', ['install', '--no-save', '--prefix', folder, `node@${major}`]);
  console.log(`Node ${major}:`);
  hasFailed = !run(binary, ['node_modules/vitest/vitest.mjs', 'run', ...PROJECTS, ...FILES]) || hasFailed;
}
process.exit(hasFailed ? 1 : 0);

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit', env }).status === 0;
}
