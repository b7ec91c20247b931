import { setTimeout as delay } from 'node:timers/promises';
import { openingResponse } from '../run/handshake.ts';
import { encodeFrame, frame, Opcode } from '../wire/frame.ts';
import { acceptKeyOf } from '../wire/http-head.ts';
import { Exchange, type Timing } from './exchange.ts';
import { judge } from './judge.ts';
import { answer, exactly, testerCloses, text } from './script.ts';
import type { ClientCase, ClientUnderTest } from './test-case.ts';
import { type Verdict, verdict } from './verdict.ts';

type MakeResponse = (client: ClientUnderTest) => string;
type HowToSend = { readonly pieceSize?: number; readonly withFrame?: boolean };

/** The right response with one field replaced by other lines, or, where it has no such field, with these lines added. */
function field(name: string, ...lines: string[]): MakeResponse {
  return ({ key }) => {
    const head = openingResponse(key).trimEnd().split('\r\n');
    const index = head.findIndex(line => line.toLowerCase().startsWith(`${name}:`));
    if (index < 0) head.push(...lines);
    else head.splice(index, 1, ...lines);
    return `${head.join('\r\n')}\r\n\r\n`;
  };
}

function extension(value: string): MakeResponse {
  return field('sec-websocket-extensions', `Sec-WebSocket-Extensions: ${value}`);
}

function statusLine(line: string): MakeResponse {
  return ({ key }) => openingResponse(key).replace('HTTP/1.1 101 Switching Protocols', line);
}

const HINT = 'Link: </style.css>; rel=preload';
const OTHER_KEY = `Sec-WebSocket-Accept: ${acceptKeyOf('AAAAAAAAAAAAAAAAAAAAAA==')}`;

const ACCEPTED: readonly (readonly [description: string, make: MakeResponse, how?: HowToSend])[] = [
  ['A plain response.', field('x')],
  [
    'Names and values in other cases.',
    ({ key }) =>
      field(
        'upgrade',
        'UPGRADE: WebSocket',
      )({ key } as ClientUnderTest).replace('Connection: Upgrade', 'connection: UPGRADE'),
  ],
  ['The response written byte by byte.', field('x'), { pieceSize: 1 }],
  ['The response and the first message in one write.', field('x'), { withFrame: true }],
  ['Fields that nobody knows.', field('x', 'X-One: 1', 'Date: Mon, 02 Nov 2026 10:00:00 GMT')],
  ['No reason phrase.', statusLine('HTTP/1.1 101 ')],
];

const REFUSED: readonly (readonly [description: string, make: MakeResponse])[] = [
  ['The accept key is of another key.', field('sec-websocket-accept', OTHER_KEY)],
  ['No accept key.', field('sec-websocket-accept')],
  ['An empty accept key.', field('sec-websocket-accept', 'Sec-WebSocket-Accept:')],
  ['No Upgrade.', field('upgrade')],
  ['Upgrade to something else.', field('upgrade', 'Upgrade: h2c')],
  ['No Connection.', field('connection')],
  ['Connection without upgrade.', field('connection', 'Connection: close')],
  ['An extension that was not offered.', extension('x-never-offered')],
  ['permessage-deflate twice.', extension('permessage-deflate, permessage-deflate')],
  ['A parameter that permessage-deflate does not have.', extension('permessage-deflate; x=1')],
  ['server_max_window_bits=0.', extension('permessage-deflate; server_max_window_bits=0')],
  ['server_max_window_bits=16.', extension('permessage-deflate; server_max_window_bits=16')],
  ['server_max_window_bits=1000.', extension('permessage-deflate; server_max_window_bits=1000')],
  ['client_max_window_bits without a value.', extension('permessage-deflate; client_max_window_bits')],
  ['server_no_context_takeover with a value.', extension('permessage-deflate; server_no_context_takeover=1')],
  ['A parameter twice.', extension('permessage-deflate; server_no_context_takeover; server_no_context_takeover')],
  ['An extension named __proto__.', extension('__proto__')],
  ['A subprotocol that was not asked for.', field('x', 'Sec-WebSocket-Protocol: never-asked-for')],
  ['200 instead of 101.', statusLine('HTTP/1.1 200 OK\r\nContent-Length: 0')],
  ['404 instead of 101.', statusLine('HTTP/1.1 404 Not Found\r\nContent-Length: 0')],
  ['A first line that is not HTTP.', statusLine('hello')],
  ['A folded line.', field('x', 'X-Folded: one', ' two')],
  ['A blank before the colon.', field('upgrade', 'Upgrade : websocket')],
  ['A header of 1 MiB.', field('x', `X-Large: ${'a'.repeat(1024 * 1024)}`)],
  [
    'Two accept keys, the second one wrong.',
    ({ key }) =>
      field(
        'sec-websocket-accept',
        `Sec-WebSocket-Accept: ${acceptKeyOf(key)}`,
        'Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
      )({ key } as ClientUnderTest),
  ],
  [
    'Two subprotocols that were not asked for.',
    field('x', 'Sec-WebSocket-Protocol: never-asked-for', 'Sec-WebSocket-Protocol: nor-this'),
  ],
  ['302 to a file.', statusLine('HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\nContent-Length: 0')],
  ['401 instead of 101.', statusLine('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0')],
  ['A level of permessage-bzip2 that there is not.', extension('permessage-bzip2; server_max_compress_level=10')],
  ['A NUL in a value.', field('x', 'X-Nul: a\0b')],
  ['A bare CR in a value.', field('x', 'X-Cr: a\rb')],
];

