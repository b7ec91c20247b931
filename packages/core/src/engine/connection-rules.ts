// What an open connection goes by: its options, and what differs between client and server.

import type { FrameDecoderRules } from '../frames/frame-decoder.ts';
import type { Masking } from '../frames/frame-writer.ts';
import type { MessageReceiverRules } from '../messages/message-receiver.ts';
import type { MessageSenderRules, ShortTextSender } from '../messages/message-sender.ts';
import type { CommonOptions } from '../options/options.ts';

export type Role = 'client' | 'server';

/** What a side does in its own way, by its options. */
export interface RoleRules {
  /** Whether frames are masked that it sends (RFC 6455, 5.1). */
  readonly isMasking: boolean;
  /** Whether frames must be masked that it receives. */
  readonly masking: FrameDecoderRules['masking'];
  readonly sendShortText?: ShortTextSender;
}

/** Who has {@link RoleRules}. */
export interface Side {
  readonly role: Role;
  readonly frameHooks: FrameHooks;
  roleRules(options: CommonOptions): RoleRules;
}

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

/** The rules of a connection: one object for all connections of a side that have the same. */
export function connectionRules(
  side: Side,
  options: CommonOptions,
  hasCompression: boolean,
  frameHooks: FrameHooks = side.frameHooks,
): ConnectionRules {
  let rules = made.get(options);
  if (rules === undefined) {
    rules = {};
    made.set(options, rules);
  }
  const key = `${hasCompression} ${frameHooks}`;
  rules[key] ??= createRules(side.roleRules(options), options, hasCompression, frameHooks);
  return rules[key];
}

function createRules(
  { isMasking, masking, sendShortText }: RoleRules,
  options: CommonOptions,
  hasCompression: boolean,
  frameHooks: FrameHooks,
): ConnectionRules {
  const { applyMask, autoFragmentSize, maxFragments } = options;
  const isPlain = !isMasking && !hasCompression && autoFragmentSize === 0;
  return {
    outgoingMasking: isMasking ? (applyMask ? 'yes' : 'unapplied') : 'no',
    masking,
    applyMask,
    hasCompression,
    validateUtf8: options.utf8validateIncoming,
    maxFrameSize: options.maxFramePayloadSize,
    maxMessageSize: options.maxMessagePayloadSize,
    maxFragments,
    yieldsMessages: frameHooks !== 'all',
    hasFrameHooks: frameHooks !== 'none',
    autoFragmentSize,
    sendShortText: (isPlain && sendShortText) || null,
  };
}
