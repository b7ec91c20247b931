// What becomes of messages that a receiver cannot be sent: nobody's session ends for what others have written.

import { ErrorUri } from '../error-uris.ts';
import { ApplicationError, SerializationError } from '../errors.ts';
import { ErrorMessage } from '../messages/error-message.ts';
import type { IMessage } from '../messages/message.ts';
import { type PassedPayload, textPayload } from './member.ts';

/** The error that answers for a message that could not be made or sent; `null` where that is nobody's payload. */
export function answerFor(error: unknown): [error: string, payload: PassedPayload] | null {
  if (error instanceof SerializationError) return [ErrorUri.invalidPayload, textPayload(error.message)];
  if (error instanceof ApplicationError) return [error.error, { args: error.args, kwargs: error.kwargs }];
  if (error instanceof Error && 'code' in error && error.code === 'ERR_TOO_BIG_TO_SEND') {
    return [ErrorUri.payloadSizeExceeded, textPayload(error.message)];
  }
  return null;
}

/** Sends an error: without what it brings where that cannot be sent, and as `invalid_payload` where its URI cannot. */
export function sendError(send: (message: IMessage) => void, message: ErrorMessage): void {
  const { requestType, request, error } = message;
  const bare = (uri: string): ErrorMessage => new ErrorMessage(requestType, request, {}, uri);
  try {
    send(message);
  } catch {
    try {
      send(bare(error));
    } catch {
      send(bare(ErrorUri.invalidPayload));
    }
  }
}
