import { Opcode } from '../wire/frame.ts';
import { judge } from './judge.ts';
import { answer, close, exactly, fragments, ping, type Step, scripted, testerCloses, text, write } from './script.ts';
import type { ExchangeCase } from './test-case.ts';

const CLEAN = 'The peer answers the Close frame, and nothing after it; the closing is clean.';
const LEGAL_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const ILLEGAL_CODES = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
const [FIRST, LAST] = fragments(Opcode.TEXT, ['fragment1', 'fragment2']);

/** 7.*: the closing handshake (RFC 6455, 5.5.1 and 7). */
export const closingCases: readonly ExchangeCase[] = [
  echoThenClose(),
  closes('7.1.2', 'Two Close frames.', [write(close(1000), close(1000))]),
  closes('7.1.3', 'A Close frame, then a Ping.', [write(close(1000), ping())]),
  closes('7.1.4', 'A Close frame, then a text message.', [write(close(1000), text('Hello, world!'))]),
  closes('7.1.5', 'A first text fragment, a Close frame, the last fragment.', [write(FIRST!, close(1000), LAST!)]),
  messagesThenClose(),
  closes('7.3.1', 'A Close frame without payload.', [write(close())]),
  illegal('7.3.2', 'A Close frame with a payload of one byte.', { ...close(), payload: Buffer.from([0x03]) }),
  closes('7.3.3', 'A Close frame with the code 1000.', [write(close(1000))]),
  closes('7.3.4', 'A Close frame with the code 1000 and a reason.', [write(close(1000, 'Hello, world!'))]),
  closes('7.3.5', 'A Close frame with the code 1000 and the longest reason, 123 bytes.', [
    write(close(1000, '*'.repeat(123))),
  ]),
  illegal('7.3.6', 'A Close frame with the code 1000 and a reason of 124 bytes.', close(1000, '*'.repeat(124))),
  illegal(
    '7.5.1',
    'A Close frame whose reason is not UTF-8.',
    close(1000, Buffer.from('cebae1bdb9cf83cebcceb5eda080656469746564', 'hex')),
    [1007, 1002],
  ),
  ...LEGAL_CODES.map((code, i) =>
    closes(`7.7.${i + 1}`, `A Close frame with the legal code ${code}.`, [write(close(code))], code),
  ),
  ...ILLEGAL_CODES.map((code, i) =>
    illegal(`7.9.${i + 1}`, `A Close frame with the code ${code}, which must not be sent.`, close(code)),
  ),
  ...[5000, 65535].map((code, i) => outOfRange(`7.13.${i + 1}`, code)),
];

function closes(id: string, description: string, steps: readonly Step[], code = 1000): ExchangeCase {
  return scripted({
    id,
    description,
    expectation: `${CLEAN} Its code is 1000${code === 1000 ? '' : ` or ${code}`}, or there is none.`,
    steps,
    outcomes: exactly(),
    close: { startedBy: 'tester', codes: [...new Set([1000, code])], isCleanRequired: true, isSubject: true },
  });
}

function illegal(
  id: string,
  description: string,
  frame: ReturnType<typeof close>,
  codes: readonly number[] = [1002],
): ExchangeCase {
  return scripted({
    id,
    description,
    expectation: `The peer closes with ${codes.join(' or ')}, without a code, or drops the connection.`,
    steps: [write(frame)],
    outcomes: exactly(),
    close: { startedBy: 'tester', codes, isCleanRequired: false, isSubject: true },
  });
}

function echoThenClose(): ExchangeCase {
  return scripted({
    id: '7.1.1',
    description: 'A text message, then a Close frame once the echo has come.',
    expectation: 'The echo, then a clean closing with 1000.',
    steps: [write(text('Hello, world!'))],
    outcomes: exactly(answer('text', 'Hello, world!')),
    close: { ...testerCloses, isSubject: true },
  });
}

function messagesThenClose(): ExchangeCase {
  return {
    kind: 'exchange',
    id: '7.1.6',
    description: 'A text message of 256 KiB, a short one, a Close frame and a Ping in one write.',
    expectation: 'INFORMATIONAL: whether the echoes come before the answer to Close is left open.',
    run: async exchange => {
      exchange.noteClose();
      await exchange.send([text(Buffer.alloc(256 * 1024, '*')), text('Hello, world!'), close(1000), ping()]);
      await exchange.receiveEnd();
      await exchange.finish();
      return judge(exchange, [{ behavior: 'INFORMATIONAL', answers: exchange.answers }], testerCloses);
    },
  };
}

function outOfRange(id: string, code: number): ExchangeCase {
  return scripted({
    id,
    description: `A Close frame with the code ${code}, outside of all ranges.`,
    expectation: 'INFORMATIONAL: the RFC says nothing of these.',
    steps: [write(close(code))],
    outcomes: [{ behavior: 'INFORMATIONAL', answers: [] }],
    close: { startedBy: 'tester', codes: [1000, code, 1002], isCleanRequired: false },
  });
}
