import type { ByteStream } from '@ws/types';
import { endRules } from './byte-stream-end.ts';
import { flowRules } from './byte-stream-flow.ts';
import { writeRules } from './byte-stream-write.ts';
import { Recorder } from './recorder.ts';
import { pings, type StreamRule } from './stream-rule.ts';
import { runnerOrGlobals, type TestRunner } from './test-runner.ts';

/** Two connected streams without handlers. */
export interface StreamPair {
  readonly a: ByteStream;
  readonly b: ByteStream;
  /** Frees the resources of the pair, such as a listening port. Called when both streams were destroyed. */
  close?(): Promise<void>;
}

/**
 * The contract suite of the {@link ByteStream} port: tests every rule in both directions, with 5 MiB messages, paused readers
 * and both ways to close.
 *
 * @param name of the implementation, for the title of the suite
 * @param makePair makes a pair; called for each test, and several times in some of them
 * @param runner default: the global `describe` and `test`
 * @example byteStreamContract('memory', async () => memoryPair(), { describe, test });
 */
export function byteStreamContract(name: string, makePair: () => Promise<StreamPair>, runner?: TestRunner): void {
  const { describe, test } = runnerOrGlobals(runner);
  const rules = [...writeRules, ...flowRules, ...endRules];
  describe(`${name} keeps the contract of ByteStream`, () => {
    for (const direction of ['a to b', 'b to a']) {
      describe(direction, () => {
        for (const rule of rules) test(rule.name, () => prove(rule, makePair, direction === 'b to a'));
      });
    }
  });
}

async function prove(rule: StreamRule, makePair: () => Promise<StreamPair>, isReverse: boolean): Promise<void> {
  const pair = await makePair();
  const [first, second] = isReverse ? [pair.b, pair.a] : [pair.a, pair.b];
  const from = new Recorder(first);
  let to: Recorder | undefined;
  try {
    await rule.run({
      from,
      get to() {
        to ??= new Recorder(second);
        return to;
      },
      settle: () => settle(makePair),
    });
    from.checkRules();
    to?.checkRules();
  } finally {
    await release(pair);
  }
}

/** Lets pending events of a pair happen: by the end of a conversation on another pair this one has had its turns too. */
async function settle(makePair: () => Promise<StreamPair>): Promise<void> {
  const pair = await makePair();
  try {
    await pings(new Recorder(pair.a), new Recorder(pair.b));
  } finally {
    await release(pair);
  }
}

async function release(pair: StreamPair): Promise<void> {
  pair.a.destroy();
  pair.b.destroy();
  await pair.close?.();
}
