import { openingRequest } from '../run/handshake.ts';
import { bzip2Vectors } from '../wire/bzip2-vectors.ts';
import { type Frame, frame, Opcode } from '../wire/frame.ts';
import { fieldValue } from '../wire/http-head.ts';
import type { ExpectedAnswer } from './judge.ts';
import { ask, RAW_KEY } from './raw-request.ts';
import { answer, exactly, peerFails, ping, scripted, testerCloses, text, write } from './script.ts';
import { compressedFrames } from './section-12-13-deflate.ts';
import type { ExchangeCase, ServerCase } from './test-case.ts';
import { verdict } from './verdict.ts';

const NAMES = [
  'an empty message',
  'a short message',
  'a message that repeats itself',
  'all 256 byte values',
  'a message of 250 000 equal bytes',
];
const FIRST = bzip2Vectors[1]!;
const SECOND = bzip2Vectors[2]!;

const NAME = 'permessage-bzip2';
/** Parameters that no server may agree to. */
const BAD_OFFERS = [
  'client_max_compress_level=5',
  'server_max_compress_level',
  'server_max_compress_level=0',
  'server_max_compress_level=10',
  'server_max_compress_level=01',
  'server_max_compress_level=1; server_max_compress_level=1',
  'no_such_parameter',
];

/** 24.*: permessage-bzip2; peers without it are UNIMPLEMENTED. */
export const bzip2Cases: readonly (ExchangeCase | ServerCase)[] = [
  ...bzip2Vectors.map(({ message, compressed }, i) =>
    echoes(
      `24.1.${i + 1}`,
      `${NAMES[i]![0]!.toUpperCase()}${NAMES[i]!.slice(1)}, binary.`,
      compressedFrames(compressed, Opcode.BINARY, compressed.length),
      [answer('binary', message)],
    ),
  ),
  echoes('24.2.1', 'A compressed message in frames of 8 bytes.', compressedFrames(SECOND.compressed, Opcode.TEXT, 8), [
    answer('text', SECOND.message),
  ]),
  echoes(
    '24.2.2',
    'A message that is compressed, one that is not, and again one that is.',
    [compressed(FIRST.compressed), text('plain'), compressed(SECOND.compressed)],
    [answer('text', FIRST.message), answer('text', 'plain'), answer('text', SECOND.message)],
  ),
  echoes(
    '24.2.3',
    'A compressed message in two fragments, a Ping between.',
    withPing(compressedFrames(FIRST.compressed, Opcode.TEXT, 30)),
    [answer('pong', 'between'), answer('text', FIRST.message)],
  ),
  broken('24.3.1', 'Octets that are not bzip2.', Buffer.from('not bzip2 at all')),
  broken('24.3.2', 'A stream that is cut.', FIRST.compressed.subarray(0, 20)),
  broken('24.3.3', 'A stream with a wrong checksum.', spoilt(FIRST.compressed, 10)),
  ...BAD_OFFERS.map((parameters, i) => declined(`24.4.${i + 1}`, parameters)),
];

function declined(id: string, parameters: string): ServerCase {
  return {
    kind: 'server',
    id,
    description: `An offer of ${NAME}; ${parameters}.`,
    expectation: 'The server opens the connection without the extension, or refuses the request.',
    run: async (server, { timing }) => {
      const request = openingRequest(server.host, server.resource, RAW_KEY, `${NAME}; ${parameters}`);
      const { head, status, connection } = await ask(server, request, timing.timeout);
      if (head === null && !connection.hasEnded) return verdict('FAILED', 'No response came.');
      if (head === null || status >= 400) return verdict('OK', `The server refused: ${status || 'it dropped TCP'}.`);
      const agreed = fieldValue(head, 'sec-websocket-extensions');
      return status === 101 && agreed === ''
        ? verdict('OK', 'The server took none.')
        : verdict('FAILED', `The server answered ${status} and agreed to "${agreed}".`);
    },
  };
}

function compressed(octets: Buffer): Frame {
  return frame(Opcode.TEXT, octets, { rsv: 4 });
}

function withPing([first, ...rest]: readonly Frame[]): Frame[] {
  return [first!, ping('between'), ...rest];
}

function spoilt(octets: Buffer, index: number): Buffer {
  const copy = Buffer.from(octets);
  copy[index]! ^= 0xff;
  return copy;
}

function echoes(
  id: string,
  description: string,
  frames: readonly Frame[],
  answers: readonly ExpectedAnswer[],
): ExchangeCase {
  const script = scripted({
    id,
    description,
    expectation:
      'Each message comes back; the connection closes cleanly with 1000. UNIMPLEMENTED without the extension.',
    steps: [write(...frames)],
    outcomes: exactly(...answers),
    close: testerCloses,
  });
  return { ...script, extension: { name: NAME } };
}

function broken(id: string, description: string, octets: Buffer): ExchangeCase {
  const script = scripted({
    id,
    description,
    expectation:
      'No echo; the peer fails the connection with 1002, 1003, 1007 or 1011. UNIMPLEMENTED without the extension.',
    steps: [write(compressed(octets))],
    outcomes: exactly(),
    close: peerFails(1002, 1003, 1007, 1011),
  });
  return { ...script, extension: { name: NAME } };
}
