import { type Frame, Opcode } from '../wire/frame.ts';
import {
  answer,
  continuation,
  exactly,
  fragments,
  pause,
  peerFails,
  ping,
  preferably,
  type Step,
  scripted,
  testerCloses,
  text,
  write,
  writeEach,
  writePieces,
} from './script.ts';
import type { ExchangeCase } from './test-case.ts';

type Deliver = (...frames: Frame[]) => Step;
const DELIVERIES: readonly (readonly [name: string, deliver: Deliver])[] = [
  ['in one write', write],
  ['each frame in its own write', writeEach],
  ['byte by byte', (...frames) => writePieces(1, ...frames)],
];
const PARTS = ['fragment1', 'fragment2'];
const [FIRST, LAST] = fragments(Opcode.TEXT, PARTS) as [Frame, Frame];
const JOINED = PARTS.join('');
const FAILS = 'The peer fails the connection with 1002; nothing else comes.';
const CLEAN = 'the connection closes cleanly with 1000.';

/** 5.*: fragmentation (RFC 6455, 5.4). */
export const fragmentationCases: readonly ExchangeCase[] = [
  ...(['Ping', 'Pong'] as const).map((name, i) =>
    fails(`5.${i + 1}`, `A ${name} in two fragments.`, [
      write({ opcode: Opcode.PING + i, fin: false, rsv: 0, payload: Buffer.from('fragment1') }, LAST),
    ]),
  ),
  ...DELIVERIES.map(([name, deliver], i) =>
    joined(`5.${3 + i}`, `A text message in two fragments, ${name}.`, [deliver(FIRST, LAST)], []),
  ),
  ...DELIVERIES.map(([name, deliver], i) =>
    joined(
      `5.${6 + i}`,
      `Two text fragments with a Ping between, ${name}.`,
      [deliver(FIRST, ping('ping payload'), LAST)],
      ['ping payload'],
    ),
  ),
  ...[true, false].flatMap((fin, group) =>
    DELIVERIES.map(([name, deliver], i) =>
      fails(`5.${9 + group * 3 + i}`, `A continuation of nothing (FIN=${fin ? 1 : 0}), then a text message, ${name}.`, [
        deliver(continuation('orphan', { fin }), text('Hello, world!')),
      ]),
    ),
  ),
  scripted({
    id: '5.15',
    description: 'A text message in two fragments, a continuation of nothing (FIN=0), then a text frame.',
    expectation:
      'The first message is echoed, then the peer fails the connection with 1002; NON-STRICT without the echo.',
    steps: [write(FIRST, LAST, continuation('orphan', { fin: false }), text('fragment4'))],
    outcomes: preferably(answer('text', JOINED)),
    close: peerFails(1002),
  }),
  ...[false, true].map((fin, i) =>
    fails(
      `5.${16 + i}`,
      `Twice: a continuation of nothing (FIN=${fin ? 1 : 0}), then a text message in two fragments.`,
      [write(...[1, 2].flatMap(() => [continuation('orphan', { fin }), FIRST, LAST]))],
    ),
  ),
  fails('5.18', 'Two fragments of which the second has the opcode of text instead of continuation.', [
    write(FIRST, text('fragment2')),
  ]),
  ...[write, writeEach].map((deliver, i) => {
    const five = fragments(Opcode.TEXT, ['one ', 'two ', 'three ', 'four ', 'five']);
    return joined(
      `5.${19 + i}`,
      `Five text fragments, a Ping after the second and the fourth, a pause after the first Ping${i === 0 ? '' : '; each frame in its own write'}.`,
      [deliver(five[0]!, five[1]!, ping('first')), pause, deliver(five[2]!, five[3]!, ping('second'), five[4]!)],
      ['first', 'second'],
      'one two three four five',
    );
  }),
];

function fails(id: string, description: string, steps: readonly Step[]): ExchangeCase {
  return scripted({ id, description, expectation: FAILS, steps, outcomes: exactly(), close: peerFails(1002) });
}

function joined(
  id: string,
  description: string,
  steps: readonly Step[],
  pongs: readonly string[],
  message = JOINED,
): ExchangeCase {
  return scripted({
    id,
    description,
    expectation: `${pongs.length > 0 ? 'A Pong for each Ping, then the' : 'The'} joined message comes back; ${CLEAN}`,
    steps,
    outcomes: exactly(...pongs.map(payload => answer('pong', payload)), answer('text', message)),
    close: testerCloses,
  });
}
