// The options that clients and servers share, and how they become options of the engine.

import type { ClientOptions, Partially, ServerOptions } from '@ws/core';
import type { Platform, TransportDetails } from '@ws/types';
import type { Cancellable } from './cancellable.ts';

/** Options of both sides. Durations are in milliseconds, sizes in bytes; for both, `Infinity` or 0 means no limit. */
export interface ConnectionOptions extends Cancellable {
  /** The longest message that can be received or sent; default 1 MiB. */
  readonly maxMessageSize?: number | undefined;
  /** How many received messages may wait until the application takes them, default 1. */
  readonly messageQueueSize?: number | undefined;
  /** How long the opening handshake may take, default 60,000. */
  readonly connectTimeout?: number | undefined;
  /** How long the closing handshake may take, default 60,000. */
  readonly disconnectTimeout?: number | undefined;
  /** The platform to run on; by default the one that the engine chooses. */
  readonly platform?: Platform | undefined;
  readonly transportDetails?: TransportDetails | undefined;
}

/** The default timeout of the opening and of the closing handshake, in milliseconds. */
export const DEFAULT_TIMEOUT = 60_000;
const DEFAULT_MESSAGE_SIZE = 2 ** 20;
/** The longest delay of a timer, in milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The options that a connection object needs, with their defaults filled in. */
export interface ConnectionLimits {
  readonly messageQueueSize: number;
  readonly disconnectTimeout: number;
}

/** The limits that a connection object enforces itself. */
export function connectionLimits(options: ConnectionOptions): ConnectionLimits {
  const { messageQueueSize = 1, disconnectTimeout = DEFAULT_TIMEOUT } = options;
  return { messageQueueSize, disconnectTimeout };
}

/** The options of the engine, of either side. @throws TypeError, RangeError for limits that make no sense */
export function engineOptions(options: ConnectionOptions): Partially<ServerOptions & ClientOptions> {
  const { maxMessageSize = DEFAULT_MESSAGE_SIZE, connectTimeout = DEFAULT_TIMEOUT } = options;
  const { disconnectTimeout, messageQueueSize } = connectionLimits(options);
  checkLimits({ maxMessageSize, connectTimeout, disconnectTimeout, messageQueueSize });
  // The engine would name its own options.
  if (Number.isFinite(maxMessageSize) && !Number.isSafeInteger(maxMessageSize)) {
    throw new RangeError(`maxMessageSize ${maxMessageSize} is not an integer`);
  }
  for (const [name, timeout] of Object.entries({ connectTimeout, disconnectTimeout })) {
    if (Number.isFinite(timeout) && timeout > LONGEST_TIMEOUT) {
      throw new RangeError(`${name} ${timeout} is over ${LONGEST_TIMEOUT}`);
    }
  }
  return {
    maxMessagePayloadSize: finiteOr0(maxMessageSize),
    // This package times `connectTimeout` itself: from the first call on, and on servers until the request has come.
    openHandshakeTimeout: 0,
    closeHandshakeTimeout: Math.ceil(finiteOr0(disconnectTimeout)),
    // Echoed, so that both sides agree on how the connection closed (RFC 6455, 5.5.1: typically echoed).
    echoCloseCodeReason: true,
  };
}

/** Checks sizes and durations by name. @throws TypeError, RangeError when one is not 0 or more */
export function checkLimits(limits: Readonly<Record<string, unknown>>): void {
  for (const [name, limit] of Object.entries(limits)) {
    if (typeof limit !== 'number') throw new TypeError(`${name} must be a number, not ${describe(limit)}`);
    if (!(limit >= 0)) throw new RangeError(`${name} ${limit} is not 0 or more`);
  }
}

/** Checks options that are given on to the engine. @throws TypeError */
export function checkProtocolOptions(protocolOptions: unknown): void {
  if (protocolOptions === undefined || (typeof protocolOptions === 'object' && protocolOptions !== null)) return;
  throw new TypeError(`protocolOptions must be an object, not ${describe(protocolOptions)}`);
}

/** A value, in an error message. */
function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** Whether a duration is limited: neither 0 nor infinite. */
export function isLimited(duration: number): boolean {
  return duration > 0 && Number.isFinite(duration);
}

/** Turns `Infinity` into 0, which means "no limit" to the engine. */
function finiteOr0(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
