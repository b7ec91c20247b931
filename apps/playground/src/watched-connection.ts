// What the page knows of one connection: all of it is read off the wire and off the connection's counters.

import type { WebSocketServerProtocol } from '@ws/node';
import { CloseReason } from '@ws/types';
import { FrameScanner, type SeenFrame } from './frame-scanner.ts';
import type { Tap } from './tapped-stream.ts';

/** A frame with when and where to. */
export interface WireFrame extends SeenFrame {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly direction: 'in' | 'out';
}

/** How a connection ended. */
export interface Ending {
  readonly at: number;
  readonly code: number;
  readonly name: string;
  readonly reason: string | null;
  /** Who began it. */
  readonly by: 'local' | 'remote' | 'transport';
}

/** Frames that are kept for whoever looks later. */
const KEPT_FRAMES = 100;

/** A connection that is watched. */
export class WatchedConnection implements Tap {
  readonly id: number;
  readonly protocol: WebSocketServerProtocol;
  /** Milliseconds since 1970. */
  readonly openedAt: number = Date.now();
  readonly frames: WireFrame[] = [];
  /** Milliseconds from a ping to its pong; `null`: none has come. */
  latency: number | null = null;
  /** The extensions that were agreed on, as the response has them. */
  extensions: string | null = null;
  ending: Ending | null = null;
  onFrame: (frame: WireFrame) => void = () => {};
  readonly #incoming: FrameScanner = new FrameScanner(frame => this.#see('in', frame));
  readonly #outgoing: FrameScanner = new FrameScanner(frame => this.#see('out', frame));
  /** Our response until it is complete; `null`: what follows are frames, if it was a 101. */
  #response: string | null = '';
  #hasFrames = false;
  readonly #pings: Map<string, number> = new Map();

  constructor(id: number, protocol: WebSocketServerProtocol) {
    this.id = id;
    this.protocol = protocol;
  }

  onIncoming(bytes: Uint8Array): void {
    if (this.ending === null) this.#incoming.push(bytes);
  }

  onOutgoing(bytes: Uint8Array): void {
    let frames = bytes;
    if (this.#response !== null) {
      const begun = this.#response;
      const text = begun + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      this.#response = end < 0 ? text : null;
      if (end < 0) return;
      this.#hasFrames = text.startsWith('HTTP/1.1 101 ');
      this.extensions = /\r\nsec-websocket-extensions: *(.*?) *\r\n/i.exec(text)?.[1] ?? null;
      frames = bytes.subarray(end + 4 - begun.length);
    }
    if (this.#hasFrames) this.#outgoing.push(frames);
  }

  /** What the page is told of it: counts, bytes, milliseconds. */
  describe(): object {
    const { trafficStats: stats, subprotocol, peer, resource, state } = this.protocol;
    const [plain, packed] = [
      stats.incomingOctetsAppLevel + stats.outgoingOctetsAppLevel,
      stats.incomingOctetsWebSocketLevel + stats.outgoingOctetsWebSocketLevel,
    ];
    return {
      id: this.id,
      peer,
      path: resource,
      state,
      subprotocol,
      extensions: this.extensions,
      openedAt: this.openedAt,
      latency: this.latency,
      messagesIn: stats.incomingWebSocketMessages,
      messagesOut: stats.outgoingWebSocketMessages,
      bytesIn: stats.incomingOctetsWireLevel,
      bytesOut: stats.outgoingOctetsWireLevel,
      payload: plain,
      packed,
      ending: this.ending,
    };
  }

  /** It is gone. */
  end(code: number | null, reason: string | null, by: Ending['by']): void {
    const closing = new CloseReason(code ?? 1005, reason);
    this.ending = { at: Date.now(), code: closing.code, name: closing.name, reason: closing.reason, by };
  }

  #see(direction: 'in' | 'out', seen: SeenFrame): void {
    const frame: WireFrame = { ...seen, direction, at: Date.now() };
    this.frames.push(frame);
    if (this.frames.length > KEPT_FRAMES) this.frames.shift();
    if (frame.opcode === PING && direction === 'out') this.#pings.set(keyOf(frame), performance.now());
    if (frame.opcode === PONG && direction === 'in') this.#onPong(keyOf(frame));
    this.onFrame(frame);
  }

  #onPong(key: string): void {
    const sentAt = this.#pings.get(key);
    if (sentAt === undefined) return;
    this.latency = performance.now() - sentAt;
    // It answers all pings before it (RFC 6455, 5.5.3).
    this.#pings.clear();
  }
}

const PING = 9;
const PONG = 10;

function keyOf({ preview }: SeenFrame): string {
  return Buffer.from(preview).toString('latin1');
}
