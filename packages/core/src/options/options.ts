// Every protocol option: its effect, its default and its check, in one table. The reference in the docs is generated
// from the table: each row's comment becomes the option's description there.

import type { CompressionOffer, CompressionOfferAcceptor, CompressionResponseAcceptor } from '@ws/types';
import { nearestName } from '@ws/util/primitives';
import { isBoolean, isIntegerFrom, isListOf, isOneOf, isText, type OptionCheck } from './option-checks.ts';

/** A Flash policy that allows every page to connect to every port. */
export const DEFAULT_FLASH_POLICY: string =
  '<cross-domain-policy><allow-access-from domain="*" to-ports="*" /></cross-domain-policy>\0';

/** Options of both sides. Sizes in bytes, durations in milliseconds. */
export interface CommonOptions {
  readonly utf8validateIncoming: boolean;
  readonly applyMask: boolean;
  readonly maxFramePayloadSize: number;
  readonly maxMessagePayloadSize: number;
  readonly maxFragments: number;
  readonly maxHandshakeSize: number;
  readonly maxBufferedAmount: number;
  readonly autoFragmentSize: number;
  readonly failByDrop: boolean;
  readonly echoCloseCodeReason: boolean;
  readonly serverConnectionDropTimeout: number;
  readonly openHandshakeTimeout: number;
  readonly closeHandshakeTimeout: number;
  readonly tcpNoDelay: boolean;
  readonly autoPingInterval: number;
  readonly autoPingTimeout: number;
  readonly autoPingSize: number;
  readonly autoPingRestartOnAnyTraffic: boolean;
}

export interface ServerOptions extends CommonOptions {
  readonly versions: readonly number[];
  readonly webStatus: boolean;
  readonly maskServerFrames: boolean;
  readonly requireMaskedClientFrames: boolean;
  readonly perMessageCompressionAccept: CompressionOfferAcceptor | null;
  readonly serveFlashSocketPolicy: boolean;
  readonly flashSocketPolicy: string;
  readonly allowedOrigins: readonly string[];
  readonly allowNullOrigin: boolean;
  readonly maxConnections: number;
  readonly trustXForwardedFor: number;
}

export interface ClientOptions extends CommonOptions {
  readonly version: number;
  readonly acceptMaskedServerFrames: boolean;
  readonly maskClientFrames: boolean;
  readonly perMessageCompressionOffers: readonly CompressionOffer[];
  readonly perMessageCompressionAccept: CompressionResponseAcceptor | null;
}

/** Options as a caller gives them: an option that is absent or `undefined` stays as it was. */
export type Partially<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined };

/** The default and the check of one option. */
export interface OptionRow {
  readonly default: unknown;
  readonly check: OptionCheck;
}

const size: OptionCheck = isIntegerFrom(0);
const duration: OptionCheck = isIntegerFrom(0, 2 ** 31 - 1);
const flag: OptionCheck = isBoolean;
const hook: OptionCheck = value => (value === null || typeof value === 'function' ? null : 'a function');

const row = (value: unknown, check: OptionCheck): OptionRow => ({ default: value, check });

const COMMON: { readonly [Name in keyof CommonOptions]: OptionRow } = {
  /** Check that text messages are UTF-8, as they arrive; else fail with 1007. */
  utf8validateIncoming: row(true, flag),
  /** XOR payloads with the masking key. `false` is for debugging: the key is still sent. */
  applyMask: row(true, flag),
  /** Longest frame to receive, bytes as on the wire; longer ones fail with 1009. 0: no limit. */
  maxFramePayloadSize: row(0, size),
  /** Longest message to receive, decompressed, and to send; longer ones fail with 1009. 0: no limit. */
  maxMessagePayloadSize: row(2 ** 20, size),
  /** Most frames of one message, empty ones count; more fail with 1008. 0: no limit. */
  maxFragments: row(131072, size),
  /** Most bytes of request or response head; more are answered with 431. */
  maxHandshakeSize: row(65536, isIntegerFrom(256)),
  /** Most bytes that may wait for a peer that reads slowly; more fail with 1008. 0: no limit. */
  maxBufferedAmount: row(0, size),
  /** Send messages in frames of at most so many bytes. 0: in one frame. */
  autoFragmentSize: row(0, size),
  /** After a violation drop the connection at once; else send a Close frame first (RFC 6455, 7.1.7). */
  failByDrop: row(false, flag),
  /** Answer the peer's Close frame with its own code and reason, else with 1000. */
  echoCloseCodeReason: row(false, flag),
  /** How long the peer may take to close the connection after the closing handshake. 0: for ever. */
  serverConnectionDropTimeout: row(1000, duration),
  /** How long the opening handshake may take, with a server's TLS handshake. 0: for ever. */
  openHandshakeTimeout: row(5000, duration),
  /** How long the peer may take to answer our Close frame. 0: for ever. */
  closeHandshakeTimeout: row(1000, duration),
  /** Send at once, without waiting for more (TCP_NODELAY), where the transport knows of it. */
  tcpNoDelay: row(true, flag),
  /** Time from one automatic ping (or its pong) to the next. 0: none. */
  autoPingInterval: row(0, duration),
  /** How long the pong may take before the connection is dropped. 0: for ever. */
  autoPingTimeout: row(0, duration),
  /** Payload of automatic pings, 12 to 125 bytes. */
  autoPingSize: row(12, isIntegerFrom(12, 125)),
  /** Data that arrives counts as the pong. */
  autoPingRestartOnAnyTraffic: row(true, flag),
};

