// Who may join: the hook `authenticate` of a router, and what it can say.

import type { Kwargs } from '../errors.ts';
import type { ITransport } from '../transport/interfaces.ts';

/** A client that wants to join. */
export interface AuthRequest {
  readonly realm: string;
  /** The id that its session will have. */
  readonly session: number;
  readonly authmethods: readonly string[];
  /** Who the client says it is. Nothing has proven it. */
  readonly authid: string | null;
  /** What the client wants to be. The router does not look at it. */
  readonly authrole: string | null;
  readonly authextra: Kwargs | null;
  readonly transport: ITransport;
  /** A text that nobody can guess, made for this request. */
  readonly nonce: string;
}

/** The client may join. */
export interface AuthGrant {
  /** Default: what the client says it is where it has passed a challenge, else a random name. */
  readonly authid?: string | undefined;
  /** Default `anonymous`. */
  readonly authrole?: string | undefined;
  /** Default `anonymous`; of a challenge: its method. */
  readonly authmethod?: string | undefined;
  /** Default `static`. */
  readonly authprovider?: string | undefined;
  /** More for the client. */
  readonly authextra?: Kwargs | undefined;
}

/** The client has to prove who it is. */
export interface AuthChallenge {
  /** Such as `ticket`. */
  readonly method: string;
  readonly extra?: Kwargs | undefined;
  /** Looks at the proof. @returns `null`: it is none */
  verify(signature: string, extra: Kwargs): AuthGrant | null | PromiseLike<AuthGrant | null>;
}

/** `null`: the client may not join. An ApplicationError that is thrown says why. */
export type AuthDecision = AuthGrant | AuthChallenge | null;

/** Decides who may join. */
export type Authenticate = (request: AuthRequest) => AuthDecision | PromiseLike<AuthDecision>;

/** Whether a decision is a challenge. */
export function isChallenge(decision: AuthGrant | AuthChallenge): decision is AuthChallenge {
  return 'verify' in decision;
}

/** What a ticket proves. */
export interface TicketUser extends AuthGrant {
  readonly ticket: string;
}

/**
 * Asks for a ticket.
 *
 * @example
 * authenticate: ({ authid }) => (authid === 'joe' ? ticketChallenge({ ticket: secret, authrole: 'user' }) : null)
 */
export function ticketChallenge({ ticket, ...grant }: TicketUser): AuthChallenge {
  return { method: 'ticket', verify: signature => (equalTexts(signature, ticket) ? grant : null) };
}

/** Compares two texts in a time that says nothing of where they differ. */
export function equalTexts(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(1, b.length));
  return difference === 0;
}
