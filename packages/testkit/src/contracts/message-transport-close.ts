import type { MessageTransport } from '@ws/types';
import { check, checkEqual, show } from '../assert.ts';
import type { TransportRecorder } from './transport-recorder.ts';
import { ascii, checkBothClosed, checkThrows, received, send, type TransportRule } from './transport-rule.ts';

const LONGEST = 'x'.repeat(123);

/** Codes and reasons to close with: first those that a browser may send, then others that are allowed in a Close frame. */
const ENDS: readonly (readonly [code: number | null, reason: string | null])[] = [
  [1000, null],
  [1000, 'bye'],
  [3000, LONGEST],
  [4999, 'é'.repeat(61)],
  [null, null],
];
const WIRE_CODES = [1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014] as const;
const NO_CODES = [0, 999, 1004, 1005, 1006, 1015, 1016, 1999, 2000, 2999, 5000, 65_536, -1, 1000.5, Number.NaN];

/** Calls every method of a transport that is not open: methods that send throw, all others do nothing. */
async function useNotOpen(transport: MessageTransport): Promise<void> {
  const prepared = { payload: ascii('late'), isBinary: false };
  await checkThrows(() => transport.send('late', false), 'ERR_NOT_OPEN', 'send');
  await checkThrows(() => transport.sendNow('late', false), 'ERR_NOT_OPEN', 'sendNow');
  await checkThrows(() => transport.beginMessage(false), 'ERR_NOT_OPEN', 'beginMessage');
  await checkThrows(() => transport.sendPiece(ascii('late')), 'ERR_NOT_OPEN', 'sendPiece');
  await checkThrows(() => transport.endMessage(), 'ERR_NOT_OPEN', 'endMessage');
  await checkThrows(() => transport.sendPrepared(prepared), 'ERR_NOT_OPEN', 'sendPrepared');
  await checkThrows(() => transport.sendPrepared(prepared, { dropIfBusy: true }), 'ERR_NOT_OPEN', 'sendPrepared');
  transport.pause();
  transport.resume();
  transport.close(3999, 'late');
}

/** Checks that both ends were told of a clean close, and `peer` of the code and reason that `closer` sent. */
async function checkClean(
  closer: TransportRecorder,
  peer: TransportRecorder,
  code: number | null,
  reason: string | null,
): Promise<void> {
  const [own, info] = await Promise.all([closer.untilClosed(), peer.untilClosed()]);
  checkEqual([own.wasClean, info.wasClean], [true, true], 'whether the end was clean');
  checkEqual([own.closedBy, info.closedBy], ['local', 'remote'], 'who closed it');
  checkEqual([own.stage, info.stage], ['closing', 'closing'], 'how far the connection had come');
  checkEqual([info.code, info.reason], [code, reason], 'what the peer is told');
  checkEqual([own.localCode, own.localReason], [code, reason], 'what the one that closes is told of itself');
  checkEqual([own.timeout, own.error, info.timeout, info.error], [null, null, null, null], 'timeouts and errors');
  for (const { transport } of [closer, peer]) {
    checkEqual({ ...transport.closingReason }, { code, reason }, 'closingReason');
  }
}

