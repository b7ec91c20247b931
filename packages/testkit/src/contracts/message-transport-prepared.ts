import { checkEqual } from '../assert.ts';
import { pattern } from './stream-rule.ts';
import { ascii, drained, flood, received, send, type TransportRule } from './transport-rule.ts';

/** Rules for `prepare` and `sendPrepared`. */
export const preparedRules: readonly TransportRule[] = [
  {
    name: 'a prepared message says what it is',
    async run({ from }) {
      const [text, bytes] = [from.prepare('texté', false), from.prepare(pattern(10), true)];
      checkEqual([text.payload, text.isBinary], [Uint8Array.of(...ascii('text'), 0xc3, 0xa9), false], 'the text');
      checkEqual([bytes.payload, bytes.isBinary], [pattern(10), true], 'the bytes');
    },
  },
  {
    name: 'it is sent many times, by both ends, among other messages',
    async run({ from, to, listen }) {
      const [there, back] = [listen(to), listen(from)];
      there.overwrites = true;
      const prepared = [
        from.prepare('text', false),
        from.prepare(pattern(70_000), true, { compress: false }),
        from.prepare(ascii('utf-8'), false, {}),
        from.prepare('', false),
      ];
      for (let i = 0; i < 2; i++) {
        for (const message of prepared) {
          checkEqual(from.sendPrepared(message), true, 'what sendPrepared returns');
          checkEqual(to.sendPrepared(message, {}), true, 'what sendPrepared returns at the other end');
        }
        send(from, 'between');
        await there.untilReceived(5 * (i + 1));
      }
      await back.untilReceived(8);
      const round = received('text', pattern(70_000), 'utf-8', '');
      const between = received('between');
      checkEqual(there.messages, [...round, ...between, ...round, ...between], 'the messages');
      checkEqual(back.messages, [...round, ...round], 'the messages that come back');
    },
  },
  {
    name: 'what another kind of transport has prepared is sent as its payload',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      checkEqual(from.sendPrepared({ payload: ascii('text'), isBinary: false }), true, 'what sendPrepared returns');
      checkEqual(from.sendPrepared({ payload: pattern(100), isBinary: true }), true, 'what sendPrepared returns');
      await recorder.untilReceived(2);
      checkEqual(recorder.messages, received('text', pattern(100)), 'the messages');
    },
  },
  {
    name: 'dropIfBusy sends when nothing waits',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      for (const prepared of [from.prepare('own', false), { payload: ascii('foreign'), isBinary: false }]) {
        await drained(from);
        checkEqual(from.sendPrepared(prepared, { dropIfBusy: true }), true, 'what sendPrepared returns');
      }
      await recorder.untilReceived(2);
      checkEqual(recorder.messages, received('own', 'foreign'), 'the messages');
    },
  },
  {
    name: 'dropIfBusy skips where a peer takes nothing, and only then',
    async run({ from, to, listen, settle }) {
      if (!to.canPause) return;
      const recorder = listen(to);
      to.pause();
      const sent = flood(from);
      await settle();
      const prepared = from.prepare('skipped', false);
      const foreign = { payload: ascii('skipped too'), isBinary: false };
      checkEqual(from.sendPrepared(prepared, { dropIfBusy: true }), false, 'what sendPrepared returns');
      checkEqual(from.sendPrepared(foreign, { dropIfBusy: true }), false, 'what sendPrepared returns of a foreign one');
      checkEqual(from.sendPrepared(prepared, { dropIfBusy: false }), true, 'what sendPrepared returns');
      to.resume();
      await recorder.untilReceived(sent.length + 1);
      await drained(from);
      checkEqual(
        from.sendPrepared(from.prepare('sent', false), { dropIfBusy: true }),
        true,
        'what sendPrepared returns',
      );
      await recorder.untilReceived(sent.length + 2);
      checkEqual(recorder.messages, received(...sent, 'skipped', 'sent'), 'the messages');
    },
  },
];
