import type { Clock } from '@ws/types';
import { webPlatform } from '@ws/util/primitives';
import type { BusListener, RouterBus } from './bus.ts';

/** Joins routers in the same process: for tests, and as a model for adapters. */
export function createMemoryBus(clock: Pick<Clock, 'defer'> = webPlatform.clock): RouterBus {
  const channels = new Map<string, Map<string, BusListener>>();

  function deliver(nodes: Map<string, BusListener>, from: string, to: string, payload: Uint8Array): void {
    const copy = payload.slice();
    clock.defer(() => nodes.get(to)?.onMessage(from, copy));
  }

  return {
    join(channel, node, listener) {
      const nodes = channels.get(channel) ?? new Map<string, BusListener>();
      channels.set(channel, nodes);
      if (nodes.has(node)) throw new RangeError(`there is a node ${node} in ${channel} already`);
      nodes.set(node, listener);
      return {
        broadcast(payload) {
          for (const other of nodes.keys()) if (other !== node) deliver(nodes, node, other, payload);
        },
        send: (other, payload) => deliver(nodes, node, other, payload),
        close: () => void nodes.delete(node),
      };
    },
  };
}
