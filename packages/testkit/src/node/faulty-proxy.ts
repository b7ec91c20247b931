import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';

/** Faults of one direction. Bytes are counted for each connection separately. */
export interface DirectionFaults {
  /** Most bytes of a forwarded piece; pieces are sent a turn of the event loop apart. A function is called for each piece. */
  readonly chunkSize?: number | (() => number) | undefined;
  /** Delay of each piece in milliseconds. A function is called for each piece. */
  readonly delay?: number | (() => number) | undefined;
  /** The connection is cut, in both directions, after this many bytes. */
  readonly cutAfter?: number | undefined;
  /** Nothing is forwarded after this many bytes, not even the end: the connection stays open and silent. */
  readonly swallowAfter?: number | undefined;
}

/** Options of {@link faultyProxy}. */
export interface FaultyProxyOptions {
  /** The address to which connections are forwarded. */
  readonly target: { readonly port: number; readonly host?: string | undefined };
  /** Faults on the way to the target. Default: none. */
  readonly toTarget?: DirectionFaults | undefined;
  /** Faults on the way to the client. Default: none. */
  readonly toClient?: DirectionFaults | undefined;
  /** How connections are cut: `'reset'` (RST) or `'end'` (FIN, as by an orderly peer). Default `'reset'`. */
  readonly cutBy?: 'reset' | 'end' | undefined;
}

/** A running proxy. */
export interface FaultyProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Number of open connections. */
  readonly connectionCount: number;
  /** Number of bytes forwarded so far, over all connections. */
  readonly bytesToTarget: number;
  readonly bytesToClient: number;
  /** Cuts all connections. */
  cut(): void;
  /** Stops forwarding in both directions until `resume`. Bytes that arrive meanwhile wait. */
  stall(): void;
  resume(): void;
  /** Cuts all connections and stops listening. */
  close(): Promise<void>;
}

/** Like `faultyProxy` of `@ws/testkit`, but loaded at once. @throws RangeError for an invalid number */
export async function faultyProxy(options: FaultyProxyOptions): Promise<FaultyProxy> {
  for (const faults of [options.toTarget ?? {}, options.toClient ?? {}]) checkFaults(faults);
  const proxy = new RunningProxy(options);
  await proxy.listen();
  return proxy;
}

function checkFaults(faults: DirectionFaults): void {
  const { chunkSize, ...others } = faults;
  if (typeof chunkSize === 'number' && !(chunkSize >= 1)) throw new RangeError('chunkSize must be 1 or more');
  for (const [name, value] of Object.entries(others)) {
    if (typeof value === 'number' && !(value >= 0)) throw new RangeError(`${name} must be 0 or more`);
  }
}

class RunningProxy implements FaultyProxy {
  readonly host = '127.0.0.1';
  bytesToTarget = 0;
  bytesToClient = 0;
  readonly #options: FaultyProxyOptions;
  readonly #server: Server;
  readonly #connections = new Set<readonly [client: Socket, target: Socket]>();
  /** A promise that is pending while the proxy is stalled. */
  #gate: Promise<void> = Promise.resolve();
  #openGate: (() => void) | null = null;

  constructor(options: FaultyProxyOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, client => this.#accept(client));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, this.host);
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  cut(): void {
    for (const connection of this.#connections) this.#cut(connection);
  }

  stall(): void {
    if (this.#openGate !== null) return;
    this.#gate = new Promise(resolve => {
      this.#openGate = resolve;
    });
  }

  resume(): void {
    this.#openGate?.();
    this.#openGate = null;
  }

  async close(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve));
    for (const connection of this.#connections) for (const socket of connection) socket.destroy();
    this.resume();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(client: Socket): void {
    const { port, host = '127.0.0.1' } = this.#options.target;
    const target = connect({ port, host, allowHalfOpen: true, noDelay: true });
    const connection = [client, target] as const;
    this.#connections.add(connection);
    for (const socket of connection) {
      // An error on one side is passed on as a reset to the other.
      socket.on('error', () => this.#reset(connection));
      socket.on('close', () => this.#forget(connection));
    }
    void this.#pass(connection, client, target, this.#options.toTarget ?? {}, length => {
      this.bytesToTarget += length;
    });
    void this.#pass(connection, target, client, this.#options.toClient ?? {}, length => {
      this.bytesToClient += length;
    });
  }

  #forget(connection: readonly [Socket, Socket]): void {
    if (connection.every(socket => socket.destroyed)) this.#connections.delete(connection);
  }

  #reset(connection: readonly [Socket, Socket]): void {
    for (const socket of connection) reset(socket);
  }

  #cut(connection: readonly [Socket, Socket]): void {
    if (this.#options.cutBy !== 'end') {
      this.#reset(connection);
      return;
    }
    for (const socket of connection) {
      socket.end();
      // Further bytes of the peer are read and dropped, since the kernel would otherwise answer with RST.
      socket.resume();
    }
  }

  /** Forwards one direction until its end, or until a fault ends it. */
  async #pass(
    connection: readonly [Socket, Socket],
    source: Socket,
    sink: Socket,
    faults: DirectionFaults,
    count: (length: number) => void,
  ): Promise<void> {
    const { cutAfter = Number.POSITIVE_INFINITY, swallowAfter = Number.POSITIVE_INFINITY } = faults;
    let passed = 0;
    try {
      if (cutAfter === 0) return this.#cut(connection);
      for await (const chunk of source.iterator({ destroyOnReturn: false })) {
        for (const piece of pieces(chunk, faults.chunkSize, cutAfter - passed)) {
          await this.#hold(faults);
          if (sink.writableEnded || sink.destroyed) return;
          const room = Math.max(0, Math.min(piece.length, swallowAfter - passed));
          passed += piece.length;
          if (room > 0) {
            count(room);
            if (!sink.write(piece.subarray(0, room))) await once(sink, 'drain');
          }
          if (passed >= cutAfter) return this.#cut(connection);
        }
      }
      await this.#gate;
      if (passed <= swallowAfter && swallowAfter !== 0) sink.end();
    } catch {
      // The source was destroyed or the sink failed. The listeners above have handled it.
    }
  }

  async #hold(faults: DirectionFaults): Promise<void> {
    const delay = valueNow(faults.delay, 0);
    if (delay > 0) await wait(delay);
    else if (faults.chunkSize !== undefined) await nextTurn();
    await this.#gate;
  }
}

/**
 * Closes a socket with RST. `resetAndDestroy` would end the socket first, which sends FIN, and no RST can follow a FIN. The
 * flag that it uses internally avoids that. A socket without this flag is closed in the ordinary way.
 */
function reset(socket: Socket & { resetAndClosing?: boolean }): void {
  if (socket.destroyed) return;
  if (socket.connecting) {
    socket.destroy();
    return;
  }
  socket.resetAndClosing = true;
  socket.destroy();
}

/** Cuts `chunk` into pieces. A piece also ends at the byte at which the connection is to be cut. */
function* pieces(chunk: Uint8Array, chunkSize: DirectionFaults['chunkSize'], limit: number): Generator<Uint8Array> {
  const end = Math.min(chunk.length, limit);
  for (let start = 0; start < end; ) {
    const size = Math.max(1, Math.floor(valueNow(chunkSize, Number.POSITIVE_INFINITY)));
    const piece = chunk.subarray(start, Math.min(start + size, end));
    yield piece;
    start += piece.length;
  }
}

function valueNow(setting: number | (() => number) | undefined, otherwise: number): number {
  return typeof setting === 'function' ? setting() : (setting ?? otherwise);
}
