// What a flood is, and whose servers meet it.

import type { Extension } from './payloads.ts';

/** Whose server: ours with callbacks, ours with the pull API, or `ws`. */
export type Api = 'callbacks' | 'pull' | 'ws';

/** A flood: a row of the table. */
export interface Row {
  readonly name: string;
  /** What one flooder sends, in words. */
  readonly title: string;
  /** Whose servers meet it: a router has no pull API, and `ws` has neither bzip2 nor WAMP. */
  readonly apis: readonly Api[];
  /** The longest message that the server takes, in bytes; several where the flood depends on it. */
  readonly limits: readonly number[];
  /** Whether the server sends each message back. */
  readonly isAnswered: boolean;
  /** Whether the flooder leaves unread what comes. Default `false`. */
  readonly isUnread?: boolean;
  readonly extension?: Extension;
  /** A subprotocol of WAMP; the server is a router then. */
  readonly subprotocol?: string;
  /** The frames that a flooder sends once, before the flood. The server answers each. */
  readonly prelude?: readonly Buffer[];
  /** Whether each flooder sends something else. Default `false`. */
  readonly isDistinct?: boolean;
  /** Whole frames, which a flooder sends again and again. @param flooder its number, where `isDistinct` */
  flood(limit: number, flooder: number): Buffer;
}

export const MIB: number = 2 ** 20;

/** The default limit, and one that users set who have large messages. */
export const LIMITS: readonly number[] = [MIB, 128 * MIB];
