// Where faults happen: servers and clients of ours, of which every end is written down.

import type { Socket } from 'node:net';
import type { ConnectionOptions, TlsOptions } from 'node:tls';
import type { ClientOptions, CloseInfo, Partially, ServerOptions, WebSocketProtocol } from '@ws/core';
import {
  connectWS,
  type ListeningPort,
  listenWS,
  WebSocketClientFactory,
  WebSocketClientProtocol,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '@ws/node';
import type { Platform } from '@ws/types';

/** A connection of ours, from its making to its end. */
export interface Life {
  readonly side: 'server' | 'client';
  readonly protocol: WebSocketProtocol;
  /** How often `onClose` was called. */
  calls: number;
  info: CloseInfo | null;
}

/** How a server is made. */
export interface ServerSetup {
  readonly options?: Partially<ServerOptions>;
  readonly tls?: TlsOptions;
  readonly platform?: Platform;
  /** Called for each connection that opens. */
  onOpen?(connection: WebSocketProtocol): void;
}

/** How a client is made. */
export interface ClientSetup {
  readonly options?: Partially<ClientOptions>;
  readonly tls?: ConnectionOptions;
  readonly platform?: Platform;
  /** The port of an HTTP proxy. */
  readonly proxyPort?: number;
}

/** One scenario's servers and clients. */
export class World {
  readonly lives: Life[] = [];
  /** Attempts to connect that failed, by their codes. */
  readonly failures: string[] = [];
  readonly #ports: ListeningPort[] = [];
  #waiters: (() => void)[] = [];

  /** Listens; echoes. @returns the port */
  async serve(setup: ServerSetup = {}): Promise<number> {
    const { options, tls, platform, onOpen } = setup;
    const factory = new WebSocketServerFactory({ url: tls ? 'wss://127.0.0.1' : 'ws://127.0.0.1' }, platform);
    factory.setProtocolOptions(options ?? {});
    const live = (protocol: WebSocketProtocol): Life => this.#live('server', protocol);
    const changed = (): void => this.wake();
    factory.protocol = class extends WebSocketServerProtocol {
      readonly #life = live(this);
      override onOpen(): void {
        onOpen?.(this);
        changed();
      }
      override onMessage(payload: Uint8Array, isBinary: boolean): void {
        this.sendMessage(payload, isBinary);
      }
      override onClose(): void {
        this.#life.calls++;
      }
    };
    const port = await listenWS(factory, { host: '127.0.0.1', port: 0, ...(tls === undefined ? {} : { tls }) });
    this.#ports.push(port);
    return port.port!;
  }

  /** Connects. @returns the connection, or `null`: that failed */
  async connect(port: number, setup: ClientSetup = {}): Promise<WebSocketProtocol | null> {
    const { options, tls, platform, proxyPort } = setup;
    const proxy = proxyPort === undefined ? null : { host: '127.0.0.1', port: proxyPort };
    const url = `${tls ? 'wss' : 'ws'}://127.0.0.1:${port}/`;
    const factory = new WebSocketClientFactory({ url, proxy }, platform);
    factory.setProtocolOptions(options ?? {});
    const live = (protocol: WebSocketProtocol): Life => this.#live('client', protocol);
    const changed = (): void => this.wake();
    factory.protocol = class extends WebSocketClientProtocol {
      readonly #life = live(this);
      override onOpen(): void {
        changed();
      }
      override onClose(): void {
        this.#life.calls++;
      }
    };
    try {
      return await connectWS(factory, tls === undefined ? {} : { tls });
    } catch (error) {
      this.failures.push(`not connected: ${causeOf(error)}`);
      return null;
    }
  }

  /** Waits until it holds; looked at whenever a connection opens or ends. */
  async until(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      await new Promise<void>(resolve => {
        this.#waiters.push(resolve);
      });
    }
  }

  /** Waits until a server's connection is open. */
  async opened(count = 1): Promise<WebSocketProtocol> {
    const open = (): Life[] =>
      this.lives.filter(({ side, protocol }) => side === 'server' && protocol.state === 'open');
    await this.until(() => open().length >= count);
    return open()[0]!.protocol;
  }

  /** Waits until at least so many connections were made and all have ended. @returns a line for each */
  async ends(count: number): Promise<string[]> {
    await this.until(() => this.lives.length >= count && this.lives.every(({ info }) => info !== null));
    // Who is told twice is told now.
    for (let i = 0; i < 3; i++) await new Promise(setImmediate);
    return [...this.lives.map(describeLife), ...this.failures].sort();
  }

  async close(): Promise<void> {
    for (const port of this.#ports) await port.close({ grace: 0 });
  }

  #live(side: Life['side'], protocol: WebSocketProtocol): Life {
    const life: Life = { side, protocol, calls: 0, info: null };
    this.lives.push(life);
    void protocol.closed.then(info => {
      life.info = info;
      this.wake();
    });
    return life;
  }

  /** Has those look who wait {@link until}. */
  wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}

/** Closes with RST; the socket's own way would send FIN first. */
export function reset(socket: Socket & { resetAndClosing?: boolean }): void {
  socket.resetAndClosing = true;
  socket.destroy();
}

/** Who, the code, who began it, when, and why; and how often `onClose` was called, if not once. */
function describeLife({ side, calls, info }: Life): string {
  const { code, closedBy, stage, error, reason } = info!;
  const why = error === null ? (code === 1006 ? reason!.replace('closed uncleanly: ', '') : null) : causeOf(error);
  const times = calls === 1 ? '' : ` (${calls} times)`;
  return `${side} ${code}, ${closedBy} while ${stage}${why === null ? '' : `: ${why}`}${times}`;
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.message;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? `${code} by ${cause.code}` : code;
}
