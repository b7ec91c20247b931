// What our engine makes of a stream of frames, in words that are the same for all implementations.

import { acceptDeflate, offerDeflate } from '@ws/compress/deflate';
import {
  nodePlatform,
  WebSocketClientFactory,
  type WebSocketClientProtocol,
  WebSocketServerFactory,
  type WebSocketServerProtocol,
} from '@ws/node';
import { manualClock, memoryPair } from '@ws/testkit';
import type { Logger, Platform } from '@ws/types';
import { readFrames, request, response } from '../hostile/wire.ts';
import type { StreamKind } from './streams.ts';

/** What came of a stream. */
export interface Observation {
  /** Messages, pings, pongs and at last a Close frame, in order, such as `text 48656c6c6f`. */
  readonly events: readonly string[];
  /** The code that the connection was failed with; `null`: nothing was wrong. */
  readonly failure: number | null;
  /** Of ours: the rule that was broken, such as `ERR_INVALID_UTF8`; `ERR_CLOSE_FRAME`: one of those for Close frames. */
  readonly rule?: string | undefined;
}

/** The limits that all are given. */
export const LIMITS = { message: 2000, fragments: 20 } as const;

/** An event in words. */
export function eventOf(name: string, bytes: Uint8Array): string {
  return `${name} ${Buffer.from(bytes).toString('hex')}`;
}

/** One for all: what connections share is made once. Nothing in it depends on what was read before. */
const clock = manualClock();
let rule: string | undefined;
const logger: Logger = {
  log(_level, _event, fields) {
    rule ??= String((fields?.error as { readonly code?: unknown } | undefined)?.code);
  },
};
const platform: Platform = { ...nodePlatform, clock, random: { fill: target => void target.fill(0x5a) }, logger };

/**
 * Has our server, or client, read pieces of a stream, through its public API and a stream in memory.
 *
 * @param takes what the application overrides: the hook of messages, or those of frames, out of which it joins messages
 */
export function observeOurs(
  pieces: readonly Uint8Array[],
  kind: StreamKind,
  takes: 'messages' | 'frames' = 'messages',
): Observation {
  const events: string[] = [];
  const pair = memoryPair({ manual: true, capacity: Number.POSITIVE_INFINITY });
  rule = undefined;
  const protocol = createProtocol(kind);
  const onMessage = (payload: Uint8Array, isBinary: boolean): void => {
    events.push(eventOf(isBinary ? 'binary' : 'text', payload));
  };
  if (takes === 'messages') protocol.onMessage = onMessage;
  else joinFrames(protocol, onMessage);
  protocol.onPing = payload => void events.push(eventOf('ping', payload));
  protocol.onPong = payload => void events.push(eventOf('pong', payload));
  let end = '';
  protocol.onClose = (wasClean, code) => {
    if (wasClean) end = `close ${code ?? 1005}`;
  };
  let sent: Buffer = Buffer.alloc(0);
  const onData = (bytes: Uint8Array): void => {
    sent = Buffer.concat([sent, bytes]);
  };
  pair.b.attach({ onData, onDrain() {}, onEnd() {}, onClose() {} });
  protocol.attach(pair.a);
  const flush = (): void => {
    do {
      pair.flush();
      clock.turn();
    } while (pair.step() || clock.pendingTurns > 0);
  };
  flush();
  pair.b.write(handshake(sent.toString('latin1'), kind));
  flush();
  for (const piece of pieces) {
    pair.b.write(Uint8Array.from(piece));
    flush();
  }
  pair.b.end();
  flush();
  protocol.dropConnection(true);
  flush();
  const failure = failureCode(sent.subarray(sent.indexOf('\r\n\r\n') + 4));
  // What is wrong with a Close frame is not logged: the peer goes either way.
  if (failure !== null) rule ??= 'ERR_CLOSE_FRAME';
  return { events: failure === null && end !== '' ? [...events, end] : events, failure, rule };
}

function joinFrames(
  protocol: WebSocketServerProtocol | WebSocketClientProtocol,
  onMessage: (payload: Uint8Array, isBinary: boolean) => void,
): void {
  let chunks: Uint8Array[] = [];
  let isBinaryMessage = false;
  protocol.onMessageBegin = isBinary => {
    isBinaryMessage = isBinary;
    chunks = [];
  };
  protocol.onMessageFrameBegin = () => {};
  protocol.onMessageFrameData = chunk => void chunks.push(chunk);
  protocol.onMessageFrameEnd = () => {};
  protocol.onMessageEnd = () => onMessage(Buffer.concat(chunks), isBinaryMessage);
}

function createProtocol({ isMasked, hasDeflate }: StreamKind): WebSocketServerProtocol | WebSocketClientProtocol {
  const limits = { maxMessagePayloadSize: LIMITS.message, maxFragments: LIMITS.fragments };
  if (isMasked) {
    const factory = new WebSocketServerFactory({}, platform);
    factory.setProtocolOptions({ ...limits, perMessageCompressionAccept: hasDeflate ? acceptDeflate() : null });
    return factory.buildProtocol();
  }
  const factory = new WebSocketClientFactory({}, platform);
  factory.setProtocolOptions({ ...limits, perMessageCompressionOffers: hasDeflate ? offerDeflate() : [] });
  return factory.buildProtocol();
}

function handshake(asked: string, { isMasked, hasDeflate }: StreamKind): Buffer {
  const extension = hasDeflate ? { more: 'Sec-WebSocket-Extensions: permessage-deflate' } : {};
  return Uint8Array.from(isMasked ? request(extension) : response(asked, extension)) as Buffer;
}

const DATA_RULES: readonly (string | undefined)[] = ['ERR_INVALID_UTF8', 'ERR_COMPRESSED_DATA', 'ERR_MESSAGE_TOO_BIG'];

/**
 * An observation in words that do not depend on how the stream was cut. Compressed text may be too long, corrupt, and
 * no UTF-8, all at once: which of these is told depends on how much of it comes out in one go.
 */
export function uncut({ events, failure, rule }: Observation, { hasDeflate }: StreamKind): Observation {
  const isData = hasDeflate && DATA_RULES.includes(rule);
  return isData ? { events, failure: 1007, rule: 'ERR_DATA' } : { events, failure, rule };
}

/** The code of our Close frame, unless it only answers the peer's: by 1000. */
function failureCode(sent: Buffer): number | null {
  const close = readFrames(sent).frames.find(({ opcode }) => opcode === 8);
  if (close === undefined || close.payload.length < 2) return null;
  const code = close.payload.readUInt16BE(0);
  return code === 1000 ? null : code;
}
