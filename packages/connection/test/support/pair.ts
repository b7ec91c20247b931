// Two connection objects joined in memory, and a clock that only a test moves.

import {
  type ManualClock,
  type MemoryPairOptions,
  type MemoryStream,
  manualClock,
  memoryPair,
  seededRandom,
} from '@ws/testkit';
import type { Platform, TextCodec } from '@ws/types';
import { decodeText, portableMasker, portableUtf8, sha1 } from '@ws/util/primitives';
import { type AcceptOverOptions, acceptOver } from '../../src/accept-over.ts';
import { type ConnectOverOptions, connectOver } from '../../src/connect-over.ts';
import type { WebSocketConnection } from '../../src/connection.ts';
import type { AcceptOptions, WebSocketRequest } from '../../src/request.ts';

/** What a test can settle about its pair. */
export interface PairOptions {
  readonly client?: ConnectOverOptions;
  readonly server?: AcceptOverOptions;
  readonly accept?: AcceptOptions;
  readonly memory?: MemoryPairOptions;
}

export interface Pair {
  readonly request: WebSocketRequest;
  readonly server: WebSocketConnection;
  readonly client: WebSocketConnection;
  readonly clock: ManualClock;
  /** The transport's ends. */
  readonly serverStream: MemoryStream;
  readonly clientStream: MemoryStream;
}

export function testPlatform(clock: ManualClock = manualClock()): Platform {
  return { clock, random: seededRandom(1), digest: { sha1 }, masker: portableMasker, utf8: portableUtf8 };
}

/** What a platform may have. */
export const textCodec: Required<TextCodec> = {
  encodeInto: (text, target, offset) => new TextEncoder().encodeInto(text, target.subarray(offset)).written,
  decode: decodeText,
  decodeValid: (bytes, start, end) => decodeText(bytes.subarray(start, end)),
};

/** An open connection, both sides. The server's platform has a codec of texts, the client's has none. */
export async function openPair(options: PairOptions = {}): Promise<Pair> {
  const clock = manualClock();
  const platform = testPlatform(clock);
  const { a, b } = memoryPair(options.memory);
  const requested = acceptOver(a, { platform: { ...platform, textCodec }, ...options.server });
  const connecting = connectOver(b, { platform, url: 'ws://localhost/chat?room=1', ...options.client });
  const request = await requested;
  const server = await request.accept(options.accept);
  const client = await connecting;
  return { request, server, client, clock, serverStream: a, clientStream: b };
}

/** Lets everything happen that needs no time: many turns of the event loop. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>(resolve => setImmediate(resolve));
}

/** What a promise was rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to fail');
}

/** A stream on which a test speaks by itself, byte by byte. */
export function rawEnd(stream: MemoryStream): {
  received: () => string;
  bytes: () => Uint8Array;
  hasEnded: () => boolean;
  isGone: () => boolean;
} {
  const chunks: Uint8Array[] = [];
  let [ended, gone] = [false, false];
  stream.attach({
    onData: bytes => void chunks.push(bytes.slice()),
    onDrain() {},
    onEnd() {
      ended = true;
    },
    onClose() {
      gone = true;
    },
  });
  return {
    received: () => Buffer.concat(chunks).toString('latin1'),
    bytes: () => new Uint8Array(Buffer.concat(chunks)),
    hasEnded: () => ended,
    isGone: () => gone,
  };
}
