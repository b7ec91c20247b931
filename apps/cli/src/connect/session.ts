// One open connection, as both ways to use it need it: send, ping with round-trip time, close.

import { type CloseInfo, isWireCloseCode, transportOf, WebSocketClientProtocol } from '@ws/core';
import { connectWS } from '@ws/node';
import type { Client } from '../client-options.ts';

/** Who is told what the peer does. */
export interface SessionListener {
  onMessage(payload: Uint8Array, isBinary: boolean): void;
  onPing?(payload: Uint8Array): void;
}

/** A connection that is open. */
export class Session {
  readonly #connection: SessionProtocol;

  constructor(connection: SessionProtocol) {
    this.#connection = connection;
  }

  /** The protocol object itself: state, statistics, what was agreed on. */
  get connection(): WebSocketClientProtocol {
    return this.#connection;
  }

  /** How it closed, once it has. */
  get closed(): Promise<CloseInfo> {
    return this.#connection.closed;
  }

  get isOpen(): boolean {
    return this.#connection.state === 'open';
  }

  /** Tells `listener` of everything from now on; nothing was lost before. */
  listen(listener: SessionListener): void {
    this.#connection.listener = listener;
    this.#connection.resumeReceiving();
  }

  /** Sends a message, text for a string; resolves when there is room for more. */
  async send(message: string | Uint8Array): Promise<void> {
    const connection = this.#connection;
    connection.sendMessage(message, typeof message !== 'string');
    if (connection.bufferedAmount > 64 * 1024) await connection.drained();
  }

  /** Sends a ping; resolves with the milliseconds to its pong. Rejects when the connection closes first. */
  ping(payload = ''): Promise<number> {
    const connection = this.#connection;
    const sentAt = performance.now();
    return new Promise((resolve, reject) => {
      connection.pings.push({ payload, resolve: () => resolve(performance.now() - sentAt) });
      connection.sendPing(payload);
      void connection.closed.then(() => reject(new Error('the connection closed before the pong came')));
    });
  }

  /**
   * Starts the closing handshake, with any code that may stand in a frame; once more, it drops the connection.
   *
   * @throws RangeError
   */
  close(code = 1000, reason: string | null = null): void {
    if (!isWireCloseCode(code)) throw new RangeError(`${code} may not stand in a Close frame (RFC 6455, 7.4)`);
    if (this.isOpen) transportOf(this.#connection).close(code, reason);
    else this.#connection.dropConnection(true);
  }
}

/** The pings under way and the listener of a session. */
class SessionProtocol extends WebSocketClientProtocol {
  listener: SessionListener | null = null;
  readonly pings: { readonly payload: string; resolve(): void }[] = [];

  override onOpen(): void {
    // Nothing is to be missed before somebody listens.
    this.pauseReceiving();
  }

  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.listener?.onMessage(payload, isBinary);
  }

  override onPing(payload: Uint8Array): void {
    this.listener?.onPing?.(payload);
  }

  override onPong(payload: Uint8Array): void {
    const text = Buffer.from(payload).toString();
    const i = this.pings.findIndex(ping => ping.payload === text);
    // A pong answers all pings before it, too (RFC 6455, 5.5.3).
    for (const { resolve } of this.pings.splice(0, i + 1)) resolve();
  }
}

/** Connects. @throws what `connectWS` throws */
export async function openSession({ factory, options }: Client): Promise<Session> {
  factory.protocol = SessionProtocol;
  return new Session((await connectWS(factory, options)) as SessionProtocol);
}
