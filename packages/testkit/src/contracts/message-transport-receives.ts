import type { Receives } from '@ws/types';
import { check, checkEqual } from '../assert.ts';
import { join, pattern } from './stream-rule.ts';
import { ascii, received, send, type TransportRule, type TransportRuleContext } from './transport-rule.ts';

const MODES: readonly Receives['frames'][] = ['none', 'pieces', 'all'];

/** Sends messages of all kinds, whole and in pieces. @returns the messages that must be received */
function sendAllKinds({ from }: TransportRuleContext): ReturnType<typeof received> {
  const payloads = ['', 'short', new Uint8Array(0), pattern(50), 'long '.repeat(40_000), pattern(300_000)];
  for (const payload of payloads) send(from, payload);
  from.beginMessage(false);
  for (let i = 0; i < 5; i++) from.sendPiece(ascii(`piece ${i}, `));
  from.endMessage();
  from.beginMessage(true);
  for (let i = 1; i <= 5; i++) from.sendPiece(pattern(50_000, i));
  from.endMessage();
  send(from, 'last');
  const text = Array.from({ length: 5 }, (_, index) => `piece ${index}, `).join('');
  const bytes = join(Array.from({ length: 5 }, (_, index) => pattern(50_000, index + 1)));
  return received(...payloads, text, bytes, 'last');
}

/** Each message arrives once and complete. The recorder checks that it is delivered in a way that `receives` allows. */
function modeRule(frames: Receives['frames'], lentText: boolean, takes: boolean): TransportRule {
  const lending = lentText ? `, texts lent and ${takes ? '' : 'not '}taken` : '';
  return {
    name: `frames '${frames}'${lending}: each message comes once`,
    async run(context) {
      const recorder = context.listen(context.to, { frames, lentText });
      recorder.takesLentText = takes;
      const expected = sendAllKinds(context);
      await recorder.untilReceived(expected.length);
      await context.settle();
      checkEqual(recorder.messages, expected, 'the messages');
    },
  };
}

/** Rules for `receives`, `onLentText`, and messages that are delivered in pieces. */
export const receiveRules: readonly TransportRule[] = [
  ...MODES.map(frames => modeRule(frames, false, false)),
  ...MODES.flatMap(frames => [modeRule(frames, true, true), modeRule(frames, true, false)]),
  {
    name: "frames 'all': an empty message begins and ends",
    async run({ from, to, listen }) {
      const recorder = listen(to, { frames: 'all', lentText: false });
      recorder.onEvent = event => {
        // A piece without bytes is allowed.
        if (event === 'MessageData') recorder.events.pop();
      };
      send(from, '');
      send(from, new Uint8Array(0));
      await recorder.untilReceived(2);
      checkEqual(recorder.events, ['MessageBegin', 'MessageEnd', 'MessageBegin', 'MessageEnd'], 'what is told');
      checkEqual(recorder.messages, received('', new Uint8Array(0)), 'the messages');
    },
  },
  {
    name: 'what is taken of pieces is the listener’s: it may be kept and changed',
    async run({ from, to, listen }) {
      const recorder = listen(to, { frames: 'all', lentText: false });
      const bytes = pattern(200_000);
      for (const overwrites of [false, true, false]) {
        recorder.overwrites = overwrites;
        send(from, bytes);
        await recorder.untilReceived(1);
        checkEqual(recorder.messages.splice(0), received(pattern(200_000)), 'the message');
      }
      checkEqual(bytes, pattern(200_000), 'what was sent');
    },
  },
  {
    name: 'a promise that is not settled holds nothing up',
    async run({ from, to, listen }) {
      for (const [transport, peer, frames] of [
        [to, from, 'none'],
        [from, to, 'all'],
      ] as const) {
        const recorder = listen(transport, { frames, lentText: false });
        recorder.onEvent = () => new Promise(() => {});
        for (let i = 0; i < 5; i++) send(peer, `${i}`);
        await recorder.untilReceived(5);
        checkEqual(recorder.messages, received('0', '1', '2', '3', '4'), 'the messages');
      }
    },
  },
  {
    name: 'a message comes with the state open',
    async run({ from, to, listen }) {
      const recorder = listen(to);
      const states: string[] = [];
      recorder.onEvent = () => states.push(to.state);
      send(from, 'one');
      await recorder.untilReceived(1);
      check(states[0] === 'open', `the state is ${states[0]} in onMessage`);
    },
  },
];
