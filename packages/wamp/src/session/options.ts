// What the methods of a session take: camelCase here, snake_case on the wire.

import type { AbortSignalLike } from '@ws/types';
import type { Kwargs } from '../errors.ts';
import type { CancelMode, CallOptions as WireCallOptions } from '../messages/call-messages.ts';
import type { PublishOptions as WirePublishOptions } from '../messages/publish-messages.ts';
import type { InvocationPolicy, RegisterOptions as WireRegisterOptions } from '../messages/register-messages.ts';
import type { SubscribeOptions as WireSubscribeOptions } from '../messages/subscribe-messages.ts';
import type { MatchPolicy } from '../uri.ts';
import type { Abortable } from './abortable.ts';

type OneOrMany<Value> = Value | readonly Value[];

/** How to publish. */
export interface PublishOptions extends Abortable {
  /** Whether to wait until the broker has taken it. Default `false`. */
  readonly acknowledge?: boolean | undefined;
  /** Whether this session gets no event of it. Default `true`. */
  readonly excludeMe?: boolean | undefined;
  /** Sessions that get none. */
  readonly exclude?: OneOrMany<number> | undefined;
  readonly excludeAuthid?: OneOrMany<string> | undefined;
  readonly excludeAuthrole?: OneOrMany<string> | undefined;
  /** Only these sessions get one. */
  readonly eligible?: OneOrMany<number> | undefined;
  readonly eligibleAuthid?: OneOrMany<string> | undefined;
  readonly eligibleAuthrole?: OneOrMany<string> | undefined;
  /** Whether the broker keeps it for later subscribers. */
  readonly retain?: boolean | undefined;
  /** Whether subscribers are told who has published. */
  readonly discloseMe?: boolean | undefined;
}

/** How to subscribe. */
export interface SubscribeOptions extends Abortable {
  /** Default `exact`. */
  readonly match?: MatchPolicy | undefined;
  /** Whether to get what the broker has kept. */
  readonly getRetained?: boolean | undefined;
}

/** How to register. */
export interface RegisterOptions extends Abortable {
  /** Default `exact`. */
  readonly match?: MatchPolicy | undefined;
  /** Who of several callees is called. Default `single`: there is one only. */
  readonly invoke?: InvocationPolicy | undefined;
  /** How many invocations may run at the same time. */
  readonly concurrency?: number | undefined;
  /** Takes the procedure from whoever has it. */
  readonly forceReregister?: boolean | undefined;
}

/** How to call. */
export interface CallOptions {
  /** Called with each result before the last. */
  readonly onProgress?: ((args: unknown[], kwargs: Kwargs) => void) | undefined;
  /** Milliseconds after which the call is cancelled and fails with `wamp.error.timeout`. */
  readonly timeout?: number | undefined;
  /** Aborting cancels the call, and rejects with the signal's reason. */
  readonly signal?: AbortSignalLike | undefined;
  /** What becomes of the callee then. Default `killnowait`: it is interrupted. */
  readonly cancelMode?: CancelMode | undefined;
  /** Whether the callee is told who calls. */
  readonly discloseMe?: boolean | undefined;
}

/** @throws TypeError, RangeError */
export function wirePublishOptions(options: PublishOptions): WirePublishOptions {
  const wire: { -readonly [Key in keyof WirePublishOptions]: WirePublishOptions[Key] } = {};
  if (options.acknowledge !== undefined) wire.acknowledge = boolean('acknowledge', options.acknowledge);
  if (options.excludeMe !== undefined) wire.exclude_me = boolean('excludeMe', options.excludeMe);
  if (options.exclude !== undefined) wire.exclude = many(options.exclude);
  if (options.excludeAuthid !== undefined) wire.exclude_authid = many(options.excludeAuthid);
  if (options.excludeAuthrole !== undefined) wire.exclude_authrole = many(options.excludeAuthrole);
  if (options.eligible !== undefined) wire.eligible = many(options.eligible);
  if (options.eligibleAuthid !== undefined) wire.eligible_authid = many(options.eligibleAuthid);
  if (options.eligibleAuthrole !== undefined) wire.eligible_authrole = many(options.eligibleAuthrole);
  if (options.retain !== undefined) wire.retain = boolean('retain', options.retain);
  if (options.discloseMe !== undefined) wire.disclose_me = boolean('discloseMe', options.discloseMe);
  return wire;
}

/** @throws TypeError, RangeError */
export function wireSubscribeOptions(options: SubscribeOptions): WireSubscribeOptions {
  const wire: { -readonly [Key in keyof WireSubscribeOptions]: WireSubscribeOptions[Key] } = {};
  const match = matchPolicy(options.match);
  if (match !== 'exact') wire.match = match;
  if (options.getRetained !== undefined) wire.get_retained = boolean('getRetained', options.getRetained);
  return wire;
}

const INVOCATION_POLICIES: readonly InvocationPolicy[] = ['single', 'first', 'last', 'roundrobin', 'random'];

/** @throws TypeError, RangeError */
export function wireRegisterOptions(options: RegisterOptions): WireRegisterOptions {
  const { invoke = 'single', concurrency } = options;
  if (!INVOCATION_POLICIES.includes(invoke)) throw new RangeError(`invoke: ${INVOCATION_POLICIES.join(', ')}`);
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new RangeError('concurrency must be an integer above 0');
  }
  const wire: { -readonly [Key in keyof WireRegisterOptions]: WireRegisterOptions[Key] } = {};
  const match = matchPolicy(options.match);
  if (match !== 'exact') wire.match = match;
  if (invoke !== 'single') wire.invoke = invoke;
  if (concurrency !== undefined) wire.concurrency = concurrency;
  if (options.forceReregister !== undefined) {
    wire.force_reregister = boolean('forceReregister', options.forceReregister);
  }
  return wire;
}

/** @throws TypeError, RangeError */
export function wireCallOptions(options: CallOptions): WireCallOptions {
  const { timeout, onProgress, discloseMe } = options;
  if (timeout !== undefined && !(Number.isInteger(timeout) && timeout > 0)) {
    throw new RangeError('timeout must be an integer above 0');
  }
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw new TypeError('onProgress must be a function');
  const wire: { -readonly [Key in keyof WireCallOptions]: WireCallOptions[Key] } = {};
  if (timeout !== undefined) wire.timeout = timeout;
  if (onProgress !== undefined) wire.receive_progress = true;
  if (discloseMe !== undefined) wire.disclose_me = boolean('discloseMe', discloseMe);
  return wire;
}

function matchPolicy(match: MatchPolicy = 'exact'): MatchPolicy {
  if (match === 'exact' || match === 'prefix' || match === 'wildcard') return match;
  throw new RangeError('match must be exact, prefix or wildcard');
}

function boolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`${name} must be a boolean`);
}

function many<Value>(values: OneOrMany<Value>): readonly Value[] {
  return Array.isArray(values) ? values : [values as Value];
}
