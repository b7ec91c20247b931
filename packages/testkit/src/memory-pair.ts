import { MemoryStream } from './memory-stream.ts';
import { createTurns, type TurnOptions } from './turns.ts';

/** Options of {@link memoryPair}. */
export interface MemoryPairOptions extends TurnOptions {
  /**
   * The most bytes of one `onData` call, 1 or more; a function is called for each. Writes are then joined and cut like the
   * bytes of a TCP connection. Not given: each write arrives as it was made.
   */
  readonly chunkSize?: number | (() => number) | undefined;
  /**
   * The most bytes that may be on their way in each direction, 1 or more. Default 65536. The writing stream keeps further
   * bytes: `write` returns `false` and `onDrain` follows. `Infinity`: `write` always returns `true`.
   */
  readonly capacity?: number | undefined;
}

/** Two joined streams: bytes written to one arrive at the other. */
export interface MemoryPair {
  readonly a: MemoryStream;
  readonly b: MemoryStream;
  /** Delivers the next event (one call of one handler). @returns `false` when there is none */
  step(): boolean;
  /**
   * Delivers events until none is left. Returns their number.
   *
   * @param limit the most events. Default: a million.
   * @throws Error after more events than `limit`, as when two handlers answer each other for ever
   */
  flush(limit?: number): number;
}

/**
 * Makes two joined {@link ByteStream}s in memory, without timers or sockets. The order of events is always the same. The
 * streams are strict: lent bytes are overwritten as soon as `onData` returns, and changing bytes that a stream keeps is an
 * error.
 *
 * @throws RangeError for a `chunkSize` below 1 or a `capacity` below 1
 * @example
 * const { a, b } = memoryPair({ chunkSize: 1 });
 * server.attach(a, details);
 * client.attach(b, details);
 */
export function memoryPair(options: MemoryPairOptions = {}): MemoryPair {
  const { chunkSize, capacity = 65_536 } = options;
  if (typeof chunkSize === 'number') checkChunkSize(chunkSize);
  if (!(capacity >= 1)) throw new RangeError(`capacity must be 1 or more, not ${capacity}`);

  const { add, step, flush } = createTurns(options);
  const settings = {
    capacity,
    nextChunkSize:
      chunkSize === undefined
        ? null
        : typeof chunkSize === 'number'
          ? () => chunkSize
          : () => checkChunkSize(chunkSize()),
    schedule: add,
  };
  const [a, b] = MemoryStream.join(settings);
  return { a, b, step, flush };
}

function checkChunkSize(size: number): number {
  if (!(size >= 1)) throw new RangeError(`chunkSize must be 1 or more, not ${size}`);
  return Math.floor(size);
}
