// Who may do what: the hook `authorize` of a router.

import type { SessionInfo } from './member.ts';

/** What a session wants to do. */
export type RouterAction = 'publish' | 'subscribe' | 'call' | 'register';

/** What it may. */
export interface Permission {
  readonly allow: boolean;
  /** Whether the other end is told who it is. Default: where the session wants it (`disclose_me`). */
  readonly disclose?: boolean | undefined;
}

/** Decides who may do what. What it throws is a refusal with `wamp.error.authorization_failed`. */
export type Authorize = (
  session: SessionInfo,
  action: RouterAction,
  uri: string,
  options: object,
) => boolean | Permission | PromiseLike<boolean | Permission>;