/** Rules for `close`, `onClosing` and `onClose`. */
export const closeRules: readonly TransportRule[] = [
  ...ENDS.map(
    ([code, reason]): TransportRule => ({
      name: `close with ${code === null ? 'nothing' : `${code} and ${reason === null ? 'no' : reason.length} characters`}`,
      async run({ from, to, listen, settle }) {
        const [closer, peer] = [listen(from), listen(to)];
        from.close(code, reason);
        check(from.state === 'closing', `the state is ${from.state} after close`);
        await checkClean(closer, peer, code, reason);
        await settle();
        checkEqual(closer.events, ['Closing', 'Close'], 'what the one that closes is told');
        checkEqual(peer.events, ['Closing', 'Close'], 'what the peer is told');
      },
    }),
  ),
  ...WIRE_CODES.map(
    (code): TransportRule => ({
      name: `close with ${code}`,
      async run({ from, to, listen }) {
        const [closer, peer] = [listen(from), listen(to)];
        if (from.closeCodes === 'application') {
          await checkThrows(() => from.close(code, 'why'), 'RangeError', `close with ${code}`);
          return;
        }
        from.close(code, 'why');
        await checkClean(closer, peer, code, 'why');
      },
    }),
  ),
  {
    name: 'what may not stand in a Close frame is a RangeError or a TypeError, and the connection stays open',
    async run({ from, to, listen, settle }) {
      const [closer, peer] = [listen(from), listen(to)];
      for (const code of NO_CODES) await checkThrows(() => from.close(code, null), 'RangeError', `close with ${code}`);
      await checkThrows(() => from.close(1000, `${LONGEST}x`), 'RangeError', 'close with a reason of 124 bytes');
      await checkThrows(() => from.close(1000, 'é'.repeat(62)), 'RangeError', 'close with a reason of 124 bytes');
      for (const [code, reason] of [
        ['1000', null],
        [true, null],
        [1000, 42],
        [1000, {}],
      ] as unknown as [number, null][]) {
        await checkThrows(() => from.close(code, reason), 'TypeError', `close with ${show(code)} and ${show(reason)}`);
      }
      await settle();
      checkEqual([from.state, to.state], ['open', 'open'], 'the states');
      send(from, 'still open');
      await peer.untilReceived(1);
      checkEqual(closer.events, [], 'what the one that has not closed is told');
    },
  },
  {
    name: 'what was sent before arrives before the end',
    async run({ from, to, listen }) {
      const [closer, peer] = [listen(from), listen(to)];
      const payloads = ['one', new Uint8Array(300_000), 'three'];
      for (const payload of payloads) send(from, payload);
      from.close(1000, null);
      await checkClean(closer, peer, 1000, null);
      checkEqual(peer.messages, received(...payloads), 'the messages');
      checkEqual(peer.events.slice(-2), ['Closing', 'Close'], 'the last that the peer is told');
    },
  },
  {
    name: 'both close at once: each hears what the other said',
    async run({ from, to, listen, settle }) {
      const [one, two] = [listen(from), listen(to)];
      from.close(3001, 'one');
      to.close(3002, 'two');
      const infos = await Promise.all([one.untilClosed(), two.untilClosed()]);
      await settle();
      checkEqual(
        infos.map(info => [info.wasClean, info.code, info.reason]),
        [
          [true, 3002, 'two'],
          [true, 3001, 'one'],
        ],
        'the ends',
      );
      checkBothClosed(one, two);
    },
  },
  {
    name: 'a second close does nothing, nor does one of the peer’s',
    async run({ from, to, listen, settle }) {
      const [closer, peer] = [listen(from), listen(to)];
      peer.onEvent = () => to.close(3003, 'too late');
      from.close(3001, 'first');
      from.close(3002, 'second');
      await checkClean(closer, peer, 3001, 'first');
      from.close(3004, 'too late');
      await settle();
      checkBothClosed(closer, peer);
    },
  },
  {
    name: 'once closing, to send is an ERR_NOT_OPEN and nothing is sent; also in onClosing, in onClose and afterwards',
    async run({ from, to, listen, settle }) {
      const [closer, peer] = [listen(from), listen(to)];
      const uses: Promise<void>[] = [];
      function use(transport: MessageTransport): void {
        const using = useNotOpen(transport);
        // The promise is awaited below, unless another check fails first.
        using.catch(() => {});
        uses.push(using);
      }
      for (const recorder of [closer, peer]) recorder.onEvent = () => use(recorder.transport);
      from.close(3001, 'first');
      use(from);
      await checkClean(closer, peer, 3001, 'first');
      for (const transport of [from, to]) {
        use(transport);
        transport.drop();
        transport.fail(new Error('too late'));
        checkEqual(transport.state, 'closed', 'the state');
      }
      await Promise.all(uses);
      await settle();
      checkBothClosed(closer, peer);
    },
  },
  {
    name: 'one may close in onMessage',
    async run({ from, to, listen }) {
      const [closer, peer] = [listen(to), listen(from)];
      closer.onEvent = event => {
        if (event === 'Message') to.close(1000, 'seen enough');
      };
      send(from, 'one');
      await checkClean(closer, peer, 1000, 'seen enough');
      checkEqual(closer.messages, received('one'), 'the messages');
    },
  },
];
