// What the receiver of `ws` makes of a stream of frames.

import type { Writable } from 'node:stream';
import * as ws from 'ws';
import { eventOf, LIMITS, type Observation } from './observation.ts';
import type { StreamKind } from './streams.ts';

/** What its types do not tell of `ws`. */
interface WsInternals {
  readonly Receiver: new (options: Readonly<Record<string, unknown>>) => Writable;
  readonly PerMessageDeflate: (new (
    options: Readonly<Record<string, unknown>>,
  ) => {
    accept(offers: readonly object[]): void;
    cleanup(): void;
  }) & { readonly extensionName: string };
}

const { Receiver, PerMessageDeflate } = ws as unknown as WsInternals;

/** Has `ws` read pieces of a stream. */
export async function observeWs(
  pieces: readonly Uint8Array[],
  { isMasked, hasDeflate }: StreamKind,
): Promise<Observation> {
  const events: string[] = [];
  let failure: number | null = null;
  const deflate = hasDeflate ? new PerMessageDeflate({ isServer: isMasked, maxPayload: LIMITS.message }) : null;
  deflate?.accept([{}]);
  const receiver = new Receiver({
    isServer: isMasked,
    maxPayload: LIMITS.message,
    maxFragments: LIMITS.fragments,
    extensions: deflate === null ? {} : { [PerMessageDeflate.extensionName]: deflate },
  });
  let hasEnded = false;
  receiver.on('message', (data: Uint8Array, isBinary: boolean) => {
    events.push(eventOf(isBinary ? 'binary' : 'text', data));
  });
  receiver.on('ping', (data: Uint8Array) => events.push(eventOf('ping', data)));
  receiver.on('pong', (data: Uint8Array) => events.push(eventOf('pong', data)));
  receiver.on('conclude', (code: number) => {
    events.push(`close ${code}`);
    hasEnded = true;
  });
  receiver.on('error', (error: Error) => {
    const symbol = Object.getOwnPropertySymbols(error).find(({ description }) => description === 'status-code');
    failure = symbol === undefined ? -1 : (error as unknown as Record<symbol, number>)[symbol]!;
    hasEnded = true;
  });
  for (const piece of pieces) {
    if (hasEnded) break;
    await new Promise<void>(resolve => {
      // Without compression all is done when it returns.
      receiver.write(Buffer.from(piece), () => resolve());
      receiver.once('error', () => resolve());
      receiver.once('conclude', () => resolve());
    });
  }
  deflate?.cleanup();
  return { events, failure };
}
