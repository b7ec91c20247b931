// What a session is told when it joins and leaves.

import type { Kwargs } from '../errors.ts';
import type { Welcome } from '../messages/session-messages.ts';
import type { ITransport } from '../transport/interfaces.ts';

/** The session that was joined. */
export interface SessionDetails {
  readonly realm: string | null;
  readonly session: number;
  readonly authid: string | null;
  readonly authrole: string | null;
  readonly authmethod: string | null;
  readonly authprovider: string | null;
  readonly authextra: Kwargs | null;
  readonly serializer: string | null;
  readonly transport: ITransport;
  readonly isResumed: boolean;
  readonly isResumable: boolean;
  readonly resumeToken: string | null;
}

/** Why a session ended. */
export interface CloseDetails {
  /** A URI, such as `wamp.close.normal`. */
  readonly reason: string;
  readonly message: string | null;
}

/** What WELCOME says. */
export function sessionDetails(
  { session, details }: Welcome,
  realm: string | null,
  transport: ITransport,
): SessionDetails {
  return {
    realm: details.realm ?? realm,
    session,
    authid: details.authid ?? null,
    authrole: details.authrole ?? null,
    authmethod: details.authmethod ?? null,
    authprovider: details.authprovider ?? null,
    authextra: details.authextra ?? null,
    serializer: transport.serializerId,
    transport,
    isResumed: details.resumed ?? false,
    isResumable: details.resumable ?? false,
    resumeToken: details.resume_token ?? null,
  };
}
