// What an open connection goes by: its options, what its listener receives, and what differs between client and server.

import type { Platform, Receives } from '@ws/types';
import type { FrameDecoderRules } from '../frames/frame-rules.ts';
import type { Masking } from '../frames/frame-writer.ts';
import type { MessageReceiverRules } from '../messages/message-receiver.ts';
import type { MessageSenderRules } from '../messages/message-sender.ts';
import type { PreparedMessage } from '../messages/prepared-message.ts';
import type { ShortTextSender } from '../messages/short-text.ts';
import type { CommonOptions } from '../options/options.ts';

export type Role = 'client' | 'server';

/** What client and server each do in their own way, by their options. */
export interface RoleRules {
  /** Whether this side masks the frames that it sends (RFC 6455, 5.1). */
  readonly isMasking: boolean;
  /** Whether the frames that it receives must be masked. */
  readonly masking: FrameDecoderRules['masking'];
  readonly sendShortText?: ShortTextSender;
}

/** The client or server that owns connections, and its platform. Factories are such. */
export interface RoleOwner {
  readonly role: Role;
  readonly platform: Platform;
  roleRules(options: CommonOptions): RoleRules;
  /** Makes a message for many connections of this owner. */
  prepareMessage(payload: Uint8Array | string, isBinary?: boolean, doNotCompress?: boolean): PreparedMessage;
}

/** What the parts of an open connection go by. */
export interface ConnectionRules extends FrameDecoderRules, MessageReceiverRules, MessageSenderRules {
  readonly outgoingMasking: Masking;
  /** Fast path for short texts. `null`: these options rule it out. */
  readonly sendShortText: ShortTextSender | null;
}

/** Cache of rules: by the options object, then by compression and by what the listener receives. */
const made: WeakMap<CommonOptions, Record<string, ConnectionRules>> = /* @__PURE__ */ new WeakMap();

/** The rules of a connection: one object for all connections of a role that have the same. */
export function connectionRules(
  owner: Pick<RoleOwner, 'roleRules'>,
  options: CommonOptions,
  hasCompression: boolean,
  receives: Receives,
): ConnectionRules {
  let rules = made.get(options);
  if (rules === undefined) {
    rules = {};
    made.set(options, rules);
  }
  const key = `${hasCompression} ${receives.frames} ${receives.lentText}`;
  rules[key] ??= createRules(owner.roleRules(options), options, hasCompression, receives);
  return rules[key];
}

function createRules(
  { isMasking, masking, sendShortText }: RoleRules,
  options: CommonOptions,
  hasCompression: boolean,
  receives: Receives,
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
    yieldsMessages: receives.frames !== 'all',
    frames: receives.frames,
    // A text is lent only when it is known to be valid.
    lendsText: receives.lentText && options.utf8validateIncoming && receives.frames !== 'all',
    autoFragmentSize,
    sendShortText: (isPlain && sendShortText) || null,
  };
}
