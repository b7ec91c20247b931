// The bytes of one connection, over any transport: sockets, TLS, HTTP/2 streams, MessagePorts, memory.

/** Receives the events of a {@link ByteStream}. Its methods must not throw. */
export interface ByteStreamHandler {
  /**
   * Called when bytes arrived. They are *lent* for the length of the call: the handler may change them in place, and must copy
   * the bytes that it keeps.
   */
  onData(bytes: Uint8Array): void;
  /** Called when the transport has taken all bytes that `write` kept: `bufferedAmount` is 0 again. */
  onDrain(): void;
  /** Called when the peer ended its direction (FIN). Our direction stays open until {@link ByteStream.end}. */
  onEnd(): void;
  /** Called exactly once, last, when the stream is gone. `error` says why when the end was not orderly. */
  onClose(error?: Error): void;
}

/** A bidirectional stream of bytes. It is all that a transport adapter has to provide. */
export interface ByteStream {
  /** Sets the handler and starts reading. Called exactly once. The handler is never called before `attach` returns. */
  attach(handler: ByteStreamHandler): void;
  /**
   * Sends bytes, in order.
   *
   * @returns `true`: the bytes were taken, the caller may reuse their memory. `false`: the stream keeps `bytes`, which must
   * not be changed until {@link ByteStreamHandler.onDrain}; more bytes may be written meanwhile and are queued. After `end`,
   * `destroy` or the close, the bytes are dropped and `write` returns `true`.
   */
  write(bytes: Uint8Array): boolean;
  /** Like `write`, for several pieces at once. They are sent together when the transport can do that. */
  writev?(chunks: readonly Uint8Array[]): boolean;
  /** Bytes that the stream keeps because the transport has not taken them yet. */
  readonly bufferedAmount: number;
  /** Stops calls of `onData` until {@link resume}, also within the current read. No byte is lost. */
  pause(): void;
  resume(): void;
  /** Sends the queued bytes, then FIN. Reading goes on until the peer ends too. */
  end(): void;
  /** Closes the stream at once. Queued bytes are dropped. */
  destroy(): void;
  /**
   * Starts TLS on this stream, for a client whose proxy has opened a tunnel.
   *
   * @returns the encrypted stream, to be attached anew; nothing more is read from this one
   */
  startTls?(): Promise<ByteStream>;
}

/** The address that a {@link Dialer} connects to. */
export interface DialTarget {
  /** Host name or address; IPv6 without brackets. Unused when `udsPath` is given. */
  readonly hostname: string;
  readonly port: number;
  /** Whether to use TLS, verified against `hostname`. */
  readonly isSecure: boolean;
  /** Path of a Unix domain socket; `null`: connect by TCP. */
  readonly udsPath: string | null;
}

/** Opens client connections. */
export interface Dialer {
  /** Resolves when connected, and with TLS also verified. Rejects with the cause, or with `signal.reason`. */
  dial(target: DialTarget, options?: { readonly signal?: AbortSignalLike }): Promise<ByteStream>;
}

/** The part of the platform's `AbortSignal` that is used. ES2022 does not declare the type itself. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
