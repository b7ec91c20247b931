// How a client proves who it is. Methods that need cryptography have entries of their own: `@ws/wamp/wampcra` and
// `@ws/wamp/cryptosign`.

import type { Kwargs } from '../errors.ts';
import type { Challenge } from '../messages/auth-messages.ts';

/** The answer to a challenge. */
export type ChallengeAnswer = string | { readonly signature: string; readonly extra?: Kwargs | undefined };

/** One method of authentication, of a client. */
export interface IAuthenticator {
  /** Such as `ticket`. */
  readonly method: string;
  /** What goes into `authextra` of HELLO. */
  readonly authextra?: Kwargs | undefined;
  /** @throws when it cannot be answered: the session is aborted */
  onChallenge(challenge: Challenge): ChallengeAnswer | PromiseLike<ChallengeAnswer>;
  /** Looks at what the router has proved. @returns why the session is not wanted; `null`: it is */
  onWelcome?(authextra: Kwargs | null): string | null;
}

/** Authentication by nothing. */
export function anonymousAuth(): IAuthenticator {
  return {
    method: 'anonymous',
    onChallenge() {
      throw new Error('anonymous has no challenge');
    },
  };
}

/** Authentication by a ticket, such as a password or a token; `ticket` may be a function that gets a fresh one. */
export function ticketAuth(ticket: string | (() => string | PromiseLike<string>)): IAuthenticator {
  return { method: 'ticket', onChallenge: () => (typeof ticket === 'function' ? ticket() : ticket) };
}
