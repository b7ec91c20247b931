// Runs the tests of @ws/node, contract suites of the transports included, on every release line of Node that is supported.
// The binaries come from npm, into .tools/.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const MAJORS = [20, 22, 24, 26];
const FILES = process.argv.slice(2);

let hasFailed = false;
for (const major of MAJORS) {
  const folder = join('.tools', `node-${major}`);
  const binary = join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary)) run('npm', ['install', '--no-save', '--prefix', folder, `node@${major}`]);
  console.log(`Node ${major}:`);
  hasFailed = !run(binary, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'node', ...FILES]) || hasFailed;
}
process.exit(hasFailed ? 1 : 0);

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0;
}