/** What a server does instead of a response; the client is to see that nothing will come of it. */
const ABANDONED: readonly (readonly [description: string, make: MakeResponse])[] = [
  ['TCP ends before the response.', () => ''],
  ['TCP ends inside the response.', client => field('x')(client).slice(0, 60)],
  ['TCP ends before the empty line.', client => field('x')(client).slice(0, -2)],
];

/** Responses that are none yet; what they announce comes after them (RFC 9110, 15.2). */
const INTERIM: readonly (readonly [description: string, heads: readonly string[], how?: HowToSend])[] = [
  ['100 Continue, then 101.', ['100 Continue']],
  [
    '100 Continue, 102 and 103 with fields, then 101.',
    ['100 Continue', '102 Processing', `103 Early Hints\r\n${HINT}`],
  ],
  ['100 Continue, then 101, written byte by byte.', ['100 Continue'], { pieceSize: 1 }],
  ['100 Continue with the accept key of another, then 101.', [`100 Continue\r\n${OTHER_KEY}`]],
  ['100 Continue, 101 and the first message in one write.', ['100 Continue'], { withFrame: true }],
];

/** 21.*: the opening handshake of a client under test (RFC 6455, 4.1). */
export const responseCases: readonly ClientCase[] = [
  ...ACCEPTED.map(([description, make, how], i) => accepts(`21.1.${i + 1}`, description, make, how ?? {})),
  ...REFUSED.map(([description, make], i) => refuses(`21.2.${i + 1}`, description, make)),
  ...ABANDONED.map(([description, make], i) => abandoned(`21.3.${i + 1}`, description, make)),
  endlessBody('21.3.4'),
  ...INTERIM.map(([description, heads, how], i) => interim(`21.4.${i + 1}`, description, heads, how ?? {})),
  endlessInterim(`21.4.${INTERIM.length + 1}`),
];

function abandoned(id: string, description: string, make: MakeResponse): ClientCase {
  return {
    kind: 'client',
    id,
    description,
    expectation: 'The client fails the connection: it sends nothing more and drops TCP.',
    run: async (client, { timing }) => {
      const response = Buffer.from(make(client), 'latin1');
      client.connection.log.octets('tester', 'response', response);
      await client.connection.write(response);
      client.connection.end();
      return judgeDrop(client, timing.timeout);
    },
  };
}

