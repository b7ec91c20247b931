import { checkEqual } from '../assert.ts';
import { pattern } from './stream-rule.ts';
import { ascii, checkThrows, converse, received, send, type TransportRule } from './transport-rule.ts';

const EMPTY = new Uint8Array(0);

/** Rules for `ping`, `pong` and `onPong`. */
export const controlRules: readonly TransportRule[] = [
  {
    name: 'a ping brings a pong with its payload; where canPing is false it does nothing',
    async run({ from, to, listen, settle }) {
      const [recorder, other] = [listen(from), listen(to)];
      const payloads = [ascii('there?'), EMPTY, pattern(125)];
      for (const [index, payload] of payloads.entries()) {
        from.ping(payload);
        if (from.canPing) await recorder.until('the pong', () => recorder.pongs.length > index);
      }
      await settle();
      checkEqual(recorder.pongs, from.canPing ? payloads : [], 'the pongs');
      checkEqual(other.events, [], 'what the other end is told');
    },
  },
  {
    name: 'pings and messages go together',
    async run({ from, to, listen }) {
      const [recorder, back] = [listen(to), listen(from)];
      for (let i = 0; i < 10; i++) {
        send(from, `${i}`);
        from.ping(Uint8Array.of(i));
        from.pong(Uint8Array.of(i));
      }
      await recorder.untilReceived(10);
      // Several pings may be answered by one pong, to the last of them (RFC 6455, 5.5.3).
      if (from.canPing) await back.until('the last pong', () => back.pongs.at(-1)?.[0] === 9);
      checkEqual(recorder.messages, received(...Array.from({ length: 10 }, (_, index) => `${index}`)), 'the messages');
    },
  },
  {
    name: 'a pong that nobody asked for is told',
    async run({ from, to, listen, settle }) {
      const [recorder, other] = [listen(from), listen(to)];
      from.pong(ascii('alive'));
      from.pong(EMPTY);
      await converse(recorder, other);
      await settle();
      checkEqual(other.pongs, from.canPing && to.canPing ? [ascii('alive'), EMPTY] : [], 'the pongs');
      checkEqual(recorder.events, [], 'what the one that sends it is told');
    },
  },
  {
    name: 'more than 125 bytes are a RangeError, what is no Uint8Array a TypeError; nothing is sent',
    async run({ from, to, listen, settle }) {
      const [recorder, other] = [listen(from), listen(to)];
      for (const method of ['ping', 'pong'] as const) {
        await checkThrows(() => from[method](pattern(126)), 'RangeError', `${method} of 126 bytes`);
        for (const wrong of ['text', 42, null, undefined, new ArrayBuffer(2)] as unknown as readonly Uint8Array[]) {
          await checkThrows(() => from[method](wrong), 'TypeError', `${method} of what is no Uint8Array`);
        }
      }
      await converse(recorder, other);
      await settle();
      checkEqual([recorder.pongs, other.pongs, from.state], [[], [], 'open'], 'pongs and the state');
    },
  },
  {
    name: 'ping and pong do nothing when not open',
    async run({ from, to, listen, settle }) {
      const [recorder, other] = [listen(from), listen(to)];
      from.close(1000, null);
      from.ping(ascii('late'));
      from.pong(ascii('late'));
      await Promise.all([recorder.untilClosed(), other.untilClosed()]);
      from.ping(ascii('late'));
      to.pong(ascii('late'));
      await settle();
      checkEqual([recorder.pongs, other.pongs], [[], []], 'the pongs');
    },
  },
];
