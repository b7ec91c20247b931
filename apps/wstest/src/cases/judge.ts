import { shownText } from '../wire/wire-log.ts';
import type { Answer, Exchange } from './exchange.ts';
import type { AnswerText, Behavior, Comparison, Verdict } from './verdict.ts';

/** An answer that a case waits for. */
export interface ExpectedAnswer {
  readonly type: Answer['type'];
  readonly payload: Buffer;
}

/** Everything the peer must answer, in order, and what such a peer is called. */
export interface Outcome {
  readonly behavior: Behavior;
  readonly answers: readonly ExpectedAnswer[];
}

/** How the connection must be closed. */
export interface ExpectedClose {
  readonly startedBy: 'tester' | 'peer';
  /** Codes that the peer may close with; closing without a code is always allowed. */
  readonly codes: readonly number[];
  readonly isCleanRequired: boolean;
  /** Whether the closing is what the case is about, so that a wrong one fails the case itself. */
  readonly isSubject?: boolean;
}

/** Judges a conversation that came to its end. */
export function judge(exchange: Exchange, outcomes: readonly Outcome[], close: ExpectedClose): Verdict {
  const [behaviorClose, resultClose] = judgeClose(exchange, close);
  const comparison = compare(exchange, outcomes, close);
  if (outcomes[0]?.behavior === 'INFORMATIONAL') {
    const result = `For information: ${describe(exchange.answers)}. ${resultClose}`;
    return {
      behavior: 'INFORMATIONAL',
      result,
      // As the field has it: where the answers are left open, so is the way the connection ends.
      behaviorClose: 'INFORMATIONAL',
      resultClose,
      comparison,
    };
  }
  const [behavior, result] = judgeAnswers(exchange, outcomes);
  // A peer that never failed the connection did not notice anything, whatever it answered.
  const hasWrongEnd = behaviorClose === 'FAILED' || (close.isSubject === true && behaviorClose !== 'OK');
  if (hasWrongEnd && behavior !== 'FAILED') {
    return { behavior: 'FAILED', result: resultClose, behaviorClose, resultClose, comparison };
  }
  return { behavior, result, behaviorClose, resultClose, comparison };
}

function judgeAnswers(exchange: Exchange, outcomes: readonly Outcome[]): [Behavior, string] {
  if (exchange.violation !== null) return ['FAILED', `The peer broke a rule: ${exchange.violation}.`];
  if (exchange.excess !== null) return ['FAILED', `The peer sent ${exchange.excess}.`];
  for (const { behavior, answers } of outcomes) {
    if (hasExactly(exchange.answers, answers)) {
      return [behavior, `The peer answered as ${behavior === 'OK' ? 'expected' : `one that is ${behavior}`}.`];
    }
  }
  const expected = describe(outcomes[0]?.answers ?? []);
  return ['FAILED', `Expected ${expected}; the peer sent ${describe(exchange.answers)}.`];
}

function judgeClose({ closing, violation, excess }: Exchange, expected: ExpectedClose): [Behavior, string] {
  const { startedBy, peerClose, peerEnded, testerClosed } = closing;
  if (violation !== null) return ['FAILED', `The peer broke a rule: ${violation}.`];
  if (excess !== null) return ['FAILED', `The peer sent ${excess}.`];
  if (startedBy !== expected.startedBy) {
    return ['FAILED', `The connection should have been closed by the ${expected.startedBy}, not by the ${startedBy}.`];
  }
  const code = peerClose?.code ?? null;
  if (code !== null && !expected.codes.includes(code)) {
    return ['WRONG CODE', `The peer closed with ${code}, not with ${expected.codes.join(' or ')}.`];
  }
  if (closing.isUnanswered)
    return [expected.isCleanRequired ? 'UNCLEAN' : 'FAILED', 'The peer did not answer the Close frame in time.'];
  if (!peerEnded) return ['UNCLEAN', 'The peer did not let go of the TCP connection in time.'];
  if (expected.isCleanRequired && !(peerClose !== null && testerClosed)) {
    return ['UNCLEAN', 'The connection ended without a closing handshake.'];
  }
  return ['OK', code === null ? 'The connection was closed without a code.' : `The peer closed with ${code}.`];
}

/** Whether the answers are the expected ones, octet by octet. */
export function hasExactly(answers: readonly Answer[], expected: readonly ExpectedAnswer[]): boolean {
  if (answers.length !== expected.length) return false;
  return expected.every((each, i) => answers[i]!.type === each.type && answers[i]!.payload.equals(each.payload));
}

/** Answers that a report lists; floods have thousands. */
const SHOWN_ANSWERS = 20;

function compare({ answers }: Exchange, outcomes: readonly Outcome[], close: ExpectedClose): Comparison {
  return {
    expected: Object.fromEntries(
      outcomes.map(outcome => [outcome.behavior, outcome.answers.slice(0, SHOWN_ANSWERS).map(answerText)]),
    ),
    expectedClose: {
      closedByMe: close.startedBy === 'tester',
      closeCode: close.codes,
      requireClean: close.isCleanRequired,
    },
    received: answers.slice(0, SHOWN_ANSWERS).map(answerText),
  };
}

function answerText({ type, payload }: ExpectedAnswer): AnswerText {
  const text = shownText(payload);
  return type === 'pong' ? [type, text] : ['message', text, type === 'binary'];
}

function describe(answers: readonly ExpectedAnswer[]): string {
  if (answers.length === 0) return 'nothing';
  const shown = answers.slice(0, 4).map(({ type, payload }) => `${type} of ${payload.length} bytes`);
  return shown.join(', ') + (answers.length > shown.length ? ` and ${answers.length - shown.length} more` : '');
}
