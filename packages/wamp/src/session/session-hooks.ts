// What a session calls on its way. Applications override these methods; the session works without.

import type { ChallengeAnswer } from '../auth/authenticator.ts';
import type { Challenge } from '../messages/auth-messages.ts';
import type { Welcome } from '../messages/session-messages.ts';
import type { JoinOptions, SessionConfig } from './config.ts';
import type { CloseDetails, SessionDetails } from './details.ts';

/** The hooks of a session, with what they do by default. */
export abstract class SessionHooks {
  readonly config: SessionConfig;

  constructor(config: SessionConfig) {
    this.config = config;
  }

  /** Asks to join a realm. */
  abstract join(realm: string | null, options?: JoinOptions): Promise<SessionDetails>;

  /** Closes the transport. */
  abstract disconnect(): void;

  /** The transport is open. By default joins the realm of the config. */
  onConnect(): unknown {
    const { realm = 'realm1' } = this.config;
    if (realm !== null) this.join(realm, this.config).catch(() => {});
    return undefined;
  }

  /** The router wants proof. By default the config's authenticators answer. Throwing aborts the session. */
  onChallenge(challenge: Challenge): ChallengeAnswer | PromiseLike<ChallengeAnswer> {
    const found = this.config.authenticators?.find(({ method }) => method === challenge.method);
    if (found === undefined) throw new Error(`there is no authenticator for ${challenge.method}`);
    return found.onChallenge(challenge);
  }

  /** The router lets us in. @returns why we do not want to; `null` or nothing: we do */
  onWelcome(welcome: Welcome): string | null | undefined | PromiseLike<string | null | undefined> {
    const { authmethod, authextra = null } = welcome.details;
    const used = this.config.authenticators?.find(({ method }) => method === authmethod);
    return used?.onWelcome?.(authextra) ?? null;
  }

  /** The session has begun. */
  onJoin(_details: SessionDetails): unknown {
    return undefined;
  }

  /** The session has ended, or there will be none. By default closes the transport. */
  onLeave(_details: CloseDetails): unknown {
    this.disconnect();
    return undefined;
  }

  /** The transport is gone. */
  onDisconnect(_wasClean: boolean): unknown {
    return undefined;
  }

  /** Something that the application wrote has thrown, where nobody waits for it. */
  onUserError(error: unknown, message: string): void {
    this.config.onUserError?.(error, message);
  }
}
