// What a session is made of, and what it asks to join with.

import type { Clock } from '@ws/types';
import type { IAuthenticator } from '../auth/authenticator.ts';
import type { Kwargs } from '../errors.ts';
import { Hello } from '../messages/session-messages.ts';
import type { Abortable } from './abortable.ts';
import { CLIENT_FEATURES } from './features.ts';

/** How a session joins. */
export interface JoinOptions extends Abortable {
  /** Default: those of the authenticators. */
  readonly authmethods?: readonly string[] | undefined;
  readonly authid?: string | undefined;
  readonly authrole?: string | undefined;
  readonly authextra?: Kwargs | undefined;
  readonly resumable?: boolean | undefined;
  readonly resumeSession?: number | undefined;
  readonly resumeToken?: string | undefined;
}

/** What a session is made of. */
export interface SessionConfig extends JoinOptions {
  /** Joined when the transport opens. Default `realm1`; `null`: call `join` yourself. */
  readonly realm?: string | null | undefined;
  /** The methods to offer, and how their challenges are answered. */
  readonly authenticators?: readonly IAuthenticator[] | undefined;
  /** The application's own. */
  readonly extra?: unknown;
  readonly clock?: Clock | undefined;
  /** Told of what handlers and endpoints throw. Default: nobody is. */
  readonly onUserError?: ((error: unknown, message: string) => void) | undefined;
}

/** What a session sends to join. */
export function createHello(
  realm: string | null,
  options: JoinOptions,
  authenticators: readonly IAuthenticator[] = [],
): Hello {
  const authmethods = options.authmethods ?? authenticators.map(({ method }) => method);
  const authextra = Object.assign({}, ...authenticators.map(one => one.authextra), options.authextra) as Kwargs;
  return new Hello(realm, {
    roles: CLIENT_FEATURES,
    ...(authmethods.length > 0 ? { authmethods } : {}),
    ...(options.authid === undefined ? {} : { authid: options.authid }),
    ...(options.authrole === undefined ? {} : { authrole: options.authrole }),
    ...(Object.keys(authextra).length > 0 ? { authextra } : {}),
    ...(options.resumable === undefined ? {} : { resumable: options.resumable }),
    ...(options.resumeSession === undefined ? {} : { 'resume-session': options.resumeSession }),
    ...(options.resumeToken === undefined ? {} : { 'resume-token': options.resumeToken }),
  });
}
