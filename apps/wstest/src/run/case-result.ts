import type { Closing } from '../cases/exchange.ts';
import type { Verdict } from '../cases/verdict.ts';
import type { WireLog } from '../wire/wire-log.ts';

/** What one peer did in one case. */
export interface CaseResult extends Verdict {
  /** The name of the peer. */
  readonly agent: string;
  readonly id: string;
  readonly description: string;
  readonly expectation: string;
  /** Whether the tester was the server. */
  readonly testerIsServer: boolean;
  /** When it began. */
  readonly startedAt: Date;
  /** Milliseconds. */
  readonly duration: number;
  /** The peer's close code, or null. */
  readonly remoteCloseCode: number | null;
  readonly remoteCloseReason: string | null;
  /** The heads of the opening handshake as text; empty where none was read. */
  readonly httpRequest: string;
  readonly httpResponse: string;
  /** How the connection came to its end; null for cases without frames. */
  readonly closing: Closing | null;
  /** The conversation; null when there was no connection. */
  readonly log: WireLog | null;
}
