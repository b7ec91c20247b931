import { checkEqual } from '../assert.ts';
import { pattern, pings, type StreamRule } from './stream-rule.ts';

/** Rules for `pause` and `resume`. */
export const flowRules: readonly StreamRule[] = [
  {
    name: 'pause stops onData until resume; the other direction goes on',
    async run({ from, to }) {
      to.stream.pause();
      to.stream.pause();
      from.stream.write(pattern(1000));
      await pings(to, from);
      checkEqual(to.received, 0, 'bytes given to a paused handler');
      // Pauses are not counted: one `resume` ends them all, and another one does nothing.
      to.stream.resume();
      await to.untilReceived(1000);
      checkEqual(to.bytes(), pattern(1000), 'what arrives is what was written');
      to.stream.resume();
      to.stream.pause();
      from.stream.write(pattern(1000));
      await pings(to, from);
      checkEqual(to.received, 1000, 'bytes given to a paused handler');
    },
  },
  {
    name: 'resume calls nothing before it returns when it is called in onData',
    async run({ from, to }) {
      let depth = 0;
      let deepest = 0;
      to.onEvent = event => {
        if (event !== 'data') return;
        deepest = Math.max(deepest, ++depth);
        to.stream.pause();
        to.stream.resume();
        depth--;
      };
      const bytes = pattern(200_000);
      from.stream.write(bytes);
      await to.untilReceived(bytes.length);
      checkEqual(to.bytes(), bytes, 'what arrives is what was written');
      checkEqual(deepest, 1, 'calls of onData inside each other');
    },
  },
  {
    name: 'pause in onData holds back what is left of the read, and loses nothing',
    async run({ from, to }) {
      const bytes = pattern(200_000);
      let isPaused = false;
      let calledWhilePaused = 0;
      let whenPaused = (): void => {};
      const nextPause = (): Promise<void> =>
        new Promise(resolve => {
          whenPaused = resolve;
        });
      to.onEvent = event => {
        if (event !== 'data') return;
        if (isPaused) calledWhilePaused++;
        isPaused = true;
        to.stream.pause();
        whenPaused();
      };
      let paused = nextPause();
      from.stream.write(bytes);
      await paused;
      for (let count = 1; to.received < bytes.length; count++) {
        // The first few pauses are long enough to notice calls that must not come.
        if (count <= 3) await pings(to, from);
        checkEqual(calledWhilePaused, 0, 'calls of onData while paused');
        paused = nextPause();
        isPaused = false;
        to.stream.resume();
        await paused;
      }
      checkEqual(to.bytes(), bytes, 'what arrives is what was written');
      checkEqual(calledWhilePaused, 0, 'calls of onData while paused');
    },
  },
  {
    name: 'pause and resume in turn, many times',
    async run({ from, to }) {
      const bytes = pattern(20);
      for (let i = 0; i < bytes.length; i++) {
        to.stream.pause();
        from.stream.write(bytes.subarray(i, i + 1));
        if (i % 10 === 0) await pings(to, from);
        checkEqual(to.received, i, 'bytes given to a paused handler');
        to.stream.resume();
        await to.untilReceived(i + 1);
      }
      checkEqual(to.bytes(), bytes, 'what arrives is what was written');
    },
  },
  {
    name: 'what a paused stream has not read is there after the peer’s end',
    async run({ from, to }) {
      to.stream.pause();
      from.stream.write(pattern(1000));
      from.stream.end();
      await pings(to, from);
      checkEqual(to.received, 0, 'bytes given to a paused handler');
      to.stream.resume();
      await to.until('onEnd', () => to.isOver);
      checkEqual(to.bytes(), pattern(1000), 'what arrived before the end');
    },
  },
];
