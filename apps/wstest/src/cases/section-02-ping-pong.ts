import {
  answer,
  close,
  exactly,
  peerFails,
  ping,
  pong,
  type Step,
  scripted,
  testerCloses,
  write,
  writePieces,
} from './script.ts';
import type { ExchangeCase } from './test-case.ts';

const NOT_UTF8 = Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff]);
const LARGEST = Buffer.alloc(125, 0xfe);
const TEN = Array.from({ length: 10 }, (_, i) => `ping number ${i}`);
const CLEAN = 'the connection closes cleanly with 1000.';

/** 2.*: Ping and Pong (RFC 6455, 5.5.2 and 5.5.3). */
export const pingPongCases: readonly ExchangeCase[] = [
  pinged('2.1', 'A Ping without payload.', ['']),
  pinged('2.2', 'A Ping with a short text as payload.', ['Hello, world!']),
  pinged('2.3', 'A Ping whose payload is not UTF-8.', [NOT_UTF8]),
  pinged('2.4', 'A Ping with the longest legal payload, 125 bytes.', [LARGEST]),
  scripted({
    id: '2.5',
    description: 'A Ping with 126 bytes of payload, one too many.',
    expectation: 'The peer fails the connection with 1002; nothing else comes.',
    steps: [write(ping(Buffer.alloc(126, 0xfe)))],
    outcomes: exactly(),
    close: peerFails(1002),
  }),
  pinged('2.6', 'A Ping with 125 bytes of payload, written byte by byte.', [LARGEST], payloads =>
    writePieces(1, ...payloads.map(payload => ping(payload))),
  ),
  unsolicited('2.7', 'An unsolicited Pong without payload, then Close.', ''),
  unsolicited('2.8', 'An unsolicited Pong with payload, then Close.', 'unsolicited pong payload'),
  pinged('2.9', 'An unsolicited Pong with payload, then a Ping.', ['ping payload'], payloads =>
    write(pong('unsolicited pong payload'), ...payloads.map(payload => ping(payload))),
  ),
  pinged('2.10', 'Ten Pings with different payloads in one write.', TEN),
  pinged('2.11', 'Ten Pings with different payloads, written byte by byte.', TEN, payloads =>
    writePieces(1, ...payloads.map(payload => ping(payload))),
  ),
];

function pinged(
  id: string,
  description: string,
  payloads: readonly (string | Buffer)[],
  step: (payloads: readonly (string | Buffer)[]) => Step = all => write(...all.map(payload => ping(payload))),
): ExchangeCase {
  return scripted({
    id,
    description,
    expectation: `One Pong for each Ping, in order, with its payload, and nothing else; ${CLEAN}`,
    steps: [step(payloads)],
    outcomes: exactly(...payloads.map(payload => answer('pong', payload))),
    close: testerCloses,
  });
}

function unsolicited(id: string, description: string, payload: string): ExchangeCase {
  return scripted({
    id,
    description,
    expectation: `No answer but the Close frame; ${CLEAN}`,
    steps: [write(pong(payload)), write(close(1000))],
    outcomes: exactly(),
    close: testerCloses,
  });
}
