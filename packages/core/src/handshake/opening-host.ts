// The interfaces between an opening handshake and its connection. The engine's opening driver is the host.

import type { CloseInfo, ConnectionState, MessageCompression, Timer } from '@ws/types';
import type { CommonOptions } from '../options/options.ts';

/** The connection, as an opening handshake sees it. */
export interface OpeningHost {
  readonly state: ConnectionState;
  readonly options: CommonOptions;
  /** Sends bytes of the opening handshake. */
  send(bytes: Uint8Array): void;
  /** Counts received bytes that did not come through the stream. */
  countReceived(length: number): void;
  /**
   * Asks the application a question. Its answer may be a promise; nothing is read until that settles. The answer is
   * dropped when the connection has ended meanwhile.
   */
  ask(question: () => unknown, onAnswer: (answer: unknown) => void, onError: (error: unknown) => void): void;
  /** Calls `onExpired` after `delay` milliseconds, unless the timer is cancelled before. */
  startTimer(delay: number, onExpired: () => void): Timer;
  /** Says whether a proxy is being asked for a tunnel at present. */
  setProxying(isProxying: boolean): void;
  /** Starts TLS through the proxy's tunnel, then calls `onSecured`. @param onFailed called with why TLS failed */
  secure(onSecured: () => void, onFailed: (cause: unknown) => void): void;
  /** Sets the agreed compression. From here on the connection frees it when it ends. */
  useCompression(compression: MessageCompression | null): void;
  /**
   * Ends the opening handshake: frames follow, and `rest` holds those that have come already.
   *
   * @param refusal the application's error, when it does not want the connection; the peer gets a Close frame then
   */
  open(rest: Uint8Array, refusal?: { readonly error: unknown }): void;
  /** Records that there will be no connection. @param reason why, in words */
  failOpening(reason: string, error?: unknown): void;
  /** Closes the transport: at once if `isAbort`, else after everything that was sent has left. */
  drop(isAbort: boolean): void;
}

/** An opening handshake in progress. */
export interface Opening {
  /** The transport is connected. */
  start(): void;
  onData(bytes: Uint8Array): void;
  /** The handshake failed. */
  onFailed(error: unknown): void;
  /** The transport was lost before the handshake was done. */
  onGone(info: CloseInfo): void;
}
