// Starting what is measured and what measures, each pinned to a CPU of its own where the system can do that.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CACHE } from './generator.mjs';

/** What is under test runs on the first CPU, what loads it on the second. */
export const SERVER_CPU = 0;
export const LOAD_CPU = 1;

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** Whether servers and load run on CPUs of their own. */
export const IS_PINNED = canPin;

/**
 * The same command, pinned, and with as many open files as are allowed (10,000 connections need as many).
 *
 * @param {readonly string[]} command
 * @param {number} cpu
 * @returns {string[]}
 */
function prepared(command, cpu) {
  const raised = ['sh', '-c', 'ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$@"', 'sh', ...command];
  return canPin ? ['taskset', '-c', String(cpu), ...raised] : raised;
}

/**
 * Runs a program to its end and reads the line of JSON it prints.
 *
 * @param {readonly string[]} command
 * @param {number} cpu
 * @returns {Promise<any>} Rejects with what the program wrote to standard error.
 */
export function runForJson(command, cpu) {
  const [program = '', ...rest] = prepared(command, cpu);
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let complaint = '';
  child.stdout.on('data', text => {
    output += text;
  });
  child.stderr.on('data', text => {
    complaint += text;
  });
  const deadline = setTimeout(() => child.kill('SIGKILL'), 180_000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => {
      clearTimeout(deadline);
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(complaint.trim().split('\n').slice(0, 12).join('\n') || `ended with ${code}`));
    });
  });
}

/** @returns {string | null} The binary of the `deno` package, for this system. */
function denoBinary() {
  const require = createRequire(import.meta.url);
  try {
    const inside = createRequire(require.resolve('deno/package.json'));
    const { optionalDependencies } = inside('deno/package.json');
    for (const name of Object.keys(optionalDependencies)) {
      try {
        const folder = fileURLToPath(new URL('.', `file://${inside.resolve(`${name}/package.json`)}`));
        for (const file of ['deno', 'deno.exe']) if (existsSync(folder + file)) return folder + file;
      } catch {
        // Not the package of this system.
      }
    }
  } catch {
    // Not installed.
  }
  return null;
}

const deno = denoBinary();
const folder = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} name */
const isOurs = name => name.startsWith('ours');

/** Whether `@ws/node` was built; its servers run by bare node. */
const hasOurs = existsSync(fileURLToPath(new URL('../../../packages/node/dist/index.js', import.meta.url)));

const hasOurWamp = existsSync(fileURLToPath(new URL('../../../packages/wamp/dist/index.js', import.meta.url)));

/** @returns {string | null} An echo server over uWebSockets, which npm does not have: `PROGRAM PORT` starts it. */
export const uwsBinary = () => process.env.BENCH_UWS ?? null;

/**
 * @param {string} subject
 * @returns {string | null} Why it cannot run here; null when it can.
 */
export function whyMissing(subject) {
  if (isOurs(subject) && !hasOurs) return '@ws/node is not built (run `turbo run build`)';
  if (subject === 'deno' && deno === null) return 'the deno package has no binary for this system';
  if (subject === 'ours-wamp' && !hasOurWamp) return '@ws/wamp is not built (run `turbo run build`)';
  if (subject === 'fox-wamp' && !process.env.BENCH_FOX_WAMP) return 'not installed (BENCH_FOX_WAMP names its folder)';
  if (subject === 'uws' && uwsBinary() === null) return 'no binary given (--uws PATH or BENCH_UWS)';
  return null;
}

/** @param {string} name @returns {string | null} */
export function versionOf(name) {
  if (name === 'deno' && deno)
    return spawnSync(deno, ['--version'], { encoding: 'utf8' }).stdout.split(/\s/)[1] ?? null;
  const folder = name === 'fox-wamp' ? process.env.BENCH_FOX_WAMP : fileURLToPath(new URL('..', import.meta.url));
  try {
    const path = `${folder}/node_modules/${name}/package.json`;
    return JSON.parse(readFileSync(path, 'utf8')).version;
  } catch {
    return null;
  }
}

/**
 * @typedef {object} RunningServer
 * @property {number} pid
 * @property {number} port
 * @property {() => Promise<void>} settle Waits until it has nothing more to do.
 * @property {() => Promise<void>} stop
 */

/** @param {number} port */
function canConnect(port) {
  return new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(socket.destroy() && true));
    socket.on('error', () => resolve(false));
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise(resolve => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** CPU nanoseconds of the main thread; null where the system does not tell. @param {number} pid */
function mainThreadTime(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]);
  } catch {
    return null;
  }
}

/** @param {number} pid */
async function settle(pid) {
  for (let i = 0; i < 100; i++) {
    const before = mainThreadTime(pid);
    await pause(30);
    const after = mainThreadTime(pid);
    if (before === null || after === null || after - before < 1_000_000) return;
  }
}

/** @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} child */
function readPort(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', text => {
      output += text;
      if (output.includes('\n')) resolve(JSON.parse(output).port);
    });
    child.on('error', reject);
    child.on('exit', code => reject(new Error(`the server ended with ${code}`)));
  });
}

/**
 * Starts a server in a process of its own.
 *
 * @param {string} subject
 * @param {object} options For servers/harness.mjs.
 * @param {{ cpu?: number, isProfiled?: boolean }} [how]
 * @returns {Promise<RunningServer>}
 */
export async function startServer(subject, options, { cpu = SERVER_CPU, isProfiled = false } = {}) {
  const file = `${folder}servers/${subject}.mjs`;
  const fixedPort = subject === 'uws' ? await freePort() : 0;
  const profiling = isProfiled
    ? ['--cpu-prof', `--cpu-prof-dir=${CACHE}profiles`, `--cpu-prof-name=${subject}-${Date.now()}.cpuprofile`]
    : [];
  const command =
    subject === 'uws'
      ? [uwsBinary() ?? '', String(fixedPort)]
      : subject === 'deno'
        ? [deno ?? '', 'run', '--allow-all', '--no-config', '--no-lock', file, JSON.stringify(options)]
        : [process.execPath, ...profiling, file, JSON.stringify(options)];
  const [program = '', ...rest] = prepared(command, cpu);
  const env = { ...process.env, DENO_DIR: `${CACHE}deno`, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' };
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise(resolve => child.once('exit', resolve));
  const port = fixedPort || (await readPort(child));
  for (let i = 0; fixedPort && i < 100 && !(await canConnect(fixedPort)); i++) await pause(50);
  const pid = /** @type {number} */ (child.pid);
  return {
    pid,
    port,
    settle: () => settle(pid),
    stop: async () => {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(patience);
    },
  };
}
