import type { MessageTransport } from '@ws/types';
import { createTurns, type TurnOptions } from '../turns.ts';
import { MemoryTransport } from './memory-transport.ts';
import { MessagePipe } from './message-pipe.ts';

/** How {@link memoryTransportPair} carries messages. */
export interface MemoryTransportOptions extends TurnOptions {
  /**
   * The bytes that may be on their way in each direction, 1 or more, default 65536; each message counts a few more than it
   * has. What goes beyond is the sender's `bufferedAmount`. A message that is longer is on its way alone.
   */
  readonly capacity?: number | undefined;
  /**
   * Listeners that take messages in pieces get longer ones in pieces of so many bytes, 1 or more, default 16384, cut
   * anywhere. Shorter ones are told whole, unless they take `'all'` in pieces.
   */
  readonly pieceSize?: number | undefined;
  /** What both ends have agreed on. Default `null`: none. */
  readonly subprotocol?: string | null | undefined;
  /** What both ends say of their extensions. Default none. */
  readonly extensions?: string | undefined;
}

/** Two joined transports, open: what is sent by one comes to the other. */
export interface MemoryTransportPair {
  readonly a: MessageTransport;
  readonly b: MessageTransport;
  /** Delivers the next event; `false` when there is none. */
  step(): boolean;
  /**
   * Delivers events until none is left, and returns how many there were.
   *
   * @param limit default a million
   * @throws Error after more events than that: two listeners that answer each other for ever
   */
  flush(limit?: number): number;
  /**
   * Loses the connection, as a network does: what waits is lost, what is on its way still arrives, then both ends hear
   * `onClose` with code 1006 and this error.
   *
   * @param error default one with the code `ECONNRESET`
   */
  breakConnection(error?: Error): void;
}

/**
 * Makes two joined {@link MessageTransport}s in memory, for tests of what stands on that port: messages, backpressure,
 * pings and closing as over a network, without frames, sockets and timers.
 *
 * Always the same order of events, and strict: a listener is never called inside a method of a transport, a lent text is
 * overwritten as soon as the listener returns, and it is an error, which ends the test run, to change the payload of a
 * message that waits. Since there are no timers, a peer that takes nothing can keep a closing handshake open for ever.
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
