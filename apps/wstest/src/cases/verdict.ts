/** How a peer did in a case, in the words of the reports. */
export type Behavior = 'OK' | 'NON-STRICT' | 'INFORMATIONAL' | 'UNIMPLEMENTED' | 'FAILED' | 'WRONG CODE' | 'UNCLEAN';

/** The outcome of a case: the conversation, and the way the connection was closed. */
export interface Verdict {
  readonly behavior: Behavior;
  readonly behaviorClose: Behavior;
  /** Why, in a sentence. */
  readonly result: string;
  readonly resultClose: string;
  /** What was waited for and what came; absent where a case has no list of answers. */
  readonly comparison?: Comparison;
}

/** The answers of a peer beside those that it should have given. Long payloads are cut. */
export interface Comparison {
  /** Behavior to the answers of a peer that behaves so. */
  readonly expected: Readonly<Record<string, readonly AnswerText[]>>;
  readonly expectedClose: {
    readonly closedByMe: boolean;
    readonly closeCode: readonly number[];
    readonly requireClean: boolean;
  };
  readonly received: readonly AnswerText[];
}

/** An answer for the reports: `message` with text and whether it is binary, or `pong` with text. */
export type AnswerText =
  | readonly [type: 'message', payload: string, isBinary: boolean]
  | readonly [type: 'pong', payload: string];

const FAILURES: readonly Behavior[] = ['FAILED', 'WRONG CODE', 'UNCLEAN'];

/** Whether a verdict is a failure of the peer. */
export function isFailure(verdict: Pick<Verdict, 'behavior' | 'behaviorClose'>): boolean {
  return FAILURES.includes(verdict.behavior) || FAILURES.includes(verdict.behaviorClose);
}

/** A verdict about something that has no closing handshake to judge. */
export function verdict(behavior: Behavior, result: string): Verdict {
  const behaviorClose = behavior === 'FAILED' ? 'FAILED' : behavior === 'UNIMPLEMENTED' ? 'UNIMPLEMENTED' : 'OK';
  return { behavior, behaviorClose, result, resultClose: result };
}
