import type { Receives } from '@ws/types';
import { checkEqual } from '../assert.ts';
import { pattern } from './stream-rule.ts';
import type { TransportEvent, TransportRecorder } from './transport-recorder.ts';
import {
  ascii,
  checkBothClosed,
  flood,
  nextTurn,
  type Payload,
  received,
  send,
  type TransportRule,
  type TransportRuleContext,
} from './transport-rule.ts';

/** Makes a recorder fail in the first call of one method, by a throw or by a rejected promise. */
function failIn(recorder: TransportRecorder, method: TransportEvent, error: unknown, isLater: boolean): void {
  recorder.onEvent = event => {
    if (event !== method || recorder.count(method) > 1) return undefined;
    if (!isLater) throw error;
    return nextTurn().then(() => {
      throw error;
    });
  };
}

/** Checks that the connection failed at `failed` with this error: the peer was told, and its own listener only of the end. */
async function checkFailed(
  { settle }: Pick<TransportRuleContext, 'settle'>,
  failed: TransportRecorder,
  peer: TransportRecorder,
  error: unknown,
  code = 1011,
): Promise<void> {
  const [own, info] = await Promise.all([failed.untilClosed(), peer.untilClosed()]);
  await settle();
  const isRefused = failed.transport.closeCodes === 'application' && code < 3000;
  checkEqual(info.code, isRefused ? code + 3000 : code, 'the code that the peer is told');
  checkEqual([own.closedBy, info.closedBy], ['local', 'remote'], 'who closed it');
  checkEqual(own.error === error, true, 'whether the end tells the error');
  checkEqual(failed.events.slice(-2), ['Closing', 'Close'], 'the last that is told');
  checkEqual(peer.events.slice(-2), ['Closing', 'Close'], 'the last that the peer is told');
}

/** Failures of a listener: the method that fails, the message that makes it called, and the settings for receiving. */
const FAILURES: readonly (readonly [TransportEvent, Payload, Receives])[] = [
  ['Message', 'text', { frames: 'none', lentText: false }],
  ['MessageBegin', pattern(100_000), { frames: 'all', lentText: false }],
  ['MessageData', pattern(100_000), { frames: 'all', lentText: false }],
  ['MessageEnd', pattern(100_000), { frames: 'all', lentText: false }],
];

