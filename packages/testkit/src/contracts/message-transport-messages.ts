import { check, checkEqual } from '../assert.ts';
import { pattern } from './stream-rule.ts';
import { ascii, checkThrows, drained, received, send, type TransportRule } from './transport-rule.ts';

const MEBIBYTE = 1_048_576;

/** Values that are not payloads. */
const WRONG_PAYLOADS: readonly unknown[] = [
  42,
  null,
  undefined,
  {},
  [1, 2],
  true,
  new Uint16Array(2),
  new ArrayBuffer(2),
];

/** Rules for `send`, `sendNow` and `onMessage`. */
export const messageRules: readonly TransportRule[] = [
  {
    name: 'a new transport is open, and says what was agreed on',
    async run({ from, to }) {
      checkEqual([from.state, to.state], ['open', 'open'], 'the states');
      checkEqual(from.subprotocol, to.subprotocol, 'the subprotocols of both ends');
      check(
        from.subprotocol === null || typeof from.subprotocol === 'string',
        'subprotocol is neither null nor a text',
      );
      check(typeof from.extensions === 'string', 'extensions is no text');
      checkEqual([typeof from.canPause, typeof from.canPing], ['boolean', 'boolean'], 'canPause and canPing');
      checkEqual(from.bufferedAmount, 0, 'bufferedAmount of a new transport');
      checkEqual(from.latency, null, 'latency before any ping');
    },
  },
  {
    name: 'messages arrive in order, each as text or binary, and empty ones too',
    async run({ from, to, listen, settle }) {
      const recorder = listen(to);
      const payloads = [
        'one',
        pattern(3),
        '',
        new Uint8Array(0),
        'two',
        pattern(70_000),
        'x'.repeat(70_000),
        pattern(126),
      ];
      for (const payload of payloads) send(from, payload);
      await recorder.untilReceived(payloads.length);
      await settle();
      checkEqual(recorder.messages, received(...payloads), 'the messages');
      checkEqual(recorder.events.length, payloads.length, 'calls in all');
    },
  },
  {
    name: '1 MiB in each direction at once, text and binary, arrives whole',
    async run({ from, to, listen }) {
      const [there, back] = [listen(to), listen(from)];
      const [text, bytes] = ['abcdefgh'.repeat(MEBIBYTE / 8), pattern(MEBIBYTE)];
      send(from, text);
      send(to, bytes);
      send(from, bytes);
      send(to, text);
      await Promise.all([there.untilReceived(2), back.untilReceived(2)]);
      checkEqual(there.messages, received(text, bytes), 'the messages');
      checkEqual(back.messages, received(bytes, text), 'the messages that come back');
    },
  },
  {
    name: 'a text is a string, or its UTF-8; half a surrogate pair is sent as U+FFFD',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      from.send('aé€😀', false);
      from.send(ascii('bytes'), false);
      from.send('<\ud83d>', false);
      await recorder.untilReceived(3);
      const texts = [
        Uint8Array.of(0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80),
        ascii('bytes'),
        Uint8Array.of(0x3c, 0xef, 0xbf, 0xbd, 0x3e),
      ];
      checkEqual(
        recorder.messages,
        texts.map(payload => ({ payload, isBinary: false })),
        'the texts',
      );
    },
  },
  {
    name: 'a payload is what its view shows, and may be changed once it was drained',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      for (const length of [10, 300_000]) {
        const memory = pattern(length + 20);
        const payload = memory.subarray(10, 10 + length);
        const copy = payload.slice();
        send(from, payload);
        await drained(from);
        memory.fill(0);
        await recorder.untilReceived(1);
        checkEqual(recorder.messages.splice(0), received(copy), 'the message');
      }
    },
  },
  {
    name: 'what is received is the listener’s: it may be kept and changed',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      const [short, long] = [pattern(100), pattern(100_000)];
      for (const overwrites of [false, true, false]) {
        recorder.overwrites = overwrites;
        send(from, short);
        send(from, long);
        await recorder.untilReceived(2);
        checkEqual(recorder.messages.splice(0), received(pattern(100), pattern(100_000)), 'the messages');
      }
      checkEqual([short, long], [pattern(100), pattern(100_000)], 'what was sent');
    },
  },
  {
    name: 'what is no payload is a TypeError, and nothing is sent',
    async run({ from, to, listen, settle }) {
      const recorder = listen(to);
      for (const wrong of WRONG_PAYLOADS as readonly Uint8Array[]) {
        for (const isBinary of [true, false]) {
          await checkThrows(() => from.send(wrong, isBinary), 'TypeError', 'send of what is no payload');
          await checkThrows(() => from.sendNow(wrong, isBinary), 'TypeError', 'sendNow of what is no payload');
          await checkThrows(() => from.prepare(wrong, isBinary), 'TypeError', 'prepare of what is no payload');
        }
      }
      await checkThrows(() => from.send('text', true), 'TypeError', 'send of a string as binary');
      await checkThrows(() => from.sendNow('text', true), 'TypeError', 'sendNow of a string as binary');
      send(from, 'after');
      await recorder.untilReceived(1);
      await settle();
      checkEqual(recorder.messages, received('after'), 'the messages');
      checkEqual(from.state, 'open', 'the state');
    },
  },
  {
    name: 'send and sendNow keep one order',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      send(from, 'one');
      checkEqual(typeof from.sendNow('two', false), 'boolean', 'what sendNow returns');
      send(from, 'three');
      from.sendNow(pattern(4), true);
      await recorder.untilReceived(4);
      checkEqual(recorder.messages, received('one', 'two', 'three', pattern(4)), 'the messages');
    },
  },
  {
    name: 'messages may be sent inside onMessage',
    async run({ from, to, listen }) {
      const [there, back] = [listen(to), listen(from)];
      there.onEvent = () => send(to, `${there.messages.length}`);
      back.onEvent = () => {
        if (back.messages.length < 50) send(from, 'again');
      };
      send(from, 'first');
      await back.untilReceived(50);
      checkEqual(back.messages, received(...Array.from({ length: 50 }, (_, index) => `${index + 1}`)), 'the answers');
    },
  },
  {
    name: 'what is to be sent without compression arrives the same',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      const text = 'same '.repeat(1000);
      from.send(text, false, { compress: false });
      from.sendNow(text, false, { compress: false });
      from.send(text, false, { compress: true });
      from.send(text, false, {});
      await recorder.untilReceived(4);
      checkEqual(recorder.messages, received(text, text, text, text), 'the messages');
    },
  },
];
