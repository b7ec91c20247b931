// One connection's bytes, whatever carries them: sockets, TLS, HTTP/2 streams, MessagePorts, memory.

/** Who is told of a {@link ByteStream}'s life. No method may throw. */
export interface ByteStreamHandler {
  /**
   * Bytes arrived. They are *lent* for the length of the call: the handler may change them in place, and copies what
   * it wants to keep.
   */
  onData(bytes: Uint8Array): void;
  /** Everything that `write` kept has been taken by the transport: `bufferedAmount` is 0 again. */
  onDrain(): void;
  /** The peer ended its direction (FIN). Ours is still open until {@link ByteStream.end}. */
  onEnd(): void;
  /** The stream is gone. Called exactly once, last; `error` says why where it was not an orderly end. */
  onClose(error?: Error): void;
}

/** A bidirectional stream of bytes: the one thing that a transport adapter has to provide. */
export interface ByteStream {
  /** Starts reading. Called exactly once. Never calls the handler before it returns. */
  attach(handler: ByteStreamHandler): void;
  /**
   * Sends bytes, in order.
   *
   * @returns `true`: taken, the memory is the caller's again. `false`: the stream keeps `bytes` (which must not be
   * changed) until {@link ByteStreamHandler.onDrain}. More may be written meanwhile; it is queued. After `end`,
   * `destroy` or the close the bytes are dropped and the answer is `true`.
   */
  write(bytes: Uint8Array): boolean;
  /** The same for several pieces at once; they leave together where the transport can do so. */
  writev?(chunks: readonly Uint8Array[]): boolean;
  /** Bytes kept by the stream and not yet taken by the transport. */
  readonly bufferedAmount: number;
  /** Stops `onData` (also within the current read, where bytes are left: none is lost) until {@link resume}. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then FIN. Reading goes on until the peer ends too. */
  end(): void;
  /** Closes at once; what is queued is dropped. */
  destroy(): void;
  /**
   * Has the rest of the conversation go over TLS (a client's, through a proxy that has opened a tunnel).
   *
   * @returns the stream to go on with, to be attached anew; nothing is read from this one any more
   */
  startTls?(): Promise<ByteStream>;
}

/** Where a {@link Dialer} connects to. */
export interface DialTarget {
  /** Name or address, IPv6 without brackets. Unused when `udsPath` is given. */
  readonly hostname: string;
  readonly port: number;
  /** TLS on top, verified against `hostname`. */
  readonly isSecure: boolean;
  /** Path of a Unix domain socket, else `null`. */
  readonly udsPath: string | null;
}

/** Opens client connections. */
export interface Dialer {
  /** Resolves when connected (and, where secure, verified). Rejects with the reason, or with `signal.reason`. */
  dial(target: DialTarget, options?: { readonly signal?: AbortSignalLike }): Promise<ByteStream>;
}

/** The part of the platform's `AbortSignal` that is used; the type itself is not in ES2022. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
