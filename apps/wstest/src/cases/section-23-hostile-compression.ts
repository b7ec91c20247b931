import { deflateRawSync } from 'node:zlib';
import { openingRequest } from '../run/handshake.ts';
import { agreementOf, parseExtensions, readDeflateParameters } from '../wire/extensions.ts';
import { type Frame, frame, Opcode } from '../wire/frame.ts';
import { fieldValue } from '../wire/http-head.ts';
import type { ExpectedAnswer } from './judge.ts';
import { ask, RAW_KEY } from './raw-request.ts';
import { answer, exactly, peerFails, ping, scripted, testerCloses, text, write } from './script.ts';
import { compressedFrames, defaultPlan } from './section-12-13-deflate.ts';
import type { ExchangeCase, ServerCase } from './test-case.ts';
import { verdict } from './verdict.ts';

const NAME = 'permessage-deflate';
/** Parameters that no server may agree to (RFC 7692, 7.1). */
const BAD_OFFERS = [
  'server_no_context_takeover; server_no_context_takeover',
  'server_max_window_bits=10; server_max_window_bits=10',
  'server_max_window_bits',
  'server_max_window_bits=08',
  'server_max_window_bits=7',
  'server_max_window_bits=16',
  'server_max_window_bits=1e1',
  'server_max_window_bits=',
  'server_max_window_bits=+10',
  'client_max_window_bits=16',
  'server_no_context_takeover=1',
  'client_no_context_takeover=true',
  'no_such_parameter',
  '__proto__=1',
  'server_max_window_bits="7"',
  'server_max_window_bits="1e1"',
];

/** Compressed forms of "Hello" that are legal, if unusual (RFC 7692, 7.2.3). */
const GOOD_FORMS: readonly (readonly [description: string, hex: string])[] = [
  ['a fixed block', 'f248cdc9c90700'],
  ['a stored block', '000500faff48656c6c6f00'],
  ['a block with BFINAL, then an empty block', 'f348cdc9c9070000'],
  ['two blocks', 'f248050000 00ffffcac9c90700'.replace(' ', '')],
];

/** Payloads that are not deflate. */
const BAD_FORMS: readonly (readonly [description: string, octets: Buffer])[] = [
  ['a block of the reserved type', Buffer.from('07', 'hex')],
  ['a reference to before the first byte', Buffer.from('4b04a3ff1f0000', 'hex')],
  ['a stored block whose lengths contradict each other', Buffer.from('000500000048656c6c6f00', 'hex')],
  ['random octets', Buffer.from('ffa1b2c3d4e5f60718293a4b5c6d7e8f', 'hex')],
];

/** Long enough for a block with tables of its own. */
const LONG = deflated(Array.from({ length: 300 }, (_, i) => `${(i * 7919) % 1000} `).join(''));

/** Messages that end inside a block: the four octets that the receiver appends (RFC 7692, 7.2.2) do not complete it. */
export const CUT_FORMS: readonly (readonly [description: string, octets: Buffer, frameSize?: number])[] = [
  ['a stored block of 100 octets, of which five come', Buffer.from('0064009bff48656c6c6f', 'hex')],
  ['a block that ends inside its tables', Buffer.from('04e00100', 'hex')],
  ['the first half of a block', LONG.subarray(0, LONG.length >> 1)],
  ['the first half of a block, in fragments', LONG.subarray(0, LONG.length >> 1), 100],
];

/** 23.*: offers of permessage-deflate that must be declined, and compressed data of unusual and of broken form. */
export const hostileCompressionCases: readonly (ExchangeCase | ServerCase)[] = [
  ...BAD_OFFERS.map((parameters, i) => declined(`23.1.${i + 1}`, parameters)),
  ...GOOD_FORMS.map(([name, hex], i) =>
    messages(`23.2.${i + 1}`, `"Hello" as ${name}.`, [compressed(Buffer.from(hex, 'hex'))], ['Hello']),
  ),
  messages('23.2.5', 'An empty message as one zero byte.', [compressed(Buffer.from([0]))], ['']),
  messages(
    '23.2.6',
    'Messages that are and are not compressed, in turns.',
    [compressed(deflated('one')), text('two'), compressed(deflated('three'))],
    ['one', 'two', 'three'],
  ),
  messages('23.2.7', 'A compressed message in fragments, some of them empty.', spread(deflated('Hello, world!')), [
    'Hello, world!',
  ]),
  pinged('23.2.8'),
  messages('23.2.9', '"Hello" after a thousand empty blocks.', [compressed(afterEmptyBlocks('Hello'))], ['Hello']),
  ...BAD_FORMS.map(([name, octets], i) =>
    broken(`23.3.${i + 1}`, `A message of ${name}.`, [compressed(octets)], [1002, 1003, 1007, 1011]),
  ),
  broken(
    '23.3.5',
    'A text message that is not UTF-8 once it is decompressed.',
    [compressed(deflated(Buffer.from('ce bae1'.replace(' ', ''), 'hex')))],
    [1007],
  ),
  ...CUT_FORMS.map(([name, octets, frameSize = octets.length], i) =>
    broken(
      `23.3.${i + 6}`,
      `A message of ${name}.`,
      compressedFrames(octets, Opcode.TEXT, frameSize),
      [1002, 1003, 1007, 1011],
    ),
  ),
];