// Functions make the two tables, so that a bundle of one side can leave out the table of the other.

/** The options of servers. */
export const SERVER_OPTIONS: { readonly [Name in keyof ServerOptions]: OptionRow } = /* @__PURE__ */ (() => ({
  ...COMMON,
  /** Values of Sec-WebSocket-Version to accept. */
  versions: row([8, 13], isListOf(isOneOf(8, 13), 1)),
  /** Answer a plain GET with a page that says what is here, else with 426. */
  webStatus: row(true, flag),
  /** Mask frames to clients, which RFC 6455 forbids: for testing them. */
  maskServerFrames: row(false, flag),
  /** Fail clients that do not mask, with 1002. */
  requireMaskedClientFrames: row(true, flag),
  /** Chooses among the offers of the client. `null`: none is accepted. */
  perMessageCompressionAccept: row(null, hook),
  /** Answer the policy request of Flash players. */
  serveFlashSocketPolicy: row(false, flag),
  /** What they are answered. */
  flashSocketPolicy: row(DEFAULT_FLASH_POLICY, isText),
  /** Patterns of origins to accept, `*` for anything; others get 403. */
  allowedOrigins: row(['*'], isListOf(isText)),
  /** Accept the origin `null`, of local files and sandboxed frames. */
  allowNullOrigin: row(false, flag),
  /** Most connections at a time, those being opened included; more get 503, or end before TLS. 0: no limit. */
  maxConnections: row(0, size),
  /** Number of proxies whose X-Forwarded-For is believed: the peer is the n-th from its end. 0: none. */
  trustXForwardedFor: row(0, isIntegerFrom(0, 1000)),
}))();

/** The options of clients. */
export const CLIENT_OPTIONS: { readonly [Name in keyof ClientOptions]: OptionRow } = /* @__PURE__ */ (() => ({
  ...COMMON,
  /** Draft number, 10 to 18, or 8 or 13: up to 12 the Sec-WebSocket-Version 8, else 13. */
  version: row(18, isOneOf(8, 10, 11, 12, 13, 14, 15, 16, 17, 18)),
  /** Accept masked frames from servers, else fail with 1002. */
  acceptMaskedServerFrames: row(false, flag),
  /** Mask frames to servers, as RFC 6455 demands. */
  maskClientFrames: row(true, flag),
  /** Compression to offer, the preferred first. */
  perMessageCompressionOffers: row([], areOffers),
  /** Takes the server's response. `null`: ready-made offers answer for themselves, others fail. */
  perMessageCompressionAccept: row(null, hook),
}))();

function areOffers(value: unknown): string | null {
  const isOffer = (item: unknown): boolean => typeof item === 'object' && item !== null && 'getExtensionString' in item;
  return Array.isArray(value) && value.every(isOffer) ? null : 'a list of compression offers';
}

type Rows = Readonly<Record<string, OptionRow>>;

/** The default values of a table of options. */
export function defaultOptions<Options>(rows: { readonly [Name in keyof Options]: OptionRow }): Options {
  return Object.fromEntries(Object.entries(rows as Rows).map(([name, { default: value }]) => [name, value])) as Options;
}

/**
 * Makes a new object of `current` with `changes`. Never changes `current`.
 *
 * @throws TypeError for a name that is no option (saying which was probably meant) or a value of the wrong type,
 * RangeError for a value that is out of range
 */
export function changeOptions<Options extends object>(
  rows: { readonly [Name in keyof Options]: OptionRow },
  current: Options,
  changes: Partially<Options>,
): Options {
  const result: Record<string, unknown> = { ...(current as Record<string, unknown>) };
  for (const name of Object.keys(changes)) {
    if (!Object.hasOwn(rows, name)) {
      const nearest = nearestName(name, Object.keys(rows));
      throw new TypeError(`unknown option ${name}${nearest === null ? '' : `: did you mean ${nearest}?`}`);
    }
    const value = (changes as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    const { check, default: sample } = (rows as Rows)[name]!;
    const wanted = check(value);
    if (wanted !== null) {
      const message = `option ${name} must be ${wanted}`;
      throw typeof value === typeof sample && sample !== null ? new RangeError(message) : new TypeError(message);
    }
    result[name] = Array.isArray(value) ? [...value] : value;
  }
  return result as Options;
}