function endlessBody(id: string): ClientCase {
  return {
    kind: 'client',
    id,
    description: 'A response of 200 with a body that does not end.',
    expectation: 'The client fails the connection and drops TCP; it does not wait for the end of the body.',
    run: async (client, { timing }) => {
      const { connection } = client;
      await connection.write(Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n'));
      const deadline = performance.now() + timing.timeout;
      while (!connection.hasEnded && performance.now() < deadline) {
        void connection.write(Buffer.alloc(16 * 1024, '.'));
        await delay(10);
      }
      return judgeDrop(client, 1);
    },
  };
}

async function judgeDrop({ connection }: ClientUnderTest, timeout: number): Promise<Verdict> {
  const octets = await connection.readRaw(({ length }) => length, timeout);
  const hasEnded = connection.hasEnded;
  connection.destroy();
  if (octets !== null) return verdict('FAILED', `The client went on: it sent ${octets.toString('hex', 0, 16)}.`);
  return hasEnded
    ? verdict('OK', 'The client dropped the connection.')
    : verdict('FAILED', 'The client kept the connection.');
}

function accepts(id: string, description: string, make: MakeResponse, how: HowToSend): ClientCase {
  return {
    kind: 'client',
    id,
    description,
    expectation: 'The connection opens: a message is echoed, then it closes cleanly with 1000.',
    run: async (client, { timing }) => {
      const exchange = await greet(client, make(client), how, timing);
      await exchange.finish();
      return judge(exchange, exactly(answer('text', 'Hello, world!')), testerCloses);
    },
  };
}

/** Answers the request, says hello, and waits for the echo. */
async function greet(
  { connection }: ClientUnderTest,
  head: string,
  { pieceSize, withFrame = false }: HowToSend,
  timing: Timing,
): Promise<Exchange> {
  const message = text('Hello, world!');
  const response = Buffer.from(head, 'latin1');
  connection.log.octets('tester', 'response', response);
  connection.startFrames();
  const octets = withFrame ? Buffer.concat([response, encodeFrame(message, { isMasked: false })]) : response;
  await connection.write(octets, pieceSize === undefined ? {} : { pieceSize });
  const exchange = new Exchange(connection, timing);
  if (!withFrame) await exchange.send([message]);
  await exchange.receive(1);
  return exchange;
}

function interim(id: string, description: string, heads: readonly string[], how: HowToSend): ClientCase {
  return {
    kind: 'client',
    id,
    description,
    expectation:
      'The connection opens: a message is echoed, then it closes cleanly with 1000. NON-STRICT when the client drops TCP instead, without a word.',
    run: async (client, { timing }) => {
      const before = client.connection.octetsReceived;
      const all = [...heads.map(each => `HTTP/1.1 ${each}\r\n\r\n`), openingResponse(client.key)].join('');
      const exchange = await greet(client, all, how, timing);
      const isRefused = exchange.closing.peerEnded && client.connection.octetsReceived === before;
      await exchange.finish();
      return isRefused
        ? verdict('NON-STRICT', 'The client took the interim response for the last one, and dropped the connection.')
        : judge(exchange, exactly(answer('text', 'Hello, world!')), testerCloses);
    },
  };
}

function endlessInterim(id: string): ClientCase {
  return {
    kind: 'client',
    id,
    description: '100 Continue again and again, and never a 101.',
    expectation: 'The client fails the connection and drops TCP; NON-STRICT when it takes longer than the timeout.',
    run: async ({ connection }, { timing }) => {
      const before = connection.octetsReceived;
      const some = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(64));
      const deadline = performance.now() + timing.timeout;
      while (!connection.hasEnded && performance.now() < deadline) {
        void connection.write(some);
        await delay(10);
      }
      const { hasEnded, octetsReceived } = connection;
      connection.destroy();
      if (octetsReceived !== before) return verdict('FAILED', 'The client went on without a 101.');
      return hasEnded
        ? verdict('OK', 'The client dropped the connection.')
        : verdict('NON-STRICT', 'The client was still waiting.');
    },
  };
}

function refuses(id: string, description: string, make: MakeResponse): ClientCase {
  return {
    kind: 'client',
    id,
    description,
    expectation: 'The client fails the connection: it sends nothing more and drops TCP.',
    run: async (client, { timing }) => {
      const { connection } = client;
      const response = Buffer.from(make(client), 'latin1');
      connection.log.octets('tester', 'response', response);
      await connection.write(response);
      // A client that takes this for an open connection echoes.
      await connection.write(encodeFrame(frame(Opcode.TEXT, 'Hello, world!'), { isMasked: false }));
      return judgeDrop(client, timing.timeout);
    },
  };
}
