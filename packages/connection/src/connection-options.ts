// What both sides of a connection can be told, and what the engine is told of it.

import type { ClientOptions, Partially, ServerOptions } from '@ws/core';
import type { Platform, TransportDetails } from '@ws/types';
import type { Cancellable } from './cancellable.ts';

/** What both sides can be told. Durations in milliseconds, sizes in bytes; of both, `Infinity` or 0: no limit. */
export interface ConnectionOptions extends Cancellable {
  /** Longest message to receive, and to send; default 1 MiB. */
  readonly maxMessageSize?: number | undefined;
  /** Messages that may wait for who takes them, default 1. */
  readonly messageQueueSize?: number | undefined;
  /** For the opening handshake, default 60,000. */
  readonly connectTimeout?: number | undefined;
  /** For the closing handshake, default 60,000. */
  readonly disconnectTimeout?: number | undefined;
  /** Where it runs; by default what the engine takes by itself. */
  readonly platform?: Platform | undefined;
  readonly transportDetails?: TransportDetails | undefined;
}

/** Of the opening and of the closing handshake, in milliseconds. */
export const DEFAULT_TIMEOUT = 60_000;
const DEFAULT_MESSAGE_SIZE = 2 ** 20;

/** What a connection object is told of its options. */
export interface ConnectionLimits {
  readonly messageQueueSize: number;
  readonly disconnectTimeout: number;
}

/** The limits that a connection object keeps itself. */
export function connectionLimits(options: ConnectionOptions): ConnectionLimits {
  const { messageQueueSize = 1, disconnectTimeout = DEFAULT_TIMEOUT } = options;
  return { messageQueueSize, disconnectTimeout };
}

/** The options of the engine, of either side. @throws TypeError, RangeError for limits that make no sense */
export function engineOptions(options: ConnectionOptions): Partially<ServerOptions & ClientOptions> {
  const { maxMessageSize = DEFAULT_MESSAGE_SIZE, connectTimeout = DEFAULT_TIMEOUT } = options;
  const { disconnectTimeout, messageQueueSize } = connectionLimits(options);
  checkLimits({ maxMessageSize, connectTimeout, disconnectTimeout, messageQueueSize });
  return {
    maxMessagePayloadSize: finiteOr0(maxMessageSize),
    // `connectTimeout` is counted here: from the first call on, and on servers until the request is there.
    openHandshakeTimeout: 0,
    closeHandshakeTimeout: finiteOr0(disconnectTimeout),
    // So both sides agree on how it closed (RFC 6455, 5.5.1: typically echoed).
    echoCloseCodeReason: true,
  };
}

/** Checks sizes and durations, by their names. @throws TypeError, RangeError when one is not 0 or more */
export function checkLimits(limits: Readonly<Record<string, unknown>>): void {
  for (const [name, limit] of Object.entries(limits)) {
    if (typeof limit !== 'number') throw new TypeError(`${name} must be a number`);
    if (!(limit >= 0)) throw new RangeError(`${name} ${limit} is not 0 or more`);
  }
}

/** Whether there is a limit to a duration. */
export function isLimited(duration: number): boolean {
  return duration > 0 && Number.isFinite(duration);
}

/** The engine says 0 for what has no limit. */
function finiteOr0(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
