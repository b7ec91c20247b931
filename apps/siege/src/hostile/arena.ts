// A real server on loopback that echoes, and a witness: one honest client of it, who must not notice any attack.

import { EventEmitter, once } from 'node:events';
import { type AcceptDeflateOptions, acceptDeflate } from '@ws/compress/deflate';
import type { CloseInfo, Partially, ServerOptions } from '@ws/core';
import {
  createClientAgent,
  type ListeningPort,
  listenWS,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '@ws/node';
import { connectRaw, type RawPeer } from './raw-peer.ts';
import { type ReceivedFrame, request } from './wire.ts';

/** What an arena may be told. */
export interface ArenaOptions {
  readonly options?: Partially<ServerOptions>;
  /** Accepts permessage-deflate. */
  readonly deflate?: AcceptDeflateOptions;
  /** Default: echoes. */
  readonly Protocol?: new () => WebSocketServerProtocol;
  readonly protocols?: readonly string[];
  /** Of one address; the witness has one of them. */
  readonly maxConnectionsPerAddress?: number;
}

/** Sends back what comes. */
export class Echo extends WebSocketServerProtocol {
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.sendMessage(payload, isBinary);
  }
}

/** What became of an attack: an answer other than 101, or how the open connection ended. */
export interface Verdict {
  /** The HTTP status; 101: it was opened; `null`: no answer. */
  readonly status: number | null;
  /** The code of the Close frame that came; `null`: none did. */
  readonly closeCode: number | null;
  readonly frames: readonly ReceivedFrame[];
  readonly head: string;
}

/** A server, and who watches it. */
export class Arena implements AsyncDisposable {
  readonly factory: WebSocketServerFactory;
  readonly #port: ListeningPort;
  readonly #witness: (message: string) => Promise<string>;
  readonly #closes: EventEmitter<{ close: [CloseInfo] }>;
  #count = 0;

  private constructor(
    factory: WebSocketServerFactory,
    port: ListeningPort,
    witness: (message: string) => Promise<string>,
    closes: EventEmitter<{ close: [CloseInfo] }>,
  ) {
    this.factory = factory;
    this.#port = port;
    this.#witness = witness;
    this.#closes = closes;
  }

  static async open(setup: ArenaOptions = {}): Promise<Arena> {
    const closes = new EventEmitter<{ close: [CloseInfo] }>();
    const Protocol = setup.Protocol ?? Echo;
    const factory = new WebSocketServerFactory({ protocols: setup.protocols ?? [] });
    factory.setProtocolOptions({
      ...(setup.deflate === undefined ? {} : { perMessageCompressionAccept: acceptDeflate(setup.deflate) }),
      ...setup.options,
    });
    factory.protocol = class extends Protocol {
      constructor() {
        super();
        void this.closed.then(info => closes.emit('close', info));
      }
    };
    const { maxConnectionsPerAddress } = setup;
    const port = await listenWS(factory, { host: '127.0.0.1', port: 0, maxConnectionsPerAddress });
    const witness = await openWitness(`ws://127.0.0.1:${port.port}/witness`);
    return new Arena(factory, port, witness, closes);
  }

  get port(): number {
    return this.#port.port!;
  }

  /** What the server knows of the next connection to it that ends. Ask before it does. */
  async nextClose(): Promise<CloseInfo> {
    const [info] = await once(this.#closes, 'close');
    return info as CloseInfo;
  }

  /** Connects, and says nothing yet. */
  connect(): Promise<RawPeer> {
    return connectRaw(this.port);
  }

  /** Connects, and opens a WebSocket. */
  async openRaw(more: readonly string[] = []): Promise<RawPeer> {
    const peer = await this.connect();
    peer.write(request({ more }));
    await peer.until(() => peer.text.includes('\r\n\r\n'));
    return peer;
  }

  /**
   * Sends bytes in place of a handshake (and more behind it, if any), and waits for what comes of it: an answer that
   * ends the connection, or, where the handshake succeeds, the end by a Close frame of ours.
   */
  async attackHead(bytes: Uint8Array | string, pieceSize = 0): Promise<Verdict> {
    const peer = await this.connect();
    await send(peer, Buffer.from(bytes as string, 'latin1'), pieceSize);
    await peer.until(() => peer.text.includes('\r\n\r\n'));
    if (statusOf(peer) !== 101) await peer.untilEnd();
    peer.socket.end();
    return verdictOf(peer);
  }

  /** Sends frames over an open connection, and waits until the server has ended it. */
  async attackFrames(bytes: Uint8Array, more: readonly string[] = [], pieceSize = 0): Promise<Verdict> {
    const peer = await this.openRaw(more);
    await send(peer, bytes, pieceSize);
    // Whoever has got a Close frame answers it.
    await peer.until(() => peer.frames.some(({ opcode }) => opcode === 8));
    peer.socket.end();
    await peer.untilEnd();
    return verdictOf(peer);
  }

  /** Whether the witness is still served. */
  async isServing(): Promise<boolean> {
    const message = `still there? ${++this.#count}`;
    return (await this.#witness(message)) === message;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#port.close({ grace: 0 });
  }
}

/** Writes in pieces of a size; 0: at once. */
async function send(peer: RawPeer, bytes: Uint8Array, pieceSize: number): Promise<void> {
  if (pieceSize === 0) return peer.write(bytes);
  for (let at = 0; at < bytes.length && !peer.hasEnded; at += pieceSize) {
    peer.write(bytes.subarray(at, at + pieceSize));
    await new Promise(setImmediate);
  }
}

function statusOf(peer: RawPeer): number | null {
  const digits = /^HTTP\/1\.1 (\d{3}) /.exec(peer.text)?.[1];
  return digits === undefined ? null : Number(digits);
}

function verdictOf(peer: RawPeer): Verdict {
  const status = statusOf(peer);
  const frames = status === 101 ? peer.frames : [];
  const close = frames.find(({ opcode }) => opcode === 8);
  const closeCode = close === undefined || close.payload.length < 2 ? null : close.payload.readUInt16BE(0);
  return { status, closeCode, frames, head: peer.text.slice(0, peer.text.indexOf('\r\n\r\n') + 4) };
}

async function openWitness(url: string): Promise<(message: string) => Promise<string>> {
  const connection = await createClientAgent().open(url, {
    protocolOptions: { perMessageCompressionOffers: [] },
  });
  return message =>
    new Promise((resolve, reject) => {
      const onMessage = (payload: Uint8Array): void => {
        connection.off('message', onMessage);
        resolve(Buffer.from(payload).toString());
      };
      connection.on('message', onMessage);
      void connection.closed.then(info => reject(new Error(`the witness was closed: ${info.reason}`)));
      connection.sendMessage(message);
    });
}
