// One end of a TCP connection that says what it likes, and remembers what it hears.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type ReceivedFrame, readFrames } from './wire.ts';

/** A peer that speaks bytes. */
export class RawPeer {
  readonly socket: Socket;
  received: Buffer = Buffer.alloc(0);
  /** The other side ended, or the connection is gone. */
  hasEnded = false;
  #waiters: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', chunk => {
      this.received = Buffer.concat([this.received, chunk]);
      this.#wake();
    });
    // The end that matters is told by `hasEnded`.
    socket.on('error', () => {});
    const onEnd = (): void => {
      this.hasEnded = true;
      this.#wake();
    };
    socket.on('end', onEnd).on('close', onEnd);
  }

  write(bytes: Uint8Array | string): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Everything so far, as text. */
  get text(): string {
    return this.received.toString('latin1');
  }

  /** The frames behind the HTTP head. */
  get frames(): ReceivedFrame[] {
    const headEnd = this.received.indexOf('\r\n\r\n');
    return headEnd < 0 ? [] : readFrames(this.received.subarray(headEnd + 4)).frames;
  }

  /** Waits until it holds. @returns whether it came true before the other side ended */
  async until(isDone: () => boolean): Promise<boolean> {
    while (!isDone()) {
      if (this.hasEnded) return false;
      await new Promise<void>(resolve => {
        this.#waiters.push(resolve);
      });
    }
    return true;
  }

  /** Waits until the other side has ended, or the connection is gone. */
  async untilEnd(): Promise<void> {
    await this.until(() => this.hasEnded);
  }

  destroy(): void {
    this.socket.destroy();
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}

/** Connects to a port of this machine. */
export async function connectRaw(port: number): Promise<RawPeer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return new RawPeer(socket);
}

/** A server that answers as it is told. */
export interface RawServer extends AsyncDisposable {
  readonly port: number;
  readonly peers: RawPeer[];
}

/** Listens, and has each connection served by `onPeer`. */
export async function serveRaw(onPeer: (peer: RawPeer) => Promise<void> | void): Promise<RawServer> {
  const peers: RawPeer[] = [];
  const server: Server = createServer({ allowHalfOpen: true }, socket => {
    const peer = new RawPeer(socket);
    peers.push(peer);
    void onPeer(peer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    peers,
    async [Symbol.asyncDispose]() {
      for (const peer of peers) peer.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