/** Rules for `fail`, and for listeners that fail. */
export const failRules: readonly TransportRule[] = [
  {
    name: 'fail closes with 1011, and nothing is told but the end',
    async run(context) {
      const { from, to, listen } = context;
      const [failed, peer] = [listen(from), listen(to)];
      const error = new Error('out of order');
      failed.onEvent = event => {
        if (event === 'Message') from.fail(error);
      };
      for (let i = 0; i < 20; i++) send(to, `${i}`);
      await checkFailed(context, failed, peer, error);
      checkEqual(failed.events, ['Message', 'Closing', 'Close'], 'what is told');
    },
  },
  {
    name: 'fail closes with the closeCode of the error',
    async run(context) {
      const { from, to, listen } = context;
      const [failed, peer] = [listen(from), listen(to)];
      const error = Object.assign(new Error('not today'), { closeCode: 3008 });
      from.fail(error);
      await checkFailed(context, failed, peer, error, 3008);
    },
  },
  {
    name: 'a second failure does nothing, nor does a close after it',
    async run(context) {
      const { from, to, listen } = context;
      const [failed, peer] = [listen(from), listen(to)];
      const error = new Error('the first');
      from.fail(error);
      from.close(3001, 'too late');
      await checkFailed(context, failed, peer, error);
      from.fail(new Error('too late'));
    },
  },
  {
    name: 'a second failure does not cut the closing handshake of the first',
    async run(context) {
      const { from, to, listen } = context;
      const [failed, peer] = [listen(from), listen(to)];
      const error = new Error('the first');
      failed.onEvent = event => {
        if (event !== 'Message') return;
        from.fail(error);
        from.fail(new Error('the second'));
        throw new Error('the third');
      };
      send(to, 'one');
      await checkFailed(context, failed, peer, error);
      checkEqual([failed.info?.wasClean, failed.info?.timeout], [true, null], 'whether the closing handshake was done');
    },
  },
  {
    name: 'fail ends a connection that was paused, whatever waits; what was held is told in order, or not at all',
    async run({ from, to, listen, settle }) {
      const [failed, peer] = [listen(to), listen(from)];
      to.pause();
      const sent = flood(from);
      await settle();
      const error = new Error('no more of it');
      to.fail(error);
      const [own] = await Promise.all([failed.untilClosed(), peer.untilClosed()]);
      await settle();
      checkEqual(own.error === error, true, 'whether the end tells the error');
      checkEqual(failed.messages, received(...sent.slice(0, failed.messages.length)), 'the messages');
      checkEqual([failed.events.at(-1), peer.events.at(-1)], ['Close', 'Close'], 'the last that is told');
    },
  },
  ...FAILURES.flatMap(([method, payload, receives]) =>
    [false, true].map(
      (isLater): TransportRule => ({
        name: `a listener ${isLater ? 'whose promise rejects' : 'that throws'} in on${method} fails the connection with 1011`,
        async run(context) {
          const { from, to, listen } = context;
          const [failed, peer] = [listen(to, receives), listen(from)];
          const error = new Error('the listener fails');
          failIn(failed, method, error, isLater);
          send(from, payload);
          await failed.until(`on${method}`, () => failed.count(method) > 0);
          await nextTurn();
          await nextTurn();
          const before = failed.messages.length;
          await checkFailed(context, failed, peer, error);
          if (!isLater) checkEqual(failed.messages.length, before, 'messages after the failure');
        },
      }),
    ),
  ),
  {
    name: 'after a listener has thrown, the other messages that have come are not told',
    async run(context) {
      const { from, to, listen } = context;
      const [failed, peer] = [listen(to), listen(from)];
      const error = new Error('the listener fails');
      failIn(failed, 'Message', error, false);
      for (let i = 0; i < 20; i++) send(from, `${i}`);
      await checkFailed(context, failed, peer, error);
      checkEqual(failed.events, ['Message', 'Closing', 'Close'], 'what is told');
    },
  },
  {
    name: 'a listener that throws in onLentText, where that is called, fails the connection with 1011',
    async run(context) {
      const { from, to, listen } = context;
      const [failed, peer] = [listen(to, { frames: 'none', lentText: true }), listen(from)];
      const error = new Error('the listener fails');
      failed.onEvent = event => {
        if (event === 'LentText' || event === 'Message') throw error;
      };
      send(from, 'text');
      send(from, 'another');
      await checkFailed(context, failed, peer, error);
      checkEqual(failed.events.length, 3, 'how much is told');
    },
  },
  {
    name: 'a listener that throws in onPong fails the connection with 1011',
    async run(context) {
      const { from, to, listen } = context;
      if (!from.canPing) return;
      const [failed, peer] = [listen(from), listen(to)];
      const error = new Error('the listener fails');
      failIn(failed, 'Pong', error, false);
      from.ping(ascii('there?'));
      await checkFailed(context, failed, peer, error);
    },
  },
  {
    name: 'a listener may throw anything',
    async run(context) {
      const { from, to, listen } = context;
      const [failed, peer] = [listen(to), listen(from)];
      failIn(failed, 'Message', 'a text', false);
      send(from, 'text');
      await checkFailed(context, failed, peer, 'a text');
    },
  },
  {
    name: 'a listener that throws in onClosing and onClose hears of the end all the same, and harms nobody',
    async run({ from, to, listen, settle }) {
      const [one, two] = [listen(from), listen(to)];
      for (const recorder of [one, two]) {
        recorder.onEvent = () => {
          throw new Error('the listener fails');
        };
      }
      from.close(1000, null);
      await Promise.all([one.untilClosed(), two.untilClosed()]);
      await settle();
      checkBothClosed(one, two);
    },
  },
];
