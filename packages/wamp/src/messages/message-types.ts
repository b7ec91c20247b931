// Which class reads a raw message: looked up by its first element.

import type { RawMessage } from '../checks.ts';
import { show } from '../checks.ts';
import { ProtocolError } from '../errors.ts';
import { Authenticate, Challenge } from './auth-messages.ts';
import { Call, Cancel, Result } from './call-messages.ts';
import { ErrorMessage } from './error-message.ts';
import { Interrupt, Invocation, Yield } from './invocation-messages.ts';
import { MessageType } from './message.ts';
import { Event, EventReceived, Publish, Published } from './publish-messages.ts';
import { Register, Registered, Unregister, Unregistered } from './register-messages.ts';
import { Abort, Goodbye, Hello, Welcome } from './session-messages.ts';
import { Subscribe, Subscribed, Unsubscribe, Unsubscribed } from './subscribe-messages.ts';

/** Any message. */
export type AnyMessage =
  | Hello
  | Welcome
  | Abort
  | Challenge
  | Authenticate
  | Goodbye
  | ErrorMessage
  | Publish
  | Published
  | Subscribe
  | Subscribed
  | Unsubscribe
  | Unsubscribed
  | Event
  | EventReceived
  | Call
  | Cancel
  | Result
  | Register
  | Registered
  | Unregister
  | Unregistered
  | Invocation
  | Interrupt
  | Yield;

/** A class of messages. */
export interface MessageClass {
  /** @throws ProtocolError */
  parse(raw: RawMessage): AnyMessage;
}

/** The class for each code. */
export const MESSAGE_TYPE_MAP: Readonly<Record<number, MessageClass>> = {
  [MessageType.HELLO]: Hello,
  [MessageType.WELCOME]: Welcome,
  [MessageType.ABORT]: Abort,
  [MessageType.CHALLENGE]: Challenge,
  [MessageType.AUTHENTICATE]: Authenticate,
  [MessageType.GOODBYE]: Goodbye,
  [MessageType.ERROR]: ErrorMessage,
  [MessageType.PUBLISH]: Publish,
  [MessageType.PUBLISHED]: Published,
  [MessageType.SUBSCRIBE]: Subscribe,
  [MessageType.SUBSCRIBED]: Subscribed,
  [MessageType.UNSUBSCRIBE]: Unsubscribe,
  [MessageType.UNSUBSCRIBED]: Unsubscribed,
  [MessageType.EVENT]: Event,
  [MessageType.CALL]: Call,
  [MessageType.CANCEL]: Cancel,
  [MessageType.RESULT]: Result,
  [MessageType.REGISTER]: Register,
  [MessageType.REGISTERED]: Registered,
  [MessageType.UNREGISTER]: Unregister,
  [MessageType.UNREGISTERED]: Unregistered,
  [MessageType.INVOCATION]: Invocation,
  [MessageType.INTERRUPT]: Interrupt,
  [MessageType.YIELD]: Yield,
  [MessageType.EVENT_RECEIVED]: EventReceived,
};

/**
 * Makes a message of what a serializer has read.
 *
 * @throws ProtocolError when it is none
 */
export function parseMessage(raw: unknown): AnyMessage {
  if (!Array.isArray(raw)) throw new ProtocolError(`a message must be a list, not ${show(raw)}`);
  if (raw.length === 0) throw new ProtocolError('a message must not be empty');
  const code: unknown = raw[0];
  if (!Number.isInteger(code)) throw new ProtocolError(`a message must begin with an integer, not ${show(code)}`);
  const type = Object.hasOwn(MESSAGE_TYPE_MAP, code as number) ? MESSAGE_TYPE_MAP[code as number] : undefined;
  if (type === undefined) throw new ProtocolError(`there is no message of type ${show(code)}`);
  return type.parse(raw);
}
