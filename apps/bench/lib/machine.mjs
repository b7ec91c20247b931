// What the figures were taken on.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import process from 'node:process';
import { IS_PINNED, versionOf } from './processes.mjs';

/** @returns {string} */
function distribution() {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? type();
  } catch {
    return type();
  }
}

/**
 * Whether others use this machine right now: their work in the caches shows in our CPU times.
 *
 * @returns {string | null} What to say about it; null when it is quiet.
 */
export function describeNoise() {
  const [load = 0] = loadavg();
  return load > 0.5 ? `this machine is busy (load ${load.toFixed(2)}): do not trust the figures` : null;
}

/** @returns {Record<string, string>} */
export function describeMachine() {
  return {
    CPU: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} CPUs`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `${distribution()}, ${type()} ${release()}`,
    pinned: IS_PINNED ? 'server on CPU 0, load on CPU 1' : 'no',
  };
}

/** @returns {Record<string, string>} */
export function describeVersions() {
  const names = ['ws', 'bufferutil', 'websocket', 'undici', 'deno', 'fox-wamp'];
  const found = names.flatMap(name => {
    const version = versionOf(name);
    return version ? [[name, version]] : [];
  });
  return { node: process.versions.node, ...Object.fromEntries(found) };
}
