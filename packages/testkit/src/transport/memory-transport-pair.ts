import type { MessageTransport } from '@ws/types';
import { createTurns, type TurnOptions } from '../turns.ts';
import { MemoryTransport } from './memory-transport.ts';
import { MessagePipe } from './message-pipe.ts';

/** Options of {@link memoryTransportPair}. */
export interface MemoryTransportOptions extends TurnOptions {
  /**
   * The most bytes that may be on their way in each direction, 1 or more. Default 65536. A message counts a few bytes more than
   * its payload. Further bytes are the sender's `bufferedAmount`. A message that is longer than this travels alone.
   */
  readonly capacity?: number | undefined;
  /**
   * Listeners that take messages in pieces get longer messages in pieces of this many bytes, 1 or more, cut anywhere. Default
   * 16384. Shorter messages are delivered whole, except to listeners that take `'all'` in pieces.
   */
  readonly pieceSize?: number | undefined;
  /** The negotiated subprotocol of both ends. Default `null`: none. */
  readonly subprotocol?: string | null | undefined;
  /** The value of `extensions` of both ends. Default: empty, none. */
  readonly extensions?: string | undefined;
}

/** Two joined, open transports: messages sent by one arrive at the other. */
export interface MemoryTransportPair {
  readonly a: MessageTransport;
  readonly b: MessageTransport;
  /** Delivers the next event. @returns `false` when there is none */
  step(): boolean;
  /**
   * Delivers events until none is left. Returns their number.
   *
   * @param limit the most events. Default: a million.
   * @throws Error after more events than `limit`, as when two listeners answer each other for ever
   */
  flush(limit?: number): number;
  /**
   * Breaks the connection as a failing network does: waiting messages are lost, messages on their way still arrive, then
   * `onClose` of both ends is called with code 1006 and this error.
   *
   * @param error default: an error with the code `ECONNRESET`
   */
  breakConnection(error?: Error): void;
}

/**
 * Makes two joined {@link MessageTransport}s in memory, for tests of code that uses that port: messages, backpressure, pings
 * and closing work as over a network, without frames, sockets and timers.
 *
 * The order of events is always the same. The transports are strict: a listener is never called inside a method of a
 * transport, a lent text is overwritten as soon as the listener returns, and changing the payload of a waiting message is an
 * error that ends the test run. Since there are no timers, a peer that does not read can keep a closing handshake open for
 * ever.
 *
 * @throws RangeError for a `capacity` or a `pieceSize` below 1
 * @example
 * const { a, b } = memoryTransportPair({ subprotocol: 'chat' });
 * b.setListener(listener);
 * a.send('hello', false);
 */
export function memoryTransportPair(options: MemoryTransportOptions = {}): MemoryTransportPair {
  const { capacity = 65_536, pieceSize = 16_384, subprotocol = null, extensions = '' } = options;
  if (!(capacity >= 1)) throw new RangeError(`capacity must be 1 or more, not ${capacity}`);
  if (!(pieceSize >= 1)) throw new RangeError(`pieceSize must be 1 or more, not ${pieceSize}`);

  const { add, step, flush } = createTurns(options);
  const [toA, toB] = [new MessagePipe(capacity), new MessagePipe(capacity)];
  const setup = { subprotocol, extensions, pieceSize: Math.floor(pieceSize), schedule: add };
  const a = new MemoryTransport({ ...setup, incoming: toA, outgoing: toB });
  const b = new MemoryTransport({ ...setup, incoming: toB, outgoing: toA });

  function breakConnection(error: Error = connectionReset()): void {
    toA.end(error);
    toB.end(error);
  }
  return { a, b, step, flush, breakConnection };
}

function connectionReset(): Error {
  return Object.assign(new Error('the connection was reset'), { code: 'ECONNRESET' });
}
