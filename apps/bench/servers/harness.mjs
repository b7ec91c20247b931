// What every server under test shares: its options come as JSON in the last argument, its port goes to standard output.
import process from 'node:process';

/**
 * @typedef {object} ServerOptions
 * @property {'echo' | 'fan'} work Send each message back, or to all.
 * @property {boolean} deflate Accept permessage-deflate, and compress every message whatever its size.
 * @property {{ key: string, cert: string } | null} tls
 */

/** @type {ServerOptions} */
export const options = { work: 'echo', deflate: false, tls: null, ...JSON.parse(process.argv.at(-1) ?? '{}') };

/** No message of a bench is larger; in bytes. */
export const LARGEST_MESSAGE = 16 * 1024 * 1024;

/** The queue of handshakes that `node:net` uses by default, given to all. */
export const BACKLOG = 511;

/**
 * Tells the runner where the server listens.
 *
 * @param {number} port
 */
export function ready(port) {
  process.stdout.write(`${JSON.stringify({ port })}\n`);
}

// A regular end, so that `--cpu-prof` writes its profile.
process.on('SIGTERM', () => process.exit(0));
