// The port that joins routers of the same realms in several processes. An adapter for Redis or NATS has one channel for
// all nodes of a realm, and one for each node.

/** Told what other nodes send. */
export interface BusListener {
  /** The bytes are the listener's to keep. Messages of one node come in the order in which it has sent them. */
  onMessage(from: string, payload: Uint8Array): void;
  /** A node is gone without having said so. */
  onNodeLost(node: string): void;
}

/** A node's place in a channel. */
export interface BusConnection {
  /** Sends to all other nodes of the channel. */
  broadcast(payload: Uint8Array): void;
  /** Sends to one. Does nothing when it is gone. */
  send(node: string, payload: Uint8Array): void;
  /** Leaves the channel. */
  close(): void;
}

/** Joins the nodes of a channel. Nobody is told who else is there: the nodes find each other by broadcasts. */
export interface RouterBus {
  /**
   * @param channel a realm's name
   * @param node a name that no other node has
   */
  join(channel: string, node: string, listener: BusListener): BusConnection | PromiseLike<BusConnection>;
}
