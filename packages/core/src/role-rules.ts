// What differs between client and server on an open connection: who masks (RFC 6455, 5.1).

import type { FrameDecoderRules } from './frame-decoder.ts';
import type { Masking } from './frame-writer.ts';
import type { ClientOptions, CommonOptions, ServerOptions } from './options.ts';

export type Role = 'client' | 'server';

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
