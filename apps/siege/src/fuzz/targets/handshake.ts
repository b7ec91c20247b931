// Opening handshakes in memory: what a server answers to any bytes, and what a client makes of any answer.

import { acceptBzip2, offerBzip2 } from '@ws/compress/bzip2';
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
import { promise } from './target.ts';

/** What came of it. */
export interface HandshakeOutcome {
  /** What our side wrote. */
  readonly sent: string;
  readonly isOpen: boolean;
  readonly hasEnded: boolean;
  readonly compression: string | null;
}

interface World {
  readonly pair: ReturnType<typeof memoryPair>;
  readonly sent: () => string;
  readonly hasEnded: () => boolean;
  readonly flush: () => void;
}

/** One for all: what connections share is made once. Nothing in it depends on what was read before. */
const clock = manualClock();
const logger: Logger = {
  log(level, _event, fields) {
    // What is no fault of the peer is a bug of ours.
    if (level === 'error') throw fields?.error;
  },
};
const platform: Platform = { ...nodePlatform, clock, random: { fill: target => void target.fill(0x5a) }, logger };

function createWorld(): World {
  const pair = memoryPair({ manual: true, capacity: Number.POSITIVE_INFINITY });
  let sent = '';
  let hasEnded = false;
  const onData = (bytes: Uint8Array): void => {
    sent += Buffer.from(bytes).toString('latin1');
  };
  const onEnd = (): void => {
    hasEnded = true;
  };
  pair.b.attach({ onData, onDrain() {}, onEnd, onClose: onEnd });
  const flush = (): void => {
    do {
      pair.flush();
      clock.flush();
    } while (pair.step());
  };
  return { pair, sent: () => sent, hasEnded: () => hasEnded, flush };
}

function feed(world: World, pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) {
    world.pair.b.write(Uint8Array.from(piece));
    world.flush();
  }
}

/** Has a server read pieces. */
export function openServer(pieces: readonly Uint8Array[]): HandshakeOutcome {
  const world = createWorld();
  const factory = new WebSocketServerFactory({ protocols: ['chat'] }, platform);
  const [deflate, bzip2] = [acceptDeflate({ requestMaxWindowBits: 10 }), acceptBzip2()];
  factory.setProtocolOptions({
    perMessageCompressionAccept: offers => deflate(offers) ?? bzip2(offers),
    allowedOrigins: ['https://*.example'],
    trustXForwardedFor: 1,
  });
  const protocol = factory.buildProtocol();
  protocol.opened.catch(() => {});
  protocol.attach(world.pair.a);
  feed(world, pieces);
  return outcome(world, protocol, protocol.request !== null);
}

/** Has a client read pieces as the answer to its request. */
export function openClient(pieces: readonly Uint8Array[]): HandshakeOutcome {
  const world = createWorld();
  const factory = new WebSocketClientFactory({ protocols: ['chat', 'talk'] }, platform);
  factory.setProtocolOptions({ perMessageCompressionOffers: [...offerDeflate(), ...offerBzip2()] });
  const protocol = factory.buildProtocol();
  protocol.opened.catch(() => {});
  protocol.attach(world.pair.a);
  world.flush();
  feed(world, pieces);
  return outcome(world, protocol, protocol.response !== null);
}

function outcome(
  world: World,
  protocol: WebSocketServerProtocol | WebSocketClientProtocol,
  isOpen: boolean,
): HandshakeOutcome {
  const sent = world.sent();
  const hasEnded = world.hasEnded();
  const compression = protocol.compression?.extensionName ?? null;
  protocol.dropConnection(true);
  world.flush();
  return { sent, isOpen, hasEnded, compression };
}

const STATUSES = ['101', '200', '400', '403', '405', '426', '431', '505'];

/** Checks what a server answers: nothing yet, or one whole head, made of lines that are ours. */
export function checkAnswer({ sent, hasEnded }: HandshakeOutcome): void {
  if (sent === '') {
    promise(!hasEnded, 'a connection that is ended without an answer');
    return;
  }
  const headEnd = sent.indexOf('\r\n\r\n');
  promise(headEnd > 0, 'the head of the answer is whole');
  const [start = '', ...lines] = sent.slice(0, headEnd).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) [ -~]+$/.exec(start)?.[1] ?? '';
  promise(STATUSES.includes(status), `a status that is meant: ${start}`);
  promise(status === '101' || hasEnded, `an answer of ${status} ends the connection`);
  for (const line of lines) {
    promise(
      /^(?:Server|Upgrade|Connection|Allow|Content-(?:Type|Length|Security-Policy)|X-Content-Type-Options|Sec-WebSocket-(?:Accept|Protocol|Extensions|Version)): [ -~]+$/.test(
        line,
      ),
      `a header of ours: ${line}`,
    );
  }
}
