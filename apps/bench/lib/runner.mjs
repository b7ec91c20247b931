// Runs scenarios: in each round every entry once, in another order each time, so that a slow minute of the machine
// meets all of them alike. Servers stay up for a few rounds, since two processes of one server differ by a tenth for as
// long as they live; where memory is the figure, each round has a fresh one.
import { mkdirSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { CACHE, compileGenerator, JS_GENERATOR, makeCertificate } from './generator.mjs';
import { writeFrames } from './payloads.mjs';
import { LOAD_CPU, runForJson, SERVER_CPU, startServer, whyMissing } from './processes.mjs';

/**
 * @typedef {import('./scenarios.mjs').Scenario} Scenario
 * @typedef {import('./scenarios.mjs').Entry} Entry
 *
 * @typedef {object} RunOptions
 * @property {number | null} rounds Other than each scenario's own.
 * @property {number} seconds Of measuring, in each round.
 * @property {number} warmup Seconds of work before a server's first round; a fifth of it before each other.
 * @property {(entry: Entry) => boolean} isWanted
 * @property {boolean} isProfiled Node servers under test write a CPU profile.
 * @property {(line: string) => void} say
 *
 * @typedef {object} Sample One entry in one round.
 * @property {number} figure Microseconds of CPU time per unit, or bytes of memory.
 * @property {number} [perSecond]
 * @property {number} [p50] Microseconds.
 * @property {number} [p99]
 * @property {number} [serverBusy] Share of one CPU.
 * @property {number} [generatorBusy]
 * @property {number} [bytesPerMessage]
 *
 * @typedef {{ scenario: Scenario, samples: Record<string, Sample[]> }} Measured
 */

const clientFile = (/** @type {string} */ name) => fileURLToPath(new URL(`../clients/${name}.mjs`, import.meta.url));

/** After so many rounds servers are started anew. */
const GENERATION = 5;

const WAMP_LOAD = [process.execPath, fileURLToPath(new URL('../load/wamp.mjs', import.meta.url))];

/** @param {Scenario} scenario */
const isWamp = ({ mode }) => mode === 'rpc' || mode === 'events';

/** @param {Scenario} scenario */
async function framesFile({ size, isBinary, deflate }) {
  mkdirSync(CACHE, { recursive: true });
  const path = `${CACHE}${size}${isBinary ? '-binary' : ''}${deflate ? '-deflate' : ''}.frames`;
  await writeFrames(path, { size, isBinary, deflate });
  return path;
}

/** @param {any} output @returns {Sample} */
function sampleOf(output) {
  if (output.errors > 0) throw new Error(`${output.errors} connections failed`);
  if ('rssPerConnection' in output) return { figure: output.rssPerConnection };
  if (output.done === 0) throw new Error('no message came back');
  const { perSecond, p50, p99, serverBusy, generatorBusy, bytesPerMessage } = output;
  return { figure: output.cpuMicroseconds, perSecond, p50, p99, serverBusy, generatorBusy, bytesPerMessage };
}

/** What a scenario is run with, once for all its rounds. */
class Preparation {
  /** @type {string[] | null} */
  generator = null;
  /** @type {string} */
  frames = '';
  /** @type {ReturnType<typeof makeCertificate>} */
  certificate = null;

  /**
   * @param {Scenario} scenario
   * @returns {Promise<Preparation | string>} A string says why the scenario is skipped.
   */
  static async of(scenario) {
    const preparation = new Preparation();
    preparation.frames = await framesFile(scenario);
    if (scenario.mode === 'client' || isWamp(scenario)) return preparation;
    const inJs = (scenario.mode === 'echo' || scenario.mode === 'raw') && !scenario.deflate;
    preparation.generator = scenario.tls ? JS_GENERATOR : (compileGenerator() ?? (inJs ? JS_GENERATOR : null));
    if (preparation.generator === null) return 'no C compiler (set CC)';
    if (scenario.tls) preparation.certificate = makeCertificate();
    if (scenario.tls && preparation.certificate === null) return 'no openssl program to make a certificate with';
    return preparation;
  }

  /** @param {Scenario} scenario */
  serverOptions(scenario) {
    const tls = this.certificate && { key: this.certificate.key, cert: this.certificate.cert };
    return { work: scenario.mode === 'fan' ? 'fan' : 'echo', deflate: scenario.deflate, tls };
  }

  /**
   * @param {Scenario} scenario
   * @param {Entry} entry
   * @param {import('./processes.mjs').RunningServer} server
   * @param {number} warmup
   * @param {number} seconds
   */
  command(scenario, entry, server, warmup, seconds) {
    if (isWamp(scenario)) {
      const { mode: work, connections, window, size } = scenario;
      const { port, pid } = server;
      return [...WAMP_LOAD, JSON.stringify({ port, pid, work, connections, window, size, warmup, seconds })];
    }
    const mode = entry.subject === 'raw' ? 'raw' : scenario.mode;
    const command = [...(this.generator ?? []), mode, '-p', server.port, '-P', server.pid, '-f', this.frames];
    command.push('-c', entry.connections ?? scenario.connections, '-w', scenario.window, '-t', seconds, '-u', warmup);
    if (scenario.deflate) command.push('-z');
    if (scenario.greet) command.push('-g');
    if (scenario.polls) command.push('-b');
    if (this.certificate) command.push('--certificate', this.certificate.certPath);
    return command.map(String);
  }
}

/**
 * One entry in one round, of a client.
 *
 * @param {Scenario} scenario
 * @param {Entry} entry
 * @param {RunOptions} options
 * @param {import('./processes.mjs').RunningServer} mirror
 */
async function measureClient(scenario, entry, options, mirror) {
  const { connections, window, size } = scenario;
  const url = `ws://127.0.0.1:${mirror.port}/`;
  const work = { url, connections, window, size, warmup: options.warmup, seconds: options.seconds };
  return sampleOf(await runForJson([process.execPath, clientFile(entry.subject), JSON.stringify(work)], SERVER_CPU));
}

/**
 * @param {Scenario} scenario
 * @param {readonly Entry[]} entries
 * @param {Preparation} preparation
 * @param {RunOptions} options
 */
async function startAll(scenario, entries, preparation, options) {
  /** @type {Map<string, import('./processes.mjs').RunningServer>} */
  const servers = new Map();
  if (scenario.mode === 'client') {
    servers.set('mirror', await startServer('mirror', {}, { cpu: LOAD_CPU }));
    return servers;
  }
  if (scenario.mode === 'idle') return servers;
  for (const entry of entries) {
    const how = { isProfiled: options.isProfiled };
    servers.set(entry.name, await startServer(entry.subject, preparation.serverOptions(scenario), how));
  }
  return servers;
}

/**
 * @param {Scenario} scenario
 * @param {Entry} entry
 * @param {Preparation} preparation
 * @param {RunOptions} options
 * @param {import('./processes.mjs').RunningServer} server
 * @param {number} round
 */
async function measureServer(scenario, entry, preparation, options, server, round) {
  const warmup = round % GENERATION === 0 ? options.warmup : options.warmup / 5;
  const command = preparation.command(scenario, entry, server, warmup, options.seconds);
  const sample = sampleOf(await runForJson(command, LOAD_CPU));
  await server.settle();
  return sample;
}

/**
 * @param {Scenario} scenario
 * @param {Entry} entry
 * @param {Preparation} preparation
 */
async function measureMemory(scenario, entry, preparation) {
  const server = await startServer(entry.subject, preparation.serverOptions(scenario));
  try {
    await server.settle();
    return sampleOf(await runForJson(preparation.command(scenario, entry, server, 2, 0), LOAD_CPU));
  } finally {
    await server.stop();
  }
}

/**
 * @param {Scenario} scenario
 * @param {Entry} entry
 * @param {Preparation} preparation
 * @param {RunOptions} options
 * @param {import('./processes.mjs').RunningServer | undefined} server None where each round has a fresh one.
 * @param {number} round
 * @returns {Promise<Sample>}
 */
function measureEntry(scenario, entry, preparation, options, server, round) {
  if (!server) return measureMemory(scenario, entry, preparation);
  if (scenario.mode === 'client') return measureClient(scenario, entry, options, server);
  return measureServer(scenario, entry, preparation, options, server, round);
}

/**
 * Runs one scenario.
 *
 * @param {Scenario} scenario
 * @param {RunOptions} options
 * @returns {Promise<Measured | null>} null when it was skipped; why was said.
 */
export async function runScenario(scenario, options) {
  const wanted = scenario.entries.filter(options.isWanted);
  const missing = new Map(wanted.map(entry => [entry.subject, whyMissing(entry.subject)]));
  let entries = wanted.filter(entry => missing.get(entry.subject) === null);
  const preparation = await Preparation.of(scenario);
  if (typeof preparation === 'string' || entries.length === 0) {
    options.say(`  ${scenario.name}: skipped: ${entries.length === 0 ? 'none of its servers can run' : preparation}`);
    return null;
  }
  const stopAll = () => Promise.all([...servers.values()].map(server => server.stop()));
  let servers = await startAll(scenario, entries, preparation, options);
  /** @type {Record<string, Sample[]>} */
  const samples = Object.fromEntries(entries.map(entry => [entry.name, []]));
  try {
    for (let round = 0; round < (options.rounds ?? scenario.rounds); round++) {
      if (round > 0 && round % GENERATION === 0) {
        await stopAll();
        servers = await startAll(scenario, entries, preparation, options);
      }
      const first = round % entries.length;
      for (const entry of [...entries.slice(first), ...entries.slice(0, first)]) {
        try {
          const server = servers.get(scenario.mode === 'client' ? 'mirror' : entry.name);
          const measure = () => measureEntry(scenario, entry, preparation, options, server, round);
          // Once more, should the machine have been too busy for a single message.
          samples[entry.name]?.push(await measure().catch(measure));
        } catch (error) {
          options.say(`  ${scenario.name}: ${entry.name} left out: ${error instanceof Error ? error.message : error}`);
          entries = entries.filter(other => other !== entry);
          delete samples[entry.name];
        }
      }
    }
  } finally {
    await stopAll();
  }
  return { scenario, samples };
}
