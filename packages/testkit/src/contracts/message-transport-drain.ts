import { check, checkEqual, show } from '../assert.ts';
import { pattern } from './stream-rule.ts';
import { drained, flood, received, send, type TransportRule } from './transport-rule.ts';

/** Rules for `bufferedAmount`, `whenDrained`, and the result of `sendNow`. */
export const drainRules: readonly TransportRule[] = [
  {
    name: 'whenDrained calls back once when nothing waits, without an error',
    async run({ from, listen, settle }) {
      listen(from);
      const calls: unknown[] = [];
      from.whenDrained(error => calls.push(error));
      await drained(from);
      await settle();
      checkEqual(calls, [undefined], 'what it calls back with');
    },
  },
  {
    name: 'whenDrained calls back when everything was taken, each callback once',
    async run({ from, to, listen, settle }) {
      listen(from);
      const recorder = listen(to);
      const calls: unknown[] = [];
      for (let i = 0; i < 3; i++) {
        send(from, pattern(400_000));
        from.whenDrained(error => calls.push([i, error]));
      }
      await drained(from);
      checkEqual(from.bufferedAmount, 0, 'bufferedAmount once drained');
      await recorder.untilReceived(3);
      await settle();
      const expected = [0, 1, 2].map(i => [i, undefined]);
      checkEqual(calls, expected, 'what it calls back with');
    },
  },
  {
    name: 'messages may be sent in the callback of whenDrained',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      const payloads = Array.from({ length: 20 }, (_, index) => pattern(20_000, index + 1));
      let next = 0;
      function sendNext(): void {
        const payload = payloads[next++];
        if (payload === undefined) return;
        send(from, payload);
        from.whenDrained(sendNext);
      }
      sendNext();
      await recorder.untilReceived(payloads.length);
      checkEqual(recorder.messages, received(...payloads), 'the messages');
    },
  },
  {
    name: 'sendNow returns whether everything was taken',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      for (let i = 1; i <= 20; i++) {
        const isTaken = from.sendNow(pattern(100_000, i), true);
        checkEqual(isTaken, from.bufferedAmount === 0, 'what sendNow returns, beside bufferedAmount');
      }
      await recorder.untilReceived(20);
    },
  },
  {
    name: 'bufferedAmount counts what was sent, and little more',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      to.pause();
      const { length } = flood(from);
      const most = 1.01 * length * 1_048_576;
      check(from.bufferedAmount <= most, `bufferedAmount is ${from.bufferedAmount} for ${length} MiB`);
      to.resume();
      await recorder.untilReceived(length);
      await drained(from);
      checkEqual(from.bufferedAmount, 0, 'bufferedAmount once drained');
    },
  },
  {
    name: 'whenDrained calls back with an error when the connection is gone before',
    async run({ from, to, listen, settle }) {
      const recorder = listen(from);
      listen(to);
      to.pause();
      flood(from);
      await settle();
      const calls: unknown[] = [];
      from.whenDrained(error => calls.push(error));
      from.drop();
      await recorder.untilClosed();
      await settle();
      checkEqual(calls.length, 1, 'how often it calls back');
      if (to.canPause) check(calls[0] instanceof Error, `it calls back with ${show(calls[0])}`);
    },
  },
  {
    name: 'whenDrained calls back with an error when the connection is lost before there is a listener',
    async run({ from, to, breakConnection, listen, settle }) {
      if (breakConnection === null || !to.canPause) return;
      flood(from);
      await settle();
      const draining = drained(from).then(
        () => false,
        error => error instanceof Error,
      );
      await breakConnection();
      check(await draining, 'it called back without an error');
      const [one, two] = [listen(from), listen(to)];
      await Promise.all([one.untilClosed(), two.untilClosed()]);
    },
  },
  {
    name: 'whenDrained calls back with an error when the connection is gone already',
    async run({ from, listen, settle }) {
      const recorder = listen(from);
      from.drop();
      await recorder.untilClosed();
      const calls: unknown[] = [];
      from.whenDrained(error => calls.push(error));
      await settle();
      checkEqual(calls.length, 1, 'how often it calls back');
      check(calls[0] instanceof Error, `it calls back with ${show(calls[0])}`);
    },
  },
];
