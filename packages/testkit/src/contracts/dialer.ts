import type { AbortSignalLike, ByteStream, Dialer, DialTarget } from '@ws/types';
import { check, checkEqual, show } from '../assert.ts';
import { Recorder } from './recorder.ts';
import { pattern } from './stream-rule.ts';
import type { Rule } from './suite.ts';
import { runnerOrGlobals, type TestRunner } from './test-runner.ts';

/** A dialer, and a listener that it can connect to. */
export interface DialerSetup {
  readonly dialer: Dialer;
  /** An address with a listener. */
  readonly target: DialTarget;
  /** An address without a listener. Not given: refused connections are not tested. */
  readonly refusedTarget?: DialTarget | undefined;
  /** Resolves with the next connection that arrived at `target`. */
  accept(): Promise<ByteStream>;
  /** Stops listening. */
  close(): Promise<void>;
}

/** A signal like that of an AbortController. */
class Signal implements AbortSignalLike {
  aborted = false;
  reason: unknown = undefined;
  readonly #listeners = new Set<() => void>();

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  abort(reason: unknown): void {
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners) listener();
  }
}

async function checkRejects(promise: Promise<ByteStream>, what: string): Promise<unknown> {
  let stream: ByteStream;
  try {
    stream = await promise;
  } catch (error) {
    return error;
  }
  stream.destroy();
  check(false, `${what} was not rejected`);
  return null;
}

const rules: readonly Rule<DialerSetup>[] = [
  {
    name: 'dial resolves with a connected stream that nobody is attached to',
    async run({ dialer, target, accept }) {
      const [stream, accepted] = await Promise.all([dialer.dial(target), accept()]);
      const [from, to] = [new Recorder(stream), new Recorder(accepted)];
      checkEqual([from.events, to.events], [[], []], 'calls while attach was running');
      stream.write(pattern(1000));
      accepted.write(pattern(2000, 2));
      await Promise.all([to.untilReceived(1000), from.untilReceived(2000)]);
      checkEqual([to.bytes(), from.bytes()], [pattern(1000), pattern(2000, 2)], 'what was written to both ends');
      stream.end();
      accepted.end();
      await Promise.all([from.untilClosed(), to.untilClosed()]);
    },
  },
  {
    name: 'what the peer sent before attach is not lost',
    async run({ dialer, target, accept }) {
      const [stream, accepted] = await Promise.all([dialer.dial(target), accept()]);
      const other = new Recorder(accepted);
      accepted.write(pattern(100));
      accepted.end();
      const recorder = new Recorder(stream);
      await recorder.until('the end', () => recorder.isOver);
      checkEqual(recorder.bytes(), pattern(100), 'what was sent before attach');
      stream.end();
      await other.untilClosed();
    },
  },
  {
    name: 'each dial is a connection of its own',
    async run({ dialer, target, accept }) {
      const one = new Recorder(await dialer.dial(target));
      const oneAccepted = new Recorder(await accept());
      const two = new Recorder(await dialer.dial(target));
      const twoAccepted = new Recorder(await accept());
      one.stream.destroy();
      await one.untilClosed();
      two.stream.write(pattern(10));
      await twoAccepted.untilReceived(10);
      checkEqual(oneAccepted.received, 0, 'bytes at the other connection');
      for (const recorder of [oneAccepted, two, twoAccepted]) recorder.stream.destroy();
    },
  },
  {
    name: 'dial rejects with an error where nobody listens',
    async run({ dialer, refusedTarget }) {
      if (refusedTarget === undefined) return;
      const error = await checkRejects(dialer.dial(refusedTarget), 'dial where nobody listens');
      check(error instanceof Error, `dial rejected with ${show(error)}, which is no Error`);
    },
  },
  {
    name: 'dial rejects with the reason of a signal that was aborted before',
    async run({ dialer, target }) {
      const signal = new Signal();
      const reason = new Error('no more wanted');
      signal.abort(reason);
      checkEqual(
        (await checkRejects(dialer.dial(target, { signal }), 'dial with an aborted signal')) === reason,
        true,
        'its reason',
      );
    },
  },
  {
    name: 'dial rejects with the reason of a signal that is aborted meanwhile',
    async run({ dialer, target }) {
      const signal = new Signal();
      const reason = new Error('no more wanted');
      const dialled = dialer.dial(target, { signal });
      signal.abort(reason);
      checkEqual((await checkRejects(dialled, 'dial with a signal aborted meanwhile')) === reason, true, 'its reason');
    },
  },
  {
    name: 'a signal that is aborted later does nothing, and is not listened to any more',
    async run({ dialer, target, accept }) {
      const signal = new Signal();
      const [stream, accepted] = await Promise.all([dialer.dial(target, { signal }), accept()]);
      checkEqual(signal.listenerCount, 0, 'listeners of the signal, once connected');
      signal.abort(new Error('too late'));
      const [from, to] = [new Recorder(stream), new Recorder(accepted)];
      stream.write(pattern(10));
      await to.untilReceived(10);
      checkEqual(from.events, [], 'what the stream hears of the signal');
      stream.destroy();
      accepted.destroy();
    },
  },
];

/**
 * The contract suite of the {@link Dialer} port.
 *
 * @param make makes a dialer and its listener; called for each test
 * @param runner default: the global `describe` and `test`
 */
export function dialerContract(name: string, make: () => Promise<DialerSetup>, runner?: TestRunner): void {
  const { describe, test } = runnerOrGlobals(runner);
  describe(`${name} keeps the contract of Dialer`, () => {
    for (const rule of rules) {
      test(rule.name, async () => {
        const setup = await make();
        try {
          await rule.run(setup);
        } finally {
          await setup.close();
        }
      });
    }
  });
}
