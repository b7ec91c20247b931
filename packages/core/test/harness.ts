// What the tests of core have in common: a protocol on one end of a memory pair, and a peer at the other that speaks
// bytes, so that nothing of what is tested tests itself.

import { hex, type ManualClock, type MemoryStream, manualClock, memoryPair, seededRandom, toHex } from '@ws/testkit';
import type { ByteStreamHandler, CloseInfo, Platform, Receives } from '@ws/types';
import { portableMasker, portableUtf8, sha1 } from '@ws/util/primitives';
import { ConnectionEngine } from '../src/engine/connection-engine.ts';
import type { RoleOwner } from '../src/engine/connection-rules.ts';
import type { EngineListener } from '../src/messages/engine-listener.ts';
import type { ClientOptions, Partially, ServerOptions } from '../src/options/options.ts';
import type { ServerSession } from '../src/protocol/acceptor.ts';
import { WebSocketClientFactory } from '../src/protocol/client-factory.ts';
import { WebSocketClientProtocol } from '../src/protocol/client-protocol.ts';
import type { WebSocketProtocol } from '../src/protocol/protocol.ts';
import { WebSocketServerFactory } from '../src/protocol/server-factory.ts';
import { WebSocketServerProtocol } from '../src/protocol/server-protocol.ts';

export interface TestPlatform extends Platform {
  readonly clock: ManualClock;
}

export function testPlatform(overrides: Partial<Platform> = {}): TestPlatform {
  return {
    clock: manualClock(),
    random: seededRandom(1),
    digest: { sha1 },
    masker: portableMasker,
    utf8: portableUtf8,
    ...overrides,
  } as TestPlatform;
}

export const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
export const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Whose rules an open connection has. */
export const sides: { readonly client: RoleOwner; readonly server: RoleOwner } = {
  client: new WebSocketClientFactory(),
  server: new WebSocketServerFactory(),
};

/** What a listener receives that wants no frames, every frame, or messages in pieces and texts that are lent. */
export const WHOLE: Receives = { frames: 'none', lentText: false };
export const FRAMES: Receives = { frames: 'all', lentText: false };
export const PIECES: Receives = { frames: 'pieces', lentText: true };

/** The other end: collects what arrives, and sends what it is told. */
export class RawPeer implements ByteStreamHandler {
  received: Uint8Array = new Uint8Array(0);
  isEnded = false;
  isClosed = false;

  onData(chunk: Uint8Array): void {
    const joined = new Uint8Array(this.received.length + chunk.length);
    joined.set(this.received);
    joined.set(chunk, this.received.length);
    this.received = joined;
  }
  onDrain(): void {}
  onEnd(): void {
    this.isEnded = true;
  }
  onClose(): void {
    this.isClosed = true;
  }

  /** What has arrived since the last call, as hex. */
  takeHex(): string {
    return toHex(this.take());
  }

  take(): Uint8Array {
    const taken = this.received;
    this.received = new Uint8Array(0);
    return taken;
  }

  /** What has arrived since the last call, as text. */
  takeText(): string {
    return new TextDecoder('latin1').decode(this.take());
  }
}

/** What hooks were called, in order. */
export type Log = unknown[];

/** A protocol class that writes down its hooks. */
function logging<Protocol extends WebSocketProtocol>(Base: new () => Protocol, log: Log): new () => Protocol {
  const Logging = class extends (Base as unknown as typeof WebSocketServerProtocol) {
    override onOpen(): void {
      log.push('open');
    }
    override onMessage(payload: Uint8Array, isBinary: boolean): void {
      log.push(isBinary ? payload : text(payload));
    }
    override onPing(payload: Uint8Array): void {
      log.push(['ping', text(payload)]);
    }
    override onPong(payload: Uint8Array): void {
      log.push(['pong', text(payload)]);
    }
    override onClose(wasClean: boolean, code: number | null, reason: string | null): void {
      log.push(['close', wasClean, code, reason]);
    }
  };
  return Logging as unknown as new () => Protocol;
}

