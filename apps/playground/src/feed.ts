// What the page is told: JSON messages over a WebSocket of its own, which is not among those that are shown.

import { transportOf, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
import type { Monitor, MonitorListener, Rate } from './monitor.ts';
import type { WatchedConnection, WireFrame } from './watched-connection.ts';

/** Where the page asks for it. */
export const FEED_PATH = '/playground/feed';

/** The subprotocol, so that nobody else ends up here by mistake. */
export const FEED_PROTOCOL = 'ws-playground';

/** Frames in one message; of more only the last are told, and how many there were. */
const MAX_FRAMES = 100;
/** Frames are told together, after so many milliseconds. */
const FLUSH_DELAY = 100;
/** Connections that a page is told of; it would not show more. */
const MAX_CONNECTIONS = 100;
/** A page that has not taken so many bytes is told less. */
const HIGH_WATER = 1024 * 1024;

/** The server of the page's own connections. */
export function createFeed(monitor: Monitor): WebSocketServerFactory {
  const factory = new WebSocketServerFactory({ protocols: [FEED_PROTOCOL] });
  factory.protocol = class extends FeedProtocol {
    constructor() {
      super(monitor);
    }
  };
  return factory;
}

class FeedProtocol extends WebSocketServerProtocol implements MonitorListener {
  readonly #monitor: Monitor;
  /** The connection whose frames are wanted. */
  #watchedId: number | null = null;
  /** A connection that is to be watched from its first frame on: its path contains this. */
  #token: string | null = null;
  #frames: WireFrame[] = [];
  #left = 0;

  constructor(monitor: Monitor) {
    super();
    this.#monitor = monitor;
  }

  override onOpen(): void {
    const { connections, closed, rates } = this.#monitor;
    this.#tell('hello', {
      connections: describeSome([...connections.values()]),
      closed: closed.map(connection => connection.describe()),
      rates,
    });
    this.#monitor.listeners.add(this);
  }

  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    const wish = isBinary ? null : parseWish(Buffer.from(payload).toString());
    if (wish === null) {
      transportOf(this).close(1008, 'not a message of the playground');
      return;
    }
    this.#token = wish.token;
    if (wish.id !== null) this.#watch(this.#monitor.find(wish.id));
  }

  override onClose(): void {
    this.#monitor.listeners.delete(this);
  }

  onOpened(connection: WatchedConnection): void {
    this.#tell('open', { connection: connection.describe() });
    if (this.#token === null || !connection.protocol.resource.includes(this.#token)) return;
    this.#token = null;
    this.#watch(connection);
  }

  onClosed(connection: WatchedConnection): void {
    this.#flush();
    this.#tell('close', { connection: connection.describe() });
  }

  onSeen(connection: WatchedConnection, frame: WireFrame): void {
    if (connection.id !== this.#watchedId) return;
    if (this.#frames.length === 0 && this.#left === 0) setTimeout(() => this.#flush(), FLUSH_DELAY).unref();
    this.#frames.push(frame);
    if (this.#frames.length <= MAX_FRAMES) return;
    this.#frames.shift();
    this.#left++;
  }

  onTick(rate: Rate, changed: readonly WatchedConnection[]): void {
    this.#tell('tick', { rate, connections: describeSome(changed) });
  }

  /** Tells the frames of a connection so far; those to come follow. */
  #watch(connection: WatchedConnection | null): void {
    this.#flush();
    this.#watchedId = connection?.id ?? null;
    if (connection === null) return;
    this.#tell('watching', { connection: connection.describe(), frames: connection.frames.map(describeFrame) });
  }

  #flush(): void {
    if (this.#frames.length === 0) return;
    const [frames, left] = [this.#frames, this.#left];
    this.#frames = [];
    this.#left = 0;
    this.#tell('frames', { id: this.#watchedId, left, frames: frames.map(describeFrame) });
  }

  #tell(type: string, what: object): void {
    const isLate = this.bufferedAmount > HIGH_WATER;
    const count = this.#monitor.connections.size;
    if (this.state === 'open' && !isLate) this.sendMessage(JSON.stringify({ type, count, ...what }));
  }
}

function describeSome(connections: readonly WatchedConnection[]): object[] {
  return connections.slice(0, MAX_CONNECTIONS).map(connection => connection.describe());
}

function describeFrame({ header, preview, ...frame }: WireFrame): object {
  return { ...frame, header: Buffer.from(header).toString('hex'), preview: Buffer.from(preview).toString('hex') };
}

/** What a page asks for: the frames of a connection that is there, or of one that it is about to open. */
function parseWish(text: string): { readonly id: number | null; readonly token: string | null } | null {
  try {
    const { watch, expect } = JSON.parse(text);
    if (typeof watch === 'number') return { id: watch, token: null };
    if (typeof expect === 'string' && expect.length >= 8) return { id: null, token: expect };
  } catch {
    // Not JSON, or not an object.
  }
  return null;
}
