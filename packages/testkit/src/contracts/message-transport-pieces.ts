import { check, checkEqual } from '../assert.ts';
import { pattern } from './stream-rule.ts';
import { ascii, checkThrows, received, send, type TransportRule } from './transport-rule.ts';

/** Rules for `beginMessage`, `sendPiece` and `endMessage`. */
export const pieceRules: readonly TransportRule[] = [
  {
    name: 'pieces arrive as one message, text or binary',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      for (const isBinary of [true, false]) {
        from.beginMessage(isBinary);
        for (const piece of ['one, ', '', 'two, ', 'three']) from.sendPiece(ascii(piece));
        from.endMessage();
      }
      send(from, 'whole');
      await recorder.untilReceived(3);
      const text = 'one, two, three';
      checkEqual(recorder.messages, received(ascii(text), text, 'whole'), 'the messages');
    },
  },
  {
    name: 'a message may have no piece, or many large ones, with or without compression',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      from.beginMessage(true);
      from.endMessage();
      from.beginMessage(true, { compress: false });
      const bytes = pattern(1_000_000);
      for (let start = 0; start < bytes.length; start += 100_000)
        from.sendPiece(bytes.subarray(start, start + 100_000));
      from.endMessage();
      await recorder.untilReceived(2);
      checkEqual(recorder.messages, received(new Uint8Array(0), bytes), 'the messages');
    },
  },
  {
    name: 'pieces of a text may end inside a code point',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      const text = Uint8Array.of(0x61, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80);
      from.beginMessage(false);
      for (const byte of text) from.sendPiece(Uint8Array.of(byte));
      from.endMessage();
      await recorder.untilReceived(1);
      checkEqual(recorder.messages, [{ payload: text, isBinary: false }], 'the messages');
    },
  },
  {
    name: 'the pieces may be sent in turns of their own',
    async run({ from, to, listen, settle }) {
      const recorder = listen(to);
      from.beginMessage(true);
      await settle();
      from.sendPiece(pattern(10));
      await settle();
      checkEqual(recorder.events, [], 'what is told before the message ends');
      from.sendPiece(pattern(10));
      await settle();
      from.endMessage();
      await recorder.untilReceived(1);
      checkEqual(recorder.messages, received(Uint8Array.of(...pattern(10), ...pattern(10))), 'the messages');
    },
  },
  {
    name: 'another message inside throws, and neither it nor the one begun is harmed',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      const prepared = from.prepare('prepared', false);
      from.beginMessage(false);
      from.sendPiece(ascii('be'));
      await checkThrows(() => from.send('inside', false), 'ERR_SEND_STATE', 'send inside a message');
      await checkThrows(() => from.sendNow('inside', false), 'ERR_SEND_STATE', 'sendNow inside a message');
      await checkThrows(() => from.beginMessage(true), 'ERR_SEND_STATE', 'beginMessage inside a message');
      await checkThrows(() => from.sendPrepared(prepared), 'ERR_SEND_STATE', 'sendPrepared inside a message');
      await checkThrows(
        () => from.sendPrepared({ payload: ascii('inside'), isBinary: false }),
        'ERR_SEND_STATE',
        'sendPrepared, of another transport’s, inside a message',
      );
      const isSent = from.sendPrepared(prepared, { dropIfBusy: true });
      checkEqual(isSent, false, 'what sendPrepared with dropIfBusy returns inside a message');
      from.sendPiece(ascii('gun'));
      from.endMessage();
      send(from, 'after');
      await recorder.untilReceived(2);
      checkEqual(recorder.messages, received('begun', 'after'), 'the messages');
    },
  },
  {
    name: 'pieces and an end without a beginning throw, and what is no piece is a TypeError',
    async run({ from, to, listen, settle }) {
      const recorder = listen(to);
      await checkThrows(() => from.sendPiece(ascii('x')), 'ERR_SEND_STATE', 'sendPiece outside of a message');
      await checkThrows(() => from.endMessage(), 'ERR_SEND_STATE', 'endMessage outside of a message');
      from.beginMessage(true);
      for (const wrong of [42, null, 'text', new ArrayBuffer(2)] as unknown as readonly Uint8Array[]) {
        await checkThrows(() => from.sendPiece(wrong), 'TypeError', 'sendPiece of what is no Uint8Array');
      }
      from.sendPiece(ascii('right'));
      from.endMessage();
      await checkThrows(() => from.endMessage(), 'ERR_SEND_STATE', 'a second endMessage');
      await recorder.untilReceived(1);
      await settle();
      checkEqual(recorder.messages, received(ascii('right')), 'the messages');
    },
  },
  {
    name: 'pings go on inside a message',
    async run({ from, to, listen }) {
      const [recorder, back] = [listen(to), listen(from)];
      from.beginMessage(true);
      from.sendPiece(ascii('a'));
      to.ping(ascii('there?'));
      if (to.canPing) await recorder.until('the pong', () => recorder.pongs.length > 0);
      from.ping(ascii('and there?'));
      if (from.canPing) await back.until('the pong', () => back.pongs.length > 0);
      from.sendPiece(ascii('b'));
      from.endMessage();
      await recorder.untilReceived(1);
      checkEqual(recorder.messages, received(ascii('ab')), 'the messages');
    },
  },
  {
    name: 'a close inside a message ends it: it is not told',
    async run({ from, to, listen }) {
      const [recorder, closer] = [listen(to), listen(from)];
      from.beginMessage(true);
      from.sendPiece(ascii('begun'));
      from.close(1000, 'enough');
      await checkThrows(() => from.sendPiece(ascii('x')), 'ERR_NOT_OPEN', 'sendPiece after close');
      await checkThrows(() => from.endMessage(), 'ERR_NOT_OPEN', 'endMessage after close');
      const [info] = await Promise.all([recorder.untilClosed(), closer.untilClosed()]);
      checkEqual(recorder.messages, [], 'the messages');
      check(info.code === 1000 && info.reason === 'enough', 'the code and reason did not arrive');
    },
  },
];
