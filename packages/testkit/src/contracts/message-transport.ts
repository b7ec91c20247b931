import type { MessageTransport, Receives } from '@ws/types';
import { closeRules } from './message-transport-close.ts';
import { controlRules } from './message-transport-control.ts';
import { drainRules } from './message-transport-drain.ts';
import { endRules } from './message-transport-end.ts';
import { failRules } from './message-transport-fail.ts';
import { flowRules } from './message-transport-flow.ts';
import { messageRules } from './message-transport-messages.ts';
import { pieceRules } from './message-transport-pieces.ts';
import { preparedRules } from './message-transport-prepared.ts';
import { receiveRules } from './message-transport-receives.ts';
import { startRules } from './message-transport-start.ts';
import { runnerOrGlobals, type TestRunner } from './test-runner.ts';
import { TransportRecorder } from './transport-recorder.ts';
import { converse, type TransportLimits, type TransportRule } from './transport-rule.ts';

/** Two connected, open transports without listeners. */
export interface TransportPair {
  readonly a: MessageTransport;
  readonly b: MessageTransport;
  /** Limits of the runtime. Not given: it can do everything that the port requires. */
  readonly limits?: TransportLimits | undefined;
  /** Breaks the connection as a failing network does. Not given: lost connections are not tested. */
  breakConnection?(): unknown;
  /** Frees the resources of the pair, such as a listening port. Called when both transports were dropped. */
  close?(): Promise<void>;
}

const WHOLE_MESSAGES: Receives = { frames: 'none', lentText: false };

/**
 * The contract suite of the {@link MessageTransport} port: tests every rule in both directions, with 1 MiB messages, paused
 * listeners and all ways to end. Abilities that a transport denies by `canPause` or `canPing` are not tested.
 *
 * @param name of the implementation, for the title of the suite
 * @param makePair makes a pair; called for each test, and several times in some of them
 * @param runner default: the global `describe` and `test`
 * @example messageTransportContract('memory', async () => memoryTransportPair(), { describe, test });
 */
export function messageTransportContract(
  name: string,
  makePair: () => Promise<TransportPair>,
  runner?: TestRunner,
): void {
  const { describe, test } = runnerOrGlobals(runner);
  const topics: Readonly<Record<string, readonly TransportRule[]>> = {
    messages: messageRules,
    'before the listener': startRules,
    'what it receives': receiveRules,
    'pause and resume': flowRules,
    'what waits': drainRules,
    'messages in pieces': pieceRules,
    'prepared messages': preparedRules,
    'pings and pongs': controlRules,
    close: closeRules,
    'drop and loss': endRules,
    failure: failRules,
  };
  describe(`${name} keeps the contract of MessageTransport`, () => {
    for (const direction of ['a to b', 'b to a']) {
      for (const [topic, rules] of Object.entries(topics)) {
        describe(`${direction}, ${topic}`, () => {
          for (const rule of rules) test(rule.name, () => prove(rule, makePair, direction === 'b to a'));
        });
      }
    }
  });
}

async function prove(rule: TransportRule, makePair: () => Promise<TransportPair>, isReverse: boolean): Promise<void> {
  const pair = await makePair();
  const recorders: TransportRecorder[] = [];
  try {
    await rule.run({
      from: isReverse ? pair.b : pair.a,
      to: isReverse ? pair.a : pair.b,
      limits: pair.limits ?? {},
      listen(transport, receives = WHOLE_MESSAGES) {
        const recorder = new TransportRecorder(transport, receives);
        recorders.push(recorder);
        return recorder;
      },
      settle: () => settle(makePair),
      breakConnection: pair.breakConnection === undefined ? null : () => pair.breakConnection?.(),
    });
    for (const recorder of recorders) recorder.checkRules();
  } finally {
    // The rule is over, so its reactions to events are removed before the transports end.
    for (const recorder of recorders) recorder.onEvent = () => {};
    await release(pair);
  }
}

/** Lets pending events of a pair happen: by the end of a conversation on another pair this one has had its turns too. */
async function settle(makePair: () => Promise<TransportPair>): Promise<void> {
  const pair = await makePair();
  const [a, b] = [pair.a, pair.b].map(transport => new TransportRecorder(transport, WHOLE_MESSAGES));
  try {
    await converse(a as TransportRecorder, b as TransportRecorder);
    await converse(b as TransportRecorder, a as TransportRecorder);
  } finally {
    await release(pair);
  }
}

async function release(pair: TransportPair): Promise<void> {
  pair.a.drop();
  pair.b.drop();
  await pair.close?.();
}
