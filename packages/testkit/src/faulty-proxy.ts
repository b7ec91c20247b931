import type { FaultyProxy, FaultyProxyOptions } from './node/faulty-proxy.ts';

/**
 * Starts a TCP proxy on a free port of 127.0.0.1 that passes connections on, with faults: it cuts bytes into pieces,
 * delays them, swallows them, and breaks connections at a certain byte or when told to.
 *
 * The one thing here that needs Node; what needs it is loaded at the first call (or is `@ws/testkit/node`).
 *
 * @throws RangeError for a number that cannot be, before it listens
 * @example
 * await using proxy = await faultyProxy({ target: { port }, toClient: { chunkSize: 1, cutAfter: 1000 } });
 */
export async function faultyProxy(options: FaultyProxyOptions): Promise<FaultyProxy> {
  const node = await import('./node/faulty-proxy.ts');
  return node.faultyProxy(options);
}
