// Every package that a test says to install when it is skipped must be one that `.ci/run` installs: else the test would be
// skipped there, and nobody would see it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const [, packages = ''] = /^PACKAGES="([^"]*)"/m.exec(readFileSync('.ci/run', 'utf8')) ?? [];
const installed = new Set(packages.split(' '));

const folders = ['packages', 'apps']
  .flatMap(parent => readdirSync(parent).map(name => `${parent}/${name}`))
  .concat('docs');
const tests = folders
  .map(folder => `${folder}/test`)
  .filter(folder => existsSync(folder))
  .flatMap(folder => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name}`))
  .filter(file => file.endsWith('.ts'));
/** @type {string[]} */
const missing = [];
let found = 0;
for (const file of tests) {
  // One or more names of packages, up to what ends the sentence.
  for (const [, names = ''] of readFileSync(file, 'utf8').matchAll(/apt-get install ((?:[a-z0-9][a-z0-9.+-]+ ?)+)/g))
    for (const name of names.trim().split(' ')) {
      found++;
      if (!installed.has(name)) missing.push(`${file}: ${name}`);
    }
}
if (found === 0) throw new Error('no test says what to install');
if (missing.length > 0) {
  console.error(`not installed by .ci/run:\n${missing.join('\n')}`);
  process.exit(1);
}
