import type { Bzip2Codec, DeflateCodec } from './codecs.ts';

/** A timer that is running. */
export interface Timer {
  /** Stops it. Does nothing when it has expired or was cancelled before. */
  cancel(): void;
}

/** Time. */
export interface Clock {
  /** Milliseconds since an arbitrary moment; never goes back. */
  now(): number;
  /** Calls `onExpiry` once after `delay` milliseconds. A timer does not keep the process alive. */
  setTimer(delay: number, onExpiry: () => void): Timer;
  /** Calls `task` when the running code has returned, before anything else happens (a microtask). */
  defer(task: () => void): void;
  /**
   * Calls `task` once in a later turn of the event loop, when other events (I/O, timers) have had their turn. Work that
   * was cut into parts goes on by it. Tasks are called in the order in which they were given; it keeps the process alive.
   */
  nextTurn(task: () => void): void;
}

/** Unpredictable bytes: a source that is fit for cryptography (RFC 6455, 10.3). */
export interface Random {
  /** Fills the whole of `target`. */
  fill(target: Uint8Array): void;
}

/** Hashes that the opening handshake needs. */
export interface Digest {
  /** The 20 bytes of SHA-1 (RFC 6455, 4.2.2: `Sec-WebSocket-Accept`). */
  sha1(bytes: Uint8Array): Uint8Array;
  /** The same of ASCII, in base64: a shortcut, where the platform has one. */
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

/** States of {@link Utf8Validator}. Any other value: in the middle of a code point, or complete, by the implementation. */
export const UTF8_ACCEPT = 0;
export const UTF8_REJECT = 1;

/** Incremental UTF-8 validation (RFC 3629). States are those of the 9-state automaton, 0 accept and 1 reject. */
export interface Utf8Validator {
  /**
   * Goes on from `state` (0 at the start of a text) over `bytes[start, end)`, by default all of them.
   *
   * @returns 0: valid and complete; 1: invalid, for good, told at the first byte that makes it so; else valid so far,
   * inside a code point
   */
  validate(bytes: Uint8Array, state: number, start?: number, end?: number): number;
}

/** Unmasks and validates in one pass: a shortcut past {@link Masker} and {@link Utf8Validator}, to the same effect. */
export interface TextUnmasker {
  /** @returns the state, as {@link Utf8Validator.validate}. When it is 1, what the bytes hold is undefined. */
  unmaskText(bytes: Uint8Array, start: number, end: number, key: number, offset: number, state: number): number;
}

/** UTF-8 (RFC 3629) of text messages: a shortcut past `TextEncoder` and `TextDecoder`, to the same effect. */
export interface TextCodec {
  /**
   * Writes the text into `target`, from `offset` on; there is room for 3 bytes per UTF-16 unit. A lone surrogate becomes
   * U+FFFD.
   *
   * @returns how many bytes were written
   */
  encodeInto(text: string, target: Uint8Array, offset: number): number;
  /** The text of bytes; a byte order mark stays in it. @throws TypeError when they are not UTF-8 */
  decode(bytes: Uint8Array): string;
  /** The same of `bytes[start, end)`, which are known to be UTF-8: without a look for what is not. */
  decodeValid?(bytes: Uint8Array, start: number, end: number): string;
}

/**
 * The buffer that a transport should read into, when the masker is fastest there (WebAssembly memory).
 * One for all connections: what is read is lent for the call of `onData` only.
 */
export interface ReceiveBuffer {
  /** The bytes to read into. Asked for anew before each read, since memory that grows is moved. */
  bytes(): Uint8Array;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where the library says what happens. Text that a peer sent is escaped by the logger, not by the caller. Must not throw. */
export interface Logger {
  /** @param event a stable name such as `handshake-failed` */
  log(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a {@link Diagnostics} listener can hear of. */
export type DiagnosticsEvent = 'open' | 'close' | 'message' | 'ping' | 'pong' | 'error';

/** Events for tracing and metrics. */
export interface Diagnostics {
  /** Whether anybody listens: asked before the fields are made, so that an unheard event costs nothing. */
  hasSubscribers(event: DiagnosticsEvent): boolean;
  publish(event: DiagnosticsEvent, fields: Readonly<Record<string, unknown>>): void;
}

/** Everything that the protocol engine needs from where it runs. Plain values, handed in; see `@ws/node`'s. */
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
   * Memory that several short payloads share, given to applications as views. It must not be transferable to another
   * thread, which would take away the messages of others, and may hold anything. Without it each payload has memory of
   * its own.
   */
  readonly allocateSlab?: ((length: number) => ArrayBuffer) | undefined;
  /**
   * Memory of its own for a long payload, about to be written over whole: it may hold anything. Without it memory is
   * zeroed first.
   */
  readonly allocateUninitialised?: ((length: number) => ArrayBuffer) | undefined;
  readonly deflate?: DeflateCodec | undefined;
  readonly bzip2?: Bzip2Codec | undefined;
  readonly logger?: Logger | undefined;
  readonly diagnostics?: Diagnostics | undefined;
}
