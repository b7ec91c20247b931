import type { MessageTransportListener, Receives } from '@ws/types';
import { check, checkEqual } from '../assert.ts';
import { pattern } from './stream-rule.ts';
import { checkThrows, flood, received, send, type TransportRule } from './transport-rule.ts';

/** Rules for `setListener`, and for events before it. */
export const startRules: readonly TransportRule[] = [
  {
    name: 'messages that came before there was a listener are told first, in order',
    async run({ from, to, listen, settle }) {
      send(from, 'one');
      send(from, pattern(200));
      send(from, '');
      await settle();
      send(from, 'two');
      await settle();
      const recorder = listen(to);
      send(from, 'three');
      await recorder.untilReceived(5);
      checkEqual(recorder.messages, received('one', pattern(200), '', 'two', 'three'), 'the messages');
    },
  },
  {
    name: 'so are they when the peer has closed meanwhile, and then the end',
    async run({ from, to, listen, settle }) {
      send(from, 'one');
      send(from, 'two');
      from.close(1000, 'bye');
      await settle();
      const [recorder, closer] = [listen(to), listen(from)];
      const [info] = await Promise.all([recorder.untilClosed(), closer.untilClosed()]);
      checkEqual(recorder.messages, received('one', 'two'), 'the messages');
      checkEqual(recorder.events, ['Message', 'Message', 'Closing', 'Close'], 'what was told');
      checkEqual([info.wasClean, info.code, info.reason], [true, 1000, 'bye'], 'the end');
    },
  },
  {
    name: 'a listener that is set after the end hears of it',
    async run({ from, to, listen, settle }) {
      from.drop();
      await settle();
      const [dropper, recorder] = [listen(from), listen(to)];
      await Promise.all([dropper.untilClosed(), recorder.untilClosed()]);
      await settle();
      checkEqual(dropper.events, ['Closing', 'Close'], 'what the one that dropped is told');
      checkEqual(recorder.events, ['Closing', 'Close'], 'what the other is told');
    },
  },
  {
    name: 'a second listener is a TypeError, and the first goes on',
    async run({ from, to, listen, settle }) {
      const recorder = listen(to);
      await checkThrows(() => listen(to), 'TypeError', 'setListener');
      send(from, 'one');
      await recorder.untilReceived(1);
      from.drop();
      await recorder.untilClosed();
      await settle();
      await checkThrows(() => listen(to), 'TypeError', 'setListener after the end');
      checkEqual(recorder.events, ['Message', 'Closing', 'Close'], 'what was told');
    },
  },
  {
    name: 'pause before there is a listener holds until resume',
    async run({ from, to, listen, settle }) {
      to.pause();
      send(from, 'one');
      await settle();
      const recorder = listen(to);
      send(from, 'two');
      await settle();
      checkEqual(recorder.events, [], 'what a paused listener is told');
      to.resume();
      await recorder.untilReceived(2);
      checkEqual(recorder.messages, received('one', 'two'), 'the messages');
    },
  },
  {
    name: 'resume before there is a listener loses nothing',
    async run({ from, to, listen, settle }) {
      to.resume();
      send(from, 'one');
      await settle();
      to.pause();
      to.resume();
      send(from, 'two');
      await settle();
      const recorder = listen(to);
      await recorder.untilReceived(2);
      checkEqual(recorder.messages, received('one', 'two'), 'the messages');
    },
  },
  {
    name: 'neither resume nor fail before there is a listener lets the peer go on',
    async run({ from, to, listen, settle }) {
      if (!to.canPause) return;
      flood(from);
      to.resume();
      await settle();
      check(from.bufferedAmount > 0, 'after resume nothing waits at the peer');
      to.fail(new Error('no more of it'));
      await settle();
      check(from.bufferedAmount > 0, 'after fail nothing waits at the peer');
      const [failed, peer] = [listen(to), listen(from)];
      await Promise.all([failed.untilClosed(), peer.untilClosed()]);
      checkEqual(failed.events, ['Closing', 'Close'], 'what is told');
    },
  },
  {
    name: 'a listener whose receives throws is not set: another can be',
    async run({ from, to, listen }) {
      const broken = Object.defineProperty({}, 'receives', {
        get() {
          throw new Error('the listener fails');
        },
      }) as MessageTransportListener;
      await checkThrows(() => to.setListener(broken), 'an error', 'setListener');
      send(from, 'one');
      const recorder = listen(to);
      await recorder.untilReceived(1);
      checkEqual(recorder.messages, received('one'), 'the messages');
    },
  },
  {
    name: 'receives is read by setListener only',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      const later: Receives = { frames: 'all', lentText: true };
      Object.defineProperty(recorder, 'receives', { get: () => later });
      const calls: string[] = [];
      recorder.onMessage = (_payload, isBinary) => calls.push(isBinary ? 'binary' : 'text');
      send(from, 'text');
      send(from, pattern(10));
      from.close(1000, null);
      listen(from);
      await recorder.untilClosed();
      checkEqual(calls, ['text', 'binary'], 'the calls of onMessage');
    },
  },
];
