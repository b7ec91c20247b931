// What every client under test does: keep a window of messages in flight on each connection, and count its own CPU time.
import process from 'node:process';

/**
 * @typedef {object} ClientOptions
 * @property {string} url
 * @property {number} connections
 * @property {number} window Messages in flight on each connection.
 * @property {number} size Bytes of text in each message.
 * @property {number} warmup Seconds.
 * @property {number} seconds
 */

/** @type {ClientOptions} */
export const options = JSON.parse(process.argv.at(-1) ?? '{}');

/** What is sent, again and again. */
export const message = 'abcdefghijklmnopqrstuvwxyz {}":,0123456789'
  .repeat(Math.ceil(options.size / 42))
  .slice(0, options.size);

let done = 0;

/** To be called for each message that came back. */
export function countMessage() {
  done++;
}

const pause = (/** @type {number} */ seconds) => new Promise(resolve => setTimeout(resolve, seconds * 1000));

/**
 * Opens all connections, then measures.
 *
 * @param {() => Promise<(count: number) => void>} open Opens one; what it resolves with sends that many messages.
 */
export async function run(open) {
  const senders = await Promise.all(Array.from({ length: options.connections }, open));
  for (const send of senders) send(options.window);
  await pause(options.warmup);
  const before = { done, at: performance.now(), cpu: process.cpuUsage() };
  await pause(options.seconds);
  const elapsed = (performance.now() - before.at) / 1000;
  const { user, system } = process.cpuUsage(before.cpu);
  const messages = done - before.done;
  console.log(
    JSON.stringify({
      done: messages,
      perSecond: messages / elapsed,
      cpuMicroseconds: (user + system) / Math.max(1, messages),
      serverBusy: (user + system) / 1e6 / elapsed,
      generatorBusy: 0,
      errors: 0,
    }),
  );
  process.exit(0);
}
