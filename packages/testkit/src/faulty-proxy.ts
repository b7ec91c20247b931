import type { FaultyProxy, FaultyProxyOptions } from './node/faulty-proxy.ts';

/**
 * Starts a TCP proxy on a free port of 127.0.0.1 that forwards connections with faults: it can cut bytes into pieces, delay
 * them, swallow them, and break connections at a certain byte or on command.
 *
 * This is the only function of the package that needs Node. Its modules for Node are loaded at the first call;
 * `@ws/testkit/node` loads them at once.
 *
 * @throws RangeError for an invalid number, before it listens
 * @example
 * await using proxy = await faultyProxy({ target: { port }, toClient: { chunkSize: 1, cutAfter: 1000 } });
 */
export async function faultyProxy(options: FaultyProxyOptions): Promise<FaultyProxy> {
  const node = await import('./node/faulty-proxy.ts');
  return node.faultyProxy(options);
}
