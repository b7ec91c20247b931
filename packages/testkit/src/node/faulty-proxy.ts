import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';

/** What goes wrong with the bytes of one direction. Each connection counts for itself. */
export interface DirectionFaults {
  /** Bytes are sent on in pieces of at most this size, a turn of the event loop apart; a function is asked for each. */
  readonly chunkSize?: number | (() => number) | undefined;
  /** Each piece is held back for so many milliseconds; a function is asked for each. */
  readonly delay?: number | (() => number) | undefined;
  /** After so many bytes the connection is cut, both ways. */
  readonly cutAfter?: number | undefined;
  /** After so many bytes nothing arrives any more, not even the end: the connection stays and is silent. */
  readonly swallowAfter?: number | undefined;
}

/** How a {@link faultyProxy} behaves. */
export interface FaultyProxyOptions {
  /** Where connections are passed on to. */
  readonly target: { readonly port: number; readonly host?: string | undefined };
  /** What happens to bytes on their way to the target. */
  readonly toTarget?: DirectionFaults | undefined;
  /** What happens to bytes on their way to the client. */
  readonly toClient?: DirectionFaults | undefined;
  /** How connections are cut: `'reset'` (default, RST) or `'end'` (FIN, as by an orderly peer). */
  readonly cutBy?: 'reset' | 'end' | undefined;
}

/** A proxy that runs. */
export interface FaultyProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections that are open at present. */
  readonly connectionCount: number;
  /** Bytes passed on so far, over all connections. */
  readonly bytesToTarget: number;
  readonly bytesToClient: number;
  /** Cuts all connections. */
  cut(): void;
  /** Nothing is passed on, in neither direction, until `resume`; what arrives waits. */
  stall(): void;
  resume(): void;
  /** Cuts all connections and stops listening. */
  close(): Promise<void>;
}

/** See `faultyProxy` of `@ws/testkit`: the same, loaded at once. @throws RangeError */
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
  /** Pending while stalled. */
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
      // An error on one side is a reset on the other.
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
      // What the peer still sends is read and dropped, else the kernel would answer with RST.
      socket.resume();
    }
  }

  /** Reads one side and writes the other until the end, or until a fault ends it. */
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
      // The source was destroyed or the sink failed: the listeners above have passed it on.
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
 * Closes with RST. `resetAndDestroy` would end the socket first, which sends FIN, and no RST can follow that; its own
 * flag does it without. Where there is no such flag the socket is closed in the ordinary way.
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

/** Cuts `chunk` into pieces, and ends a piece where the connection is to be cut. */
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