export const loggingServer = (log: Log): (new () => WebSocketServerProtocol) => logging(WebSocketServerProtocol, log);
export const loggingClient = (log: Log): (new () => WebSocketClientProtocol) => logging(WebSocketClientProtocol, log);

/** The request of the RFC's example, and the first line of the answer to it. */
export const REQUEST = [
  'GET /chat HTTP/1.1',
  'Host: server.example.com',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '',
  '',
].join('\r\n');

export interface RawServer {
  readonly protocol: WebSocketServerProtocol;
  readonly peer: RawPeer;
  readonly platform: TestPlatform;
  readonly factory: WebSocketServerFactory;
  readonly log: Log;
  /** Sends bytes, given as hex, and lets everything happen. */
  send(wire: string | Uint8Array): void;
  /** The peer ends its direction, or tears the connection down. */
  end(): void;
  destroy(): void;
  /** Lets everything happen. */
  flush(): void;
  /** Lets time pass, and everything happen. */
  advance(milliseconds: number): void;
}

export interface RawOptions<Options> {
  readonly options?: Partially<Options>;
  readonly platform?: Partial<Platform>;
  readonly log?: Log;
  readonly Protocol?: new () => WebSocketServerProtocol;
  readonly ClientProtocol?: new () => WebSocketClientProtocol;
  /** `false`: the opening handshake is left to the test. */
  readonly isOpened?: boolean;
  readonly request?: string;
  /** Of the factory. */
  readonly serverSession?: ServerSession;
  readonly capacity?: number;
  /** Looks at the stream, or changes it, before it is attached. */
  readonly prepare?: (stream: MemoryStream) => void;
}

function control(pair: ReturnType<typeof memoryPair>, platform: TestPlatform) {
  const flush = (): void => {
    do {
      pair.flush();
      platform.clock.turn();
    } while (pair.step() || platform.clock.pendingTurns > 0);
  };
  return {
    flush,
    send(wire: string | Uint8Array): void {
      pair.b.write(typeof wire === 'string' ? hex(wire) : wire.slice());
      flush();
    },
    end(): void {
      pair.b.end();
      flush();
    },
    destroy(): void {
      pair.b.destroy();
      flush();
    },
    advance(milliseconds: number): void {
      platform.clock.advance(milliseconds);
      flush();
    },
  };
}

/** A server protocol whose client is raw bytes; open, unless told otherwise. */
export function rawServer(setup: RawOptions<ServerOptions> = {}): RawServer {
  const { options = {}, log = [], isOpened = true, request = REQUEST } = setup;
  const platform = testPlatform(setup.platform);
  const factory = new WebSocketServerFactory(setup.serverSession, platform);
  factory.setProtocolOptions(options);
  factory.protocol = setup.Protocol ?? loggingServer(log);
  const pair = memoryPair({ manual: true, capacity: setup.capacity ?? Number.POSITIVE_INFINITY });
  const peer = new RawPeer();
  const protocol = factory.buildProtocol();
  setup.prepare?.(pair.a);
  protocol.attach(pair.a);
  pair.b.attach(peer);
  const controls = control(pair, platform);
  if (isOpened) {
    controls.send(bytes(request));
    peer.take();
  }
  return { protocol, peer, platform, factory, log, ...controls };
}

/** A listener that writes down what it hears. */
export function loggingListener(log: Log, receives: Receives = PIECES): EngineListener {
  return {
    receives,
    onMessage: (payload, isBinary) => void log.push(isBinary ? payload : text(payload)),
    onLentText: () => false,
    onMessageBegin: isBinary => void log.push(['begin', isBinary]),
    onMessageData: chunk => void log.push(['data', text(chunk)]),
    onMessageEnd: () => void log.push('end'),
    onPong: payload => void log.push(['pong', text(payload)]),
    onClosing: () => void log.push('closing'),
    onClose: ({ wasClean, code }: CloseInfo) => void log.push(['close', wasClean, code]),
  };
}

