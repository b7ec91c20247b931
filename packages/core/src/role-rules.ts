// What differs between client and server on an open connection: who masks (RFC 6455, 5.1).

import type { FrameDecoderRules } from './frame-decoder.ts';
import type { Masking } from './frame-writer.ts';
import type { MessageReceiverRules } from './message-receiver.ts';
import type { MessageSenderRules } from './message-sender.ts';
import type { ClientOptions, CommonOptions, ServerOptions } from './options.ts';

export type Role = 'client' | 'server';

/**
 * Which messages the hooks of frames are called for: none, since the application does not override them; all; or those
 * that do not come in one piece.
 */
export type FrameHooks = 'none' | 'all' | 'pieces';

/** What the parts of an open connection go by. */
export interface ConnectionRules extends FrameDecoderRules, MessageReceiverRules, MessageSenderRules {
  readonly outgoingMasking: Masking;
}

/** Those that were made of the same options already, by what else they depend on. */
const made: WeakMap<CommonOptions, Record<string, ConnectionRules>> = /* @__PURE__ */ new WeakMap();

/** The rules of a connection: one object for all connections that have the same. */
export function connectionRules(
  role: Role,
  options: CommonOptions,
  hasCompression: boolean,
  frameHooks: FrameHooks,
): ConnectionRules {
  let rules = made.get(options);
  if (rules === undefined) {
    rules = {};
    made.set(options, rules);
  }
  const key = `${role} ${hasCompression} ${frameHooks}`;
  rules[key] ??= createRules(role, options as ServerOptions & ClientOptions, hasCompression, frameHooks);
  return rules[key];
}

function createRules(
  role: Role,
  options: ServerOptions & ClientOptions,
  hasCompression: boolean,
  frameHooks: FrameHooks,
): ConnectionRules {
  const { applyMask, autoFragmentSize, maxFragments } = options;
  const isServer = role === 'server';
  const isMasking = isServer ? options.maskServerFrames : options.maskClientFrames;
  const isStrict = isServer ? options.requireMaskedClientFrames : !options.acceptMaskedServerFrames;
  return {
    outgoingMasking: isMasking ? (applyMask ? 'yes' : 'unapplied') : 'no',
    masking: isStrict ? (isServer ? 'must' : 'mustNot') : 'may',
    applyMask,
    hasCompression,
    validateUtf8: options.utf8validateIncoming,
    maxFrameSize: options.maxFramePayloadSize,
    maxMessageSize: options.maxMessagePayloadSize,
    maxFragments,
    yieldsMessages: frameHooks !== 'all',
    hasFrameHooks: frameHooks !== 'none',
    autoFragmentSize,
  };
}