function deflated(data: string | Buffer): Buffer {
  return deflateRawSync(data, { finishFlush: 2, windowBits: 9 }).subarray(0, -4);
}

function afterEmptyBlocks(data: string): Buffer {
  const empty = Buffer.from('000000ffff', 'hex');
  return Buffer.concat([...Array.from({ length: 1000 }, () => empty), deflated(data)]);
}

function compressed(octets: Buffer): Frame {
  return frame(Opcode.TEXT, octets, { rsv: 4 });
}

function spread(octets: Buffer): Frame[] {
  const [first, ...rest] = compressedFrames(octets, Opcode.TEXT, 1);
  const empty = frame(Opcode.CONTINUATION, '', { fin: false });
  return [
    { ...first!, payload: Buffer.alloc(0) },
    { ...first!, opcode: Opcode.CONTINUATION, rsv: 0 },
    ...rest.flatMap(each => [empty, each]),
  ];
}

function messages(id: string, description: string, frames: readonly Frame[], echoes: readonly string[]): ExchangeCase {
  return withDeflate(
    id,
    description,
    frames,
    echoes.map(each => answer('text', each)),
  );
}

function pinged(id: string): ExchangeCase {
  const [first, ...rest] = compressedFrames(deflated('Hello, world!'), Opcode.TEXT, 4);
  const answers = [answer('pong', 'between'), answer('text', 'Hello, world!')];
  return withDeflate(
    id,
    'A compressed message in fragments, a Ping between.',
    [first!, ping('between'), ...rest],
    answers,
  );
}

function withDeflate(
  id: string,
  description: string,
  frames: readonly Frame[],
  answers: readonly ExpectedAnswer[],
): ExchangeCase {
  const script = scripted({
    id,
    description,
    expectation: 'Each message comes back; the connection closes cleanly with 1000.',
    steps: [write(...frames)],
    outcomes: exactly(...answers),
    close: testerCloses,
  });
  return { ...script, extension: { name: NAME, plan: defaultPlan } };
}

function broken(id: string, description: string, frames: readonly Frame[], codes: number[]): ExchangeCase {
  const script = scripted({
    id,
    description,
    expectation: `No echo; the peer fails the connection with ${codes.join(' or ')}.`,
    steps: [write(...frames)],
    outcomes: exactly(),
    close: peerFails(...codes),
  });
  return { ...script, extension: { name: NAME, plan: defaultPlan } };
}

function declined(id: string, parameters: string): ServerCase {
  return {
    kind: 'server',
    id,
    description: `An offer of ${NAME}; ${parameters}, then a plain one.`,
    expectation:
      'The server takes the plain offer, takes none, or refuses the request; it never agrees to the bad one.',
    run: async (server, { timing }) => {
      const offer = `${NAME}; ${parameters}, ${NAME}`;
      const { head, status, connection } = await ask(
        server,
        openingRequest(server.host, server.resource, RAW_KEY, offer),
        timing.timeout,
      );
      if (head === null)
        return verdict(
          connection.hasEnded ? 'OK' : 'FAILED',
          connection.hasEnded ? 'The server dropped the connection.' : 'No response came.',
        );
      if (status !== 101) return verdict(status >= 400 ? 'OK' : 'FAILED', `The server answered ${status}.`);
      const [field] = parseExtensions(fieldValue(head, 'sec-websocket-extensions'));
      if (field === undefined) return verdict('OK', 'The server took none.');
      const read = readDeflateParameters(field, true);
      if (typeof read === 'string') return verdict('FAILED', `The server agreed to the bad offer: ${read}.`);
      const { serverNoContextTakeover, clientWindowBits } = agreementOf(read);
      // The plain offer does not allow the server to limit the client's window.
      const fitsPlain = clientWindowBits === 15 && !(serverNoContextTakeover && parameters.startsWith('server_no'));
      return fitsPlain
        ? verdict('OK', 'The server took the plain offer.')
        : verdict('FAILED', 'The server agreed to the bad offer.');
    },
  };
}
