import { check, checkEqual } from '../assert.ts';
import { pattern } from './stream-rule.ts';
import { ascii, converse, drained, flood, received, send, type TransportRule } from './transport-rule.ts';

/** Rules for `pause` and `resume`. */
export const flowRules: readonly TransportRule[] = [
  {
    name: 'nothing comes while paused, and all of it in order after resume; the other direction goes on',
    async run({ from, to, listen, settle }) {
      const [recorder, back] = [listen(to), listen(from)];
      to.pause();
      to.pause();
      send(from, 'one');
      send(from, pattern(2));
      await converse(recorder, back);
      await settle();
      checkEqual(recorder.events, [], 'what a paused listener is told');
      // Pauses are not counted: one `resume` ends them all, and another one does nothing.
      to.resume();
      send(from, 'three');
      await recorder.untilReceived(3);
      checkEqual(recorder.messages, received('one', pattern(2), 'three'), 'the messages');
      to.resume();
      to.pause();
      send(from, 'four');
      await settle();
      checkEqual(recorder.messages.length, 3, 'messages while paused again');
      to.resume();
      await recorder.untilReceived(4);
    },
  },
  {
    name: 'pause in onMessage holds back all that has come with it',
    async run({ from, to, listen, settle }) {
      const recorder = listen(to);
      let isPaused = false;
      let calledWhilePaused = 0;
      recorder.onEvent = () => {
        if (isPaused) calledWhilePaused++;
        isPaused = true;
        to.pause();
      };
      const payloads = Array.from({ length: 12 }, (_, index) => `message ${index}`);
      for (const payload of payloads) send(from, payload);
      for (let count = 1; count <= payloads.length; count++) {
        await recorder.untilReceived(count);
        // The first few pauses are long enough to notice calls that must not come.
        if (count <= 3) await settle();
        isPaused = false;
        to.resume();
      }
      checkEqual(recorder.messages, received(...payloads), 'the messages');
      checkEqual(calledWhilePaused, 0, 'messages while paused');
    },
  },
  {
    name: 'pause in the middle of a message that comes in pieces holds back the rest',
    async run({ from, to, listen, settle }) {
      const recorder = listen(to, { frames: 'all', lentText: false });
      const [long, short] = [pattern(300_000), pattern(10)];
      recorder.onEvent = event => {
        if (event === 'MessageBegin') to.pause();
      };
      send(from, long);
      send(from, short);
      await recorder.until('the beginning', () => recorder.events.length > 0);
      await settle();
      checkEqual(recorder.events, ['MessageBegin'], 'what a paused listener is told');
      to.resume();
      await recorder.until('the second message', () => recorder.count('MessageBegin') === 2);
      await settle();
      checkEqual(recorder.messages, received(long), 'the messages');
      to.resume();
      await recorder.untilReceived(2);
      checkEqual(recorder.messages, received(long, short), 'the messages');
    },
  },
  {
    name: 'pause and resume inside onMessage: no message comes inside another',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      let depth = 0;
      let deepest = 0;
      recorder.onEvent = () => {
        deepest = Math.max(deepest, ++depth);
        to.pause();
        to.resume();
        depth--;
      };
      const payloads = Array.from({ length: 30 }, (_, index) => pattern(100 * index));
      for (const payload of payloads) send(from, payload);
      await recorder.untilReceived(payloads.length);
      checkEqual(recorder.messages, received(...payloads), 'the messages');
      checkEqual(deepest, 1, 'calls of onMessage inside each other');
    },
  },
  {
    name: 'what a paused listener has not heard comes before the end',
    async run({ from, to, listen, settle }) {
      const recorder = listen(to);
      const closer = listen(from);
      to.pause();
      send(from, 'one');
      send(from, pattern(2));
      from.close(1000, 'bye');
      await settle();
      to.resume();
      const [info] = await Promise.all([recorder.untilClosed(), closer.untilClosed()]);
      checkEqual(recorder.messages, received('one', pattern(2)), 'the messages');
      checkEqual([info.wasClean, info.code, info.reason], [true, 1000, 'bye'], 'the end');
    },
  },
  {
    name: 'so it does when the connection ends though it is still paused',
    async run({ from, to, listen, settle }) {
      const recorder = listen(to);
      to.pause();
      send(from, 'one');
      await settle();
      from.drop();
      await recorder.untilClosed();
      checkEqual(recorder.messages, received('one'), 'the messages');
    },
  },
  {
    name: 'while paused, pings and a Close frame are answered',
    async run({ from, to, listen }) {
      listen(to);
      const recorder = listen(from);
      to.pause();
      if (from.canPing) {
        from.ping(ascii('still there?'));
        await recorder.until('the pong', () => recorder.pongs.length > 0);
        checkEqual(recorder.pongs, [ascii('still there?')], 'the pong');
      }
      from.close(1000, null);
      checkEqual((await recorder.untilClosed()).wasClean, true, 'whether the end was clean');
    },
  },
  {
    name: 'a peer that is paused is felt where canPause is true; everything arrives in any case',
    async run({ from, to, listen, settle }) {
      const recorder = listen(to);
      to.pause();
      const sent = flood(from);
      let isDrained = false;
      const draining = drained(from).then(() => {
        isDrained = true;
      });
      await settle();
      if (to.canPause) {
        check(from.bufferedAmount > 0, 'bufferedAmount is 0 though the peer takes nothing');
        checkEqual(isDrained, false, 'drained though the peer takes nothing');
        checkEqual(from.sendNow('more', false), false, 'what sendNow returns though the peer takes nothing');
        sent.push('more');
      }
      checkEqual(recorder.events, [], 'what a paused listener is told');
      to.resume();
      await recorder.untilReceived(sent.length);
      checkEqual(recorder.messages, received(...sent), 'the messages');
      await draining;
    },
  },
];
