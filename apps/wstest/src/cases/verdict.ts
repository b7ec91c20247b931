/** How a peer did in a case, in the words of the reports. */
export type Behavior = 'OK' | 'NON-STRICT' | 'INFORMATIONAL' | 'UNIMPLEMENTED' | 'FAILED' | 'WRONG CODE' | 'UNCLEAN';

/** The outcome of a case: the conversation, and the way the connection was closed. */
export interface Verdict {
  readonly behavior: Behavior;
  readonly behaviorClose: Behavior;
  /** Why, in a sentence. */
  readonly result: string;
  readonly resultClose: string;
}

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
