// Who takes part in a realm: what the broker and the dealer know of a session, or of another router.

import type { Kwargs } from '../errors.ts';
import type { ResultDetails } from '../messages/call-messages.ts';
import type { InterruptOptions, InvocationDetails } from '../messages/invocation-messages.ts';
import type { EncodingOptions, PayloadArgs } from '../messages/payload.ts';
import type { Event } from '../messages/publish-messages.ts';

/** Who a session is. */
export interface SessionInfo {
  readonly session: number;
  readonly realm: string;
  readonly authid: string | null;
  readonly authrole: string | null;
  readonly authmethod: string | null;
  readonly authprovider: string | null;
}

/** What goes from one end to the other as it is. */
export interface PassedPayload {
  readonly args: PayloadArgs;
  readonly kwargs: Kwargs | null;
}

/** Gets events. */
export interface Receiver {
  readonly info: SessionInfo;
  sendEvent(event: Event): void;
}

/** Makes calls. */
export interface CallerMember {
  readonly info: SessionInfo;
  sendResult(request: number, details: ResultDetails, payload: PassedPayload): void;
  sendCallError(request: number, error: string, payload: PassedPayload, encoding?: EncodingOptions): void;
}

/** Answers invocations. */
export interface CalleeMember {
  readonly info: SessionInfo;
  /** Another router of the same realm. */
  readonly isRemote: boolean;
  /** Whether invocations can be interrupted. */
  readonly canBeInterrupted: boolean;
  nextInvocation(): number;
  /** @throws SerializationError, TransportLost, UsageError */
  sendInvocation(request: number, registration: number, details: InvocationDetails, payload: PassedPayload): void;
  sendInterrupt(request: number, options: InterruptOptions): void;
  /** Its registration was taken from it. */
  sendRevocation(registration: number, reason: string): void;
}

/** The keys of a transparent payload, which pass as they are. */
export function encodingOf(options: EncodingOptions): EncodingOptions {
  if (options.enc_algo === undefined) return NO_ENCODING;
  const { enc_algo, enc_key, enc_serializer } = options;
  return {
    enc_algo,
    ...(enc_key === undefined ? {} : { enc_key }),
    ...(enc_serializer === undefined ? {} : { enc_serializer }),
  };
}

const NO_ENCODING: EncodingOptions = {};

/** A payload of text. */
export function textPayload(text: string): PassedPayload {
  return { args: [text], kwargs: null };
}
