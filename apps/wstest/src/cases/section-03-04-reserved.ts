import { type Frame, frame } from '../wire/frame.ts';
import {
  answer,
  binary,
  exactly,
  peerFails,
  ping,
  preferably,
  type Step,
  scripted,
  text,
  write,
  writeEach,
  writePieces,
} from './script.ts';
import type { ExchangeCase } from './test-case.ts';

const GREETING = 'Hello, world!';
const FAILS = 'The peer fails the connection with 1002; nothing else comes.';
const ECHOES =
  'The first message is echoed, then the peer fails the connection with 1002, without a Pong; NON-STRICT without the echo.';

/** 3.* and 4.*: reserved bits without an extension that gives them a meaning, and reserved opcodes (RFC 6455, 5.2). */
export const reservedCases: readonly ExchangeCase[] = [
  fails('3.1', 'A text frame with RSV3 set.', text(GREETING, { rsv: 1 })),
  echoes('3.2', 'A text message, a text frame with RSV2 set, a Ping.', text(GREETING, { rsv: 2 }), write),
  echoes('3.3', 'As 3.2 with RSV2 and RSV3, each frame in its own write.', text(GREETING, { rsv: 3 }), writeEach),
  echoes('3.4', 'As 3.2 with RSV1, byte by byte.', text(GREETING, { rsv: 4 }), (...all) => writePieces(1, ...all)),
  fails('3.5', 'A binary frame with RSV1 and RSV3 set.', binary(Buffer.alloc(8, 0xff), { rsv: 5 })),
  fails('3.6', 'A binary frame with RSV1 and RSV2 set.', binary(GREETING, { rsv: 6 })),
  fails('3.7', 'A Close frame without payload and with all reserved bits set.', frame(8, '', { rsv: 7 })),
  ...[3, 11].flatMap((first, group) => {
    const kind = group === 0 ? 'data' : 'control';
    const id = `4.${group + 1}`;
    return [
      fails(`${id}.1`, `An empty frame with the reserved ${kind} opcode ${first}.`, frame(first)),
      fails(
        `${id}.2`,
        `A frame with payload and the reserved ${kind} opcode ${first + 1}.`,
        frame(first + 1, 'payload'),
      ),
      echoes(`${id}.3`, `A text message, an empty frame with opcode ${first + 2}, a Ping.`, frame(first + 2), write),
      echoes(`${id}.4`, `A text message, a frame with opcode ${first + 3}, a Ping.`, frame(first + 3, GREETING), write),
      echoes(
        `${id}.5`,
        `A text message, a frame with opcode ${first + 4}, a Ping, byte by byte.`,
        frame(first + 4, GREETING),
        (...all) => writePieces(1, ...all),
      ),
    ];
  }),
];

function fails(id: string, description: string, wrong: Frame): ExchangeCase {
  return scripted({
    id,
    description,
    expectation: FAILS,
    steps: [write(wrong)],
    outcomes: exactly(),
    close: peerFails(1002),
  });
}

function echoes(id: string, description: string, wrong: Frame, deliver: (...frames: Frame[]) => Step): ExchangeCase {
  return scripted({
    id,
    description,
    expectation: ECHOES,
    steps: [deliver(text(GREETING), wrong, ping())],
    outcomes: preferably(answer('text', GREETING)),
    close: peerFails(1002),
  });
}
