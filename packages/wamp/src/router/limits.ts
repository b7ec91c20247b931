// What one session may cost a router.

/** Limits of a router, for each session. 0: no limit. */
export interface RouterLimits {
  /** Longest URI of a request, in characters. Longer ones are refused with `wamp.error.invalid_uri`. Default 512. */
  readonly maxUriLength: number;
  /**
   * Most parts of a URI of a request. More are refused with `wamp.error.invalid_uri`. Default 16: of the wildcards that all
   * clients together subscribe to, no more than 2^16 can match a topic then.
   */
  readonly maxUriParts: number;
  /** Most subscriptions of a session. More are refused with `wamp.error.unavailable`. Default 10,000. */
  readonly maxSubscriptions: number;
  /** Most registrations of a session. More are refused with `wamp.error.unavailable`. Default 10,000. */
  readonly maxRegistrations: number;
  /**
   * Most calls of a session whose callees have not answered, cancelled ones included. More are refused with
   * `wamp.error.unavailable`. Default 10,000.
   */
  readonly maxPendingCalls: number;
  /** Most ids in the answer of a meta procedure; else `wamp.error.payload_size_exceeded`. Default 50,000. */
  readonly maxListLength: number;
  /** Bytes that wait for a session beyond which nothing more of it is read until all are gone. Default 65,536. */
  readonly maxUnreadAmount: number;
}

const DEFAULTS: RouterLimits = {
  maxUriLength: 512,
  maxUriParts: 16,
  maxSubscriptions: 10_000,
  maxRegistrations: 10_000,
  maxPendingCalls: 10_000,
  maxListLength: 50_000,
  maxUnreadAmount: 65_536,
};

/** What {@link limitsOf} takes. */
export type RouterLimitOptions = { readonly [Name in keyof RouterLimits]?: RouterLimits[Name] | undefined };

/** The limits with their defaults; Infinity where there is none. @throws RangeError, TypeError */
export function limitsOf(options: RouterLimitOptions = {}): RouterLimits {
  const limits: { -readonly [Name in keyof RouterLimits]: RouterLimits[Name] } = { ...DEFAULTS };
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(DEFAULTS, name)) throw new TypeError(`there is no limit ${name}`);
    if (value === undefined) continue;
    if (!(Number.isInteger(value) && value >= 0)) throw new RangeError(`${name} must be an integer of 0 or more`);
    limits[name as keyof RouterLimits] = value === 0 ? Infinity : value;
  }
  return limits;
}
