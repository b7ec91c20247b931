import type { AddressInfo, Server, Socket } from 'node:net';
import { type AcceptedConnection, checkClose } from '@ws/core';
import type { TransportDetails } from '@ws/types';
import { ownOptions } from '@ws/util/primitives';
import { countOut } from '../native/stream-handle.ts';
import { HandleStream } from '../streams/handle-stream.ts';
import type { NodeStream } from '../streams/node-stream.ts';
import { withTimeout } from '../support/timeouts.ts';
import { type AddressLimit, addressOf } from './address-limit.ts';

/** How to stop a server. */
export interface CloseOptions {
  /** The close code that open connections get. Default 1001, going away. */
  readonly code?: number | undefined;
  readonly reason?: string | null | undefined;
  /** How long open connections may take to close, in milliseconds; then they are dropped. Default 5000. */
  readonly grace?: number | undefined;
}

const DEFAULT_GRACE = 5000;

/** A port, or a Unix domain socket, on which a server listens. */
export class ListeningPort implements AsyncDisposable {
  readonly #server: Server;
  readonly #limit: AddressLimit | null;
  readonly #connections: Map<NodeStream, AcceptedConnection> = new Map();
  /** The TCP sockets that carry TLS. */
  readonly #unsecured: Set<Socket> = new Set();
  #closing: Promise<void> | null = null;
  readonly #waiters: (() => void)[] = [];

  constructor(server: Server, limit: AddressLimit | null) {
    this.#server = server;
    this.#limit = limit;
  }

  /** The address and port, or the path of the Unix domain socket; `null` when closed. */
  get address(): AddressInfo | string | null {
    return this.#server.address();
  }

  /** The port; `null` for a Unix domain socket and when closed. */
  get port(): number | null {
    const { address } = this;
    return address !== null && typeof address === 'object' ? address.port : null;
  }

  /**
   * Stops the server: new handshakes are answered with 503, open connections get a Close frame, and connections that
   * are still open after the grace are dropped. Resolves when the port is free. A second call returns the same promise.
   *
   * @throws TypeError, RangeError for a code, reason or grace that cannot be
   */
  close(options: CloseOptions = {}): Promise<void> {
    const { code = 1001, reason = null, grace = DEFAULT_GRACE } = ownOptions(options);
    checkStop({ code, reason, grace });
    this.#closing ??= this.#close(code, reason, grace);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Adds an accepted connection. */
  add(stream: NodeStream, protocol: AcceptedConnection, { peer, isSecure }: TransportDetails): void {
    this.#connections.set(stream, protocol);
    stream.onGone = this.#onGone;
    // A secure connection was counted by `addUnsecured`, before its TLS handshake.
    const hasRoom = isSecure || this.#limit === null || this.#limit.enter(stream, addressOf(peer));
    if (this.#closing !== null || !hasRoom) protocol.goAway();
  }

  /** @internal Adds a connection whose TLS handshake is still to come. @returns whether its address has room for it */
  addUnsecured(socket: Socket): boolean {
    this.#unsecured.add(socket);
    socket.once('close', () => {
      this.#unsecured.delete(socket);
      this.#limit?.leave(socket);
    });
    return this.#limit === null || this.#limit.enter(socket, socket.remoteAddress);
  }

  readonly #onGone = (stream: NodeStream): void => {
    this.#connections.delete(stream);
    this.#limit?.leave(stream);
    if (stream instanceof HandleStream) countOut(this.#server);
    if (this.#connections.size > 0) return;
    for (const waiter of this.#waiters.splice(0)) waiter();
  };

  async #close(code: number, reason: string | null, grace: number): Promise<void> {
    for (const protocol of this.#connections.values()) protocol.goAway(code, reason);
    const gone = this.#empty();
    await withTimeout(gone, grace);
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    for (const stream of this.#connections.keys()) stream.destroy();
    for (const socket of this.#unsecured) socket.destroy();
    // Connections that were accepted in the meantime are waited for too.
    await Promise.all([closed, this.#empty()]);
  }

  /** Resolves when there is no connection. */
  async #empty(): Promise<void> {
    while (this.#connections.size > 0) {
      await new Promise<void>(resolve => {
        this.#waiters.push(resolve);
      });
    }
  }
}

/** Checks the options with which a server is stopped. @throws TypeError, RangeError */
export function checkStop({ code = 1001, reason = null, grace = DEFAULT_GRACE }: CloseOptions): void {
  // The code must not be `null`: a server that stops never sends an empty Close frame.
  if (typeof code !== 'number') throw new TypeError('code must be a number');
  checkClose(code, reason);
  if (typeof grace !== 'number') throw new TypeError('grace must be a number');
  if (!(grace >= 0)) throw new RangeError(`grace ${grace} is negative`);
}
