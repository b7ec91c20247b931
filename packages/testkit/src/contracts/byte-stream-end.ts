import { check, checkEqual } from '../assert.ts';
import type { Recorder } from './recorder.ts';
import { pattern, pings, type StreamRule } from './stream-rule.ts';

/** Calls every method of a closed stream once: none may throw, and no byte may be kept. */
function useClosed(recorder: Recorder): void {
  const { stream } = recorder;
  checkEqual(stream.write(pattern(10)), true, 'the answer of write after the close');
  if (stream.writev !== undefined)
    checkEqual(stream.writev([pattern(10)]), true, 'the answer of writev after the close');
  checkEqual(stream.bufferedAmount, 0, 'bufferedAmount after the close');
  stream.pause();
  stream.resume();
  stream.end();
  stream.destroy();
}

/** Rules for `end`, `destroy`, `onEnd` and `onClose`. */
export const endRules: readonly StreamRule[] = [
  {
    name: 'end closes one direction, the other stays open; when both have ended, both close in order',
    async run({ from, to, settle }) {
      from.stream.write(pattern(10));
      from.stream.end();
      await to.until('onEnd', () => to.count('end') > 0);
      checkEqual(to.bytes(), pattern(10), 'what arrived before the end');
      await pings(to, from);
      await settle();
      checkEqual([from.isClosed, to.isClosed], [false, false], 'closed with one direction still open');
      to.stream.end();
      await Promise.all([from.untilClosed(), to.untilClosed()]);
      await settle();
      checkEqual(from.events.slice(-2), ['end', 'close'], 'the last calls for the one that ended first');
      checkEqual(to.events.slice(-2), ['end', 'close'], 'the last calls for the one that ended last');
    },
  },
  {
    name: 'both may end at once',
    async run({ from, to }) {
      from.stream.end();
      to.stream.end();
      await Promise.all([from.untilClosed(), to.untilClosed()]);
      checkEqual(
        [from.events, to.events],
        [
          ['end', 'close'],
          ['end', 'close'],
        ],
        'all that is heard',
      );
    },
  },
  {
    name: 'end sends what is queued first',
    async run({ from, to }) {
      const bytes = pattern(5_242_880);
      from.stream.write(bytes);
      from.stream.end();
      await to.until('onEnd', () => to.isOver);
      checkEqual(to.bytes(), bytes, 'what arrived before the end');
    },
  },
  {
    name: 'what is written after end is dropped, and a second end does nothing',
    async run({ from, to, settle }) {
      from.stream.write(pattern(10));
      from.stream.end();
      checkEqual(from.stream.write(pattern(20)), true, 'the answer of write after end');
      if (from.stream.writev) checkEqual(from.stream.writev([pattern(20)]), true, 'the answer of writev after end');
      from.stream.end();
      await to.until('onEnd', () => to.isOver);
      await settle();
      checkEqual(to.bytes(), pattern(10), 'what arrived');
      checkEqual(from.isClosed, false, 'closed by a write after end');
    },
  },
  {
    name: 'one may write and end inside onEnd',
    async run({ from, to }) {
      to.onEvent = event => {
        if (event !== 'end') return;
        to.stream.write(pattern(100_000));
        to.stream.end();
      };
      from.stream.end();
      await Promise.all([from.untilClosed(), to.untilClosed()]);
      checkEqual(from.bytes(), pattern(100_000), 'what was written inside onEnd');
    },
  },
  {
    name: 'destroy closes at once: nothing but one onClose is heard any more',
    async run({ from, to, settle }) {
      await pings(from, to);
      to.stream.write(pattern(200_000));
      from.stream.destroy();
      const before = from.events.filter(event => event !== 'close' && event !== 'error').length;
      from.stream.destroy();
      await from.untilClosed();
      await settle();
      checkEqual(from.events.length, before + 1, 'calls after destroy');
      useClosed(from);
      await settle();
      checkEqual(from.events.length, before + 1, 'calls after onClose');
    },
  },
  {
    name: 'destroy inside onData ends the read',
    async run({ from, to, settle }) {
      to.onEvent = event => {
        if (event === 'data') to.stream.destroy();
      };
      for (let i = 0; i < 20; i++) from.stream.write(pattern(10_000));
      await to.untilClosed();
      await settle();
      checkEqual(to.count('data'), 1, 'calls of onData');
      checkEqual(to.events.length, 2, 'calls in all');
    },
  },
  {
    name: 'destroy drops what is queued, even when the peer reads nothing',
    async run({ from, to, settle }) {
      to.stream.pause();
      const piece = pattern(1_048_576);
      for (let i = 0; i < 24 && from.stream.write(piece); i++);
      from.stream.destroy();
      await from.untilClosed();
      checkEqual(from.stream.bufferedAmount, 0, 'bufferedAmount after the close');
      await settle();
      checkEqual(from.count('drain'), 0, 'onDrain for bytes that were dropped');
      checkEqual(to.received, 0, 'bytes given to a paused handler');
    },
  },
  {
    name: 'the peer of a destroyed stream hears of it, and closes too when it ends',
    async run({ from, to, settle }) {
      await pings(from, to);
      from.stream.destroy();
      await to.until('onEnd or onClose', () => to.isOver);
      to.stream.end();
      await to.untilClosed();
      await settle();
      check(/^(end,)?(close|error)$/.test(to.events.slice(to.count('data')).join()), `heard ${to.events.join()}`);
      useClosed(to);
    },
  },
  {
    name: 'methods may be called inside onClose',
    async run({ from, to, settle }) {
      let thrown: unknown = null;
      from.onEvent = event => {
        if (event !== 'close' && event !== 'error') return;
        try {
          useClosed(from);
        } catch (error) {
          thrown = error;
        }
      };
      await pings(from, to);
      from.stream.destroy();
      await from.untilClosed();
      await settle();
      if (thrown !== null) throw thrown;
    },
  },
];
