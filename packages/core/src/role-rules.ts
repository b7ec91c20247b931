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
export interface ConnectionRules {
  readonly masking: Masking;
  readonly decoder: FrameDecoderRules;
  readonly receiver: MessageReceiverRules;
  readonly sender: MessageSenderRules;
}

const FRAME_HOOKS: readonly FrameHooks[] = ['none', 'all', 'pieces'];

/** Those that were made of the same options already, by what else they depend on. */
const made: WeakMap<CommonOptions, ConnectionRules[]> = /* @__PURE__ */ new WeakMap();

/** The rules of a connection: one object for all connections that have the same. */
export function connectionRules(
  role: Role,
  options: CommonOptions,
  hasCompression: boolean,
  frameHooks: FrameHooks,
): ConnectionRules {
  const index = (role === 'server' ? 1 : 0) | (hasCompression ? 2 : 0) | (4 * FRAME_HOOKS.indexOf(frameHooks));
  let rules = made.get(options);
  if (rules === undefined) {
    rules = [];
    made.set(options, rules);
  }
  rules[index] ??= createRules(role, options, hasCompression, frameHooks);
  return rules[index];
}

function createRules(
  role: Role,
  options: CommonOptions,
  hasCompression: boolean,
  frameHooks: FrameHooks,
): ConnectionRules {
  const { maxMessagePayloadSize: maxMessageSize, utf8validateIncoming: validateUtf8, autoFragmentSize } = options;
  return {
    masking: outgoingMasking(role, options),
    decoder: decoderRules(role, options, hasCompression, frameHooks !== 'all'),
    receiver: { hasFrameHooks: frameHooks !== 'none', maxMessageSize, validateUtf8 },
    sender: { autoFragmentSize, maxMessageSize },
  };
}

/** How the frames that we send are masked. */
export function outgoingMasking(role: Role, options: CommonOptions): Masking {
  const { maskServerFrames } = options as ServerOptions;
  const { maskClientFrames } = options as ClientOptions;
  if (role === 'server' ? !maskServerFrames : !maskClientFrames) return 'no';
  return options.applyMask ? 'yes' : 'unapplied';
}

/** What frames the peer may send. */
export function decoderRules(
  role: Role,
  options: CommonOptions,
  hasCompression: boolean,
  yieldsMessages: boolean,
): FrameDecoderRules {
  return {
    masking: incomingMasking(role, options),
    applyMask: options.applyMask,
    hasCompression,
    validateUtf8: options.utf8validateIncoming,
    maxFrameSize: options.maxFramePayloadSize,
    maxMessageSize: options.maxMessagePayloadSize,
    maxFragments: options.maxFragments,
    yieldsMessages,
  };
}

function incomingMasking(role: Role, options: CommonOptions): FrameDecoderRules['masking'] {
  if (role === 'server') return (options as ServerOptions).requireMaskedClientFrames ? 'must' : 'may';
  return (options as ClientOptions).acceptMaskedServerFrames ? 'may' : 'mustNot';
}
