import type { Bzip2Codec, DeflateCodec } from './codecs.ts';

/** A running timer. */
export interface Timer {
  /** Stops the timer. Does nothing when it has expired or was cancelled before. */
  cancel(): void;
}

/** Time, timers, and work for later. */
export interface Clock {
  /** Milliseconds since an arbitrary moment. Never goes back. */
  now(): number;
  /** Calls `onExpiry` once after `delay` milliseconds. A timer does not keep the process alive. */
  setTimer(delay: number, onExpiry: () => void): Timer;
  /** Calls `task` when the running code has returned, before anything else happens (a microtask). */
  defer(task: () => void): void;
  /**
   * Calls `task` once in a later turn of the event loop, when other events (I/O, timers) have had their turn. Work that was
   * split into parts is continued by it. Tasks run in the order in which they were given. A pending task keeps the process
   * alive.
   */
  nextTurn(task: () => void): void;
}

/** A source of unpredictable bytes, fit for cryptography (RFC 6455, 10.3). */
export interface Random {
  /** Fills all of `target`. */
  fill(target: Uint8Array): void;
}

/** Hashes that the opening handshake needs. */
export interface Digest {
  /** The 20 bytes of SHA-1 (RFC 6455, 4.2.2: `Sec-WebSocket-Accept`). */
  sha1(bytes: Uint8Array): Uint8Array;
  /** The SHA-1 of an ASCII text, in base64: an optional shortcut of the platform. */
  sha1Base64?(text: string): string;
}

/** Masking (RFC 6455, 5.3). Masking and unmasking are the same. */
export interface Masker {
  /**
   * XORs `bytes[start, end)` in place.
   *
   * @param key the masking key as an unsigned 32-bit integer, its first byte on the wire highest
   * @param offset how many bytes of the payload came before; byte `start` meets key byte `offset % 4`
   */
  mask(bytes: Uint8Array, start: number, end: number, key: number, offset: number): void;
}

/** States of {@link Utf8Validator}. An implementation may use other values for a text that is valid so far. */
export const UTF8_ACCEPT = 0;
export const UTF8_REJECT = 1;

/** Incremental UTF-8 validation (RFC 3629). States are those of the 9-state automaton: 0 accepts, 1 rejects. */
export interface Utf8Validator {
  /**
   * Continues from `state` (0 at the start of a text) over `bytes[start, end)`. Default: all of `bytes`.
   *
   * @returns 0: valid and complete. 1: invalid, for good, from the first byte that makes it so. Any other value: valid so far,
   * inside a code point.
   */
  validate(bytes: Uint8Array, state: number, start?: number, end?: number): number;
}

/** Unmasks and validates in one pass: a shortcut for {@link Masker} and {@link Utf8Validator} with the same result. */
export interface TextUnmasker {
  /** @returns the state, as {@link Utf8Validator.validate} does. When it is 1, the content of the bytes is undefined. */
  unmaskText(bytes: Uint8Array, start: number, end: number, key: number, offset: number, state: number): number;
}

/**
 * Encodes and decodes text messages in UTF-8 (RFC 3629): a shortcut for `TextEncoder` and `TextDecoder` with the same result.
 */
export interface TextCodec {
  /**
   * Writes the text into `target` from `offset` on. `target` has room for 3 bytes per UTF-16 unit. A lone surrogate becomes
   * U+FFFD.
   *
   * @returns the number of bytes written
   */
  encodeInto(text: string, target: Uint8Array, offset: number): number;
  /** Decodes bytes. A byte order mark stays in the text. @throws TypeError when the bytes are not UTF-8 */
  decode(bytes: Uint8Array): string;
  /** Decodes `bytes[start, end)`, which are known to be valid UTF-8, without validation. */
  decodeValid?(bytes: Uint8Array, start: number, end: number): string;
}

/**
 * The buffer that a transport should read into when the masker is fastest there (WebAssembly memory). All connections share
 * it, so the bytes are lent for the call of `onData` only.
 */
export interface ReceiveBuffer {
  /** The bytes to read into. Called before each read, since memory is moved when it grows. */
  bytes(): Uint8Array;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Receives the library's log entries. The logger, not the caller, escapes text that a peer sent. It must not throw. */
export interface Logger {
  /** @param event a stable name such as `handshake-failed` */
  log(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Events that a {@link Diagnostics} listener can subscribe to. */
export type DiagnosticsEvent = 'open' | 'close' | 'message' | 'ping' | 'pong' | 'error';

/** Events for tracing and metrics. */
export interface Diagnostics {
  /**
   * Whether an event has subscribers. Asked before the fields are created, so that an event without subscribers costs nothing.
   */
  hasSubscribers(event: DiagnosticsEvent): boolean;
  publish(event: DiagnosticsEvent, fields: Readonly<Record<string, unknown>>): void;
}

/** Everything that the protocol engine needs from its runtime, passed in as plain values. `@ws/node` has one for Node.js. */
export interface Platform {
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly masker: Masker;
  readonly utf8: Utf8Validator;
  readonly textUnmasker?: TextUnmasker | undefined;
  readonly textCodec?: TextCodec | undefined;
  readonly receiveBuffer?: ReceiveBuffer | undefined;
  /**
   * Allocates memory that several short payloads share, and that applications receive as views. It must not be transferable to
   * another thread, which would take away other messages. Its initial content does not matter. Absent: each payload has memory
   * of its own.
   */
  readonly allocateSlab?: ((length: number) => ArrayBuffer) | undefined;
  /**
   * Allocates memory for one long payload, which is overwritten completely, so its initial content does not matter. Absent: the
   * memory is zeroed first.
   */
  readonly allocateUninitialised?: ((length: number) => ArrayBuffer) | undefined;
  readonly deflate?: DeflateCodec | undefined;
  readonly bzip2?: Bzip2Codec | undefined;
  readonly logger?: Logger | undefined;
  readonly diagnostics?: Diagnostics | undefined;
}