/** A server's engine that is open at once, without a handshake; its client is raw bytes. */
export function rawEngine(setup: RawOptions<ServerOptions> & { readonly listener?: EngineListener | null } = {}) {
  const { options = {}, log = [], listener = loggingListener(log) } = setup;
  const platform = testPlatform(setup.platform);
  const factory = new WebSocketServerFactory({}, platform);
  factory.setProtocolOptions(options);
  const pair = memoryPair({ manual: true, capacity: setup.capacity ?? Number.POSITIVE_INFINITY });
  const peer = new RawPeer();
  const engine = new ConnectionEngine(factory, pair.a, factory.options);
  if (listener !== null) engine.setListener(listener);
  engine.start(host => ({ start: () => host.open(new Uint8Array(0)), onData() {}, onFailed() {}, onGone() {} }));
  pair.b.attach(peer);
  return { engine, peer, platform, log, ...control(pair, platform) };
}

export interface RawClient extends Omit<RawServer, 'protocol' | 'factory'> {
  readonly protocol: WebSocketClientProtocol;
  readonly factory: WebSocketClientFactory;
  /** Answers the request that has come with 101. */
  accept(extraHeaders?: string): void;
}

/** A client protocol whose server is raw bytes; open, unless told otherwise. */
export function rawClient(
  setup: RawOptions<ClientOptions> & {
    readonly session?: ConstructorParameters<typeof WebSocketClientFactory>[0];
  } = {},
): RawClient {
  const { options = {}, log = [], isOpened = true } = setup;
  const platform = testPlatform(setup.platform);
  const factory = new WebSocketClientFactory(setup.session ?? {}, platform);
  factory.setProtocolOptions(options);
  factory.protocol = setup.ClientProtocol ?? loggingClient(log);
  const pair = memoryPair({ manual: true, capacity: setup.capacity ?? Number.POSITIVE_INFINITY });
  const peer = new RawPeer();
  const protocol = factory.buildProtocol();
  setup.prepare?.(pair.a);
  protocol.attach(pair.a);
  pair.b.attach(peer);
  const controls = control(pair, platform);
  const accept = (extraHeaders = ''): void => {
    controls.send(bytes(acceptResponse(peer.takeText(), extraHeaders)));
  };
  controls.flush();
  if (isOpened) accept();
  return { protocol, peer, platform, factory, log, accept, ...controls };
}

/** The answer that agrees to a request. */
export function acceptResponse(request: string, extraHeaders = ''): string {
  const key = /Sec-WebSocket-Key: (\S+)/.exec(request)![1]!;
  const accept = Buffer.from(sha1(bytes(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`))).toString('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${extraHeaders}\r\n`;
}

/** A frame, made here and not by what is tested. */
export function frame(
  opcode: number,
  payload: Uint8Array | string = '',
  { fin = true, rsv = 0, mask = [1, 2, 3, 4] as number[] | null } = {},
): Uint8Array {
  const data = typeof payload === 'string' ? bytes(payload) : payload;
  const { length } = data;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const maskBit = mask === null ? 0 : 0x80;
  if (length < 126) head.push(maskBit | length);
  else if (length < 65536) head.push(maskBit | 126, length >> 8, length & 255);
  else
    head.push(
      maskBit | 127,
      0,
      0,
      0,
      0,
      (length >>> 24) & 255,
      (length >>> 16) & 255,
      (length >>> 8) & 255,
      length & 255,
    );
  if (mask !== null) head.push(...mask);
  const result = new Uint8Array(head.length + length);
  result.set(head);
  for (let i = 0; i < length; i++) result[head.length + i] = data[i]! ^ (mask === null ? 0 : mask[i & 3]!);
  return result;
}

/** Whether bytes are the same: far quicker than to compare them element by element. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** Frames one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
