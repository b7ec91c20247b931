// All connections of a server, those that have lately gone, and what goes through them each second.

import type { WebSocketServerProtocol } from '@ws/node';
import { WatchedConnection, type WireFrame } from './watched-connection.ts';

/** What went through a server in one second. */
export interface Rate {
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** On the wire. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Who is told what happens. */
export interface MonitorListener {
  onOpened(connection: WatchedConnection): void;
  onClosed(connection: WatchedConnection): void;
  onSeen(connection: WatchedConnection, frame: WireFrame): void;
  /** Once a second; with the connections where something has changed. */
  onTick(rate: Rate, changed: readonly WatchedConnection[]): void;
}

const NOTHING: Rate = { messagesIn: 0, messagesOut: 0, bytesIn: 0, bytesOut: 0 };

/** Seconds that are kept. */
const KEPT_RATES = 60;
/** Closed connections that are kept. */
const KEPT_CLOSED = 30;

/** Watches the connections of a server. */
export class Monitor {
  readonly connections: Map<number, WatchedConnection> = new Map();
  /** The latest last. */
  readonly closed: WatchedConnection[] = [];
  /** The seconds that have passed, the latest last. */
  readonly rates: Rate[] = [];
  readonly listeners: Set<MonitorListener> = new Set();
  #nextId = 1;
  /** What connections that are gone have carried in this second. */
  #gone: Rate = NOTHING;
  readonly #lastTotals: WeakMap<WatchedConnection, Rate> = new WeakMap();

  /** Watches a connection; to be called before it is attached to its stream. */
  watch(protocol: WebSocketServerProtocol): WatchedConnection {
    const connection = new WatchedConnection(this.#nextId++, protocol);
    connection.onFrame = frame => this.#tell(listener => listener.onSeen(connection, frame));
    protocol.opened.then(
      () => {
        this.connections.set(connection.id, connection);
        // How far away is it? Later the keepalive tells.
        protocol.sendPing('playground');
        this.#tell(listener => listener.onOpened(connection));
      },
      () => {},
    );
    void protocol.closed.then(({ code, reason, closedBy, stage }) => {
      if (stage === 'connecting') return;
      connection.end(code, reason, closedBy);
      this.connections.delete(connection.id);
      this.#gone = add(this.#gone, this.#sinceLast(connection));
      this.closed.push(connection);
      if (this.closed.length > KEPT_CLOSED) this.closed.shift();
      this.#tell(listener => listener.onClosed(connection));
    });
    return connection;
  }

  /** A connection, also one that is gone but kept. */
  find(id: number): WatchedConnection | null {
    return this.connections.get(id) ?? this.closed.find(connection => connection.id === id) ?? null;
  }

  /** A second has passed. */
  tick(): void {
    let rate = this.#gone;
    this.#gone = NOTHING;
    const changed: WatchedConnection[] = [];
    for (const connection of this.connections.values()) {
      const since = this.#sinceLast(connection);
      if (since.bytesIn > 0 || since.bytesOut > 0) changed.push(connection);
      rate = add(rate, since);
    }
    this.rates.push(rate);
    if (this.rates.length > KEPT_RATES) this.rates.shift();
    this.#tell(listener => listener.onTick(rate, changed));
  }

  /** What a connection has carried since this was last asked. */
  #sinceLast(connection: WatchedConnection): Rate {
    const { trafficStats: stats } = connection.protocol;
    const total: Rate = {
      messagesIn: stats.incomingWebSocketMessages,
      messagesOut: stats.outgoingWebSocketMessages,
      bytesIn: stats.incomingOctetsWireLevel,
      bytesOut: stats.outgoingOctetsWireLevel,
    };
    const last = this.#lastTotals.get(connection) ?? NOTHING;
    this.#lastTotals.set(connection, total);
    return add(total, last, -1);
  }

  #tell(call: (listener: MonitorListener) => void): void {
    for (const listener of this.listeners) call(listener);
  }
}

function add(a: Rate, b: Rate, factor = 1): Rate {
  return {
    messagesIn: a.messagesIn + factor * b.messagesIn,
    messagesOut: a.messagesOut + factor * b.messagesOut,
    bytesIn: a.bytesIn + factor * b.bytesIn,
    bytesOut: a.bytesOut + factor * b.bytesOut,
  };
}
