// What an opening handshake and its connection have to do with each other. The engine's opening driver is the host.

import type { CloseInfo, ConnectionState, MessageCompression } from '@ws/types';
import type { CommonOptions } from '../options/options.ts';

/** The connection, as an opening handshake sees it. */
export interface OpeningHost {
  readonly state: ConnectionState;
  readonly options: CommonOptions;
  /** Sends a part of the opening handshake. */
  send(bytes: Uint8Array): void;
  /** Bytes that came by another way than the stream are counted. */
  countReceived(length: number): void;
  /**
   * Asks the application. It may take its time, in which nothing is read. The answer is dropped when the connection has
   * ended meanwhile.
   */
  ask(question: () => unknown, onAnswer: (answer: unknown) => void, onError: (error: unknown) => void): void;
  /** A proxy is asked first, or has answered. */
  setProxying(isProxying: boolean): void;
  /** Goes on over TLS, through the proxy, and then with `onSecured`. @param onFailed told why there is no TLS */
  secure(onSecured: () => void, onFailed: (cause: unknown) => void): void;
  /** The compression that is agreed on: from here on it is freed with the connection. */
  useCompression(compression: MessageCompression | null): void;
  /**
   * The opening handshake is done: frames from here on, `rest` of them already here.
   *
   * @param refusal what the application threw, that wants the connection no more; the peer is told by a Close frame
   */
  open(rest: Uint8Array, refusal?: { readonly error: unknown }): void;
  /** There will be no connection. @param reason why, in words */
  failOpening(reason: string, error?: unknown): void;
  /** Closes the transport: after what was sent, or at once. */
  drop(isAbort: boolean): void;
}

/** An opening handshake, as long as it lasts. */
export interface Opening {
  /** The transport is there. */
  start(): void;
  onData(bytes: Uint8Array): void;
  /** Something went wrong before it was done. */
  onFailed(error: unknown): void;
  /** The transport is gone before it was done. */
  onGone(info: CloseInfo): void;
}
