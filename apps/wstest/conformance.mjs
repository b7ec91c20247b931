// Runs every case against our own server and client, and the classic ones, shortened, against other implementations.
// A difference to what lies in expected/ fails. `--update` writes what came, `--quick` shortens our own cases
// too, `--full` shortens none (minutes for each peer), and names as arguments pick peers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  compareExpectations,
  formatSummary,
  runFuzzingClient,
  startFuzzingServer,
  summarizeResults,
  writeReports,
} from '@ws/wstest';

const here = import.meta.dirname;
const CLASSIC = ['1.*', '2.*', '3.*', '4.*', '5.*', '6.*', '7.*', '9.*', '10.*', '12.*', '13.*'];
const node = process.execPath;
const python = '/usr/bin/python3';

/**
 * @typedef {object} Peer
 * @property {string} name also of the file in expected/
 * @property {'server' | 'client'} role
 * @property {string[]} command
 * @property {boolean} isOurs
 */

/** @type {Peer[]} */
const PEERS = [
  { name: 'ours-server', role: 'server', command: [node, 'peers/ours-server.mjs'], isOurs: true },
  { name: 'ours-client', role: 'client', command: [node, 'peers/ours-client.mjs'], isOurs: true },
  { name: 'ws-server', role: 'server', command: [node, 'peers/ws-server.mjs'], isOurs: false },
  { name: 'ws-client', role: 'client', command: [node, 'peers/ws-client.mjs'], isOurs: false },
  { name: 'undici-client', role: 'client', command: [node, 'peers/undici-client.mjs'], isOurs: false },
  { name: 'autobahn-server', role: 'server', command: [python, 'peers/autobahn-server.py'], isOurs: false },
  { name: 'websockets-server', role: 'server', command: [python, 'peers/websockets-server.py'], isOurs: false },
];

/** @param {Peer} peer */
function optionsFor({ isOurs }) {
  return isOurs
    ? { isQuick: process.argv.includes('--quick') }
    : { cases: CLASSIC, isQuick: !process.argv.includes('--full') };
}

/** @param {Peer} peer @returns {Promise<import('@ws/wstest').CaseResult[] | null>} null when the peer is not installed */
async function testServer(peer) {
  const [command = '', ...args] = peer.command;
  const child = spawn(command, args, { cwd: here, stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'error'),
    once(child, 'exit').then(() => [null]),
  ]);
  if (typeof line !== 'string') return null;
  const [url = '', http2Url = url] = line.split(' ').map(port => `ws://127.0.0.1:${port}/`);
  try {
    return await runFuzzingClient({ ...optionsFor(peer), url, http2Url, agent: peer.name, peerPid: child.pid ?? null });
  } finally {
    child.kill();
  }
}

/** @param {Peer} peer */
async function testClient(peer) {
  /** @type {import('node:child_process').ChildProcess | null} */
  let child = null;
  const options = {
    ...optionsFor(peer),
    get peerPid() {
      return child?.pid ?? null;
    },
  };
  const server = await startFuzzingServer(options);
  const [command = '', ...args] = peer.command;
  child = spawn(command, [...args, `ws://127.0.0.1:${server.port}`, peer.name], { cwd: here, stdio: 'inherit' });
  await once(child, 'exit');
  const { results } = server;
  await server.close();
  return [...results];
}

/** @param {Peer} peer */
async function testPeer(peer) {
  const began = performance.now();
  const results = await (peer.role === 'server' ? testServer(peer) : testClient(peer));
  if (results === null) {
    console.log(`${peer.name}: not installed, not tested`);
    return true;
  }
  await writeReports(`${here}/reports/${peer.name}`, results);
  const actual = summarizeResults(results);
  const file = `${here}/expected/${peer.name}.json`;
  // What is written by hand, such as `OK or NON-STRICT`, stays for as long as it is true.
  const isKnown = existsSync(file) && compareExpectations(JSON.parse(readFileSync(file, 'utf8')), actual).length === 0;
  if (process.argv.includes('--update') && !isKnown) writeFileSync(file, `${JSON.stringify(actual, null, 2)}\n`);
  const differences = existsSync(file)
    ? compareExpectations(JSON.parse(readFileSync(file, 'utf8')), actual)
    : ['nothing is expected yet'];
  process.stdout.write(formatSummary(results));
  console.log(
    `${peer.name}: ${differences.length === 0 ? 'as expected' : 'DIFFERENT'} (${((performance.now() - began) / 1000).toFixed(0)} s)\n`,
  );
  for (const difference of differences) console.log(`  ${difference}`);
  return differences.length === 0;
}

// `--alone` is how this script starts itself: one tester per process, so that both cores are used.
const names = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
const peers = PEERS.filter(({ name }) => names.length === 0 || names.includes(name));
if (process.argv.includes('--alone')) {
  process.exit((await testPeer(/** @type {Peer} */ (peers[0]))) ? 0 : 1);
}
const flags = process.argv.filter(argument => ['--update', '--quick', '--full'].includes(argument));
let isRight = true;
/** @param {Peer[]} some */
async function testTogether(some) {
  const children = some.map(({ name }) =>
    spawn(node, [import.meta.filename, '--alone', name, ...flags], { stdio: 'inherit' }),
  );
  for (const [status] of await Promise.all(children.map(child => once(child, 'exit'))))
    if (status !== 0) isRight = false;
}
await testTogether(peers.filter(({ isOurs }) => isOurs));
// The shortened cases of the others mostly wait.
const others = peers.filter(({ isOurs }) => !isOurs);
for (let i = 0; i < others.length; i += 2) await testTogether(others.slice(i, i + 2));
console.log(isRight ? 'Everything is as expected.' : 'Something is different from what is expected.');
process.exit(isRight ? 0 : 1);
