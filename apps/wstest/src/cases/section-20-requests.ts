import { closePayload, encodeFrame, frame, Opcode } from '../wire/frame.ts';
import { Exchange } from './exchange.ts';
import { judge } from './judge.ts';
import { accepts, ask, PLAIN, RAW_KEY, refuses, requestWith } from './raw-request.ts';
import { answer, exactly, testerCloses } from './script.ts';
import type { ServerCase, ServerUnderTest } from './test-case.ts';
import { verdict } from './verdict.ts';

/** Milliseconds that a header made to be slow may cost. */
const SLOW = 2000;
const KIB_64 = 64 * 1024;

type MakeRequest = (server: ServerUnderTest) => string;

function field(name: string, ...lines: string[]): MakeRequest {
  return server => requestWith(server, name, ...lines);
}

function startLine(make: (server: ServerUnderTest) => string): MakeRequest {
  return server => requestWith(server, 'x').replace(/^.*\r\n/, `${make(server)}\r\n`);
}

const ACCEPTED: readonly (readonly [
  description: string,
  make: MakeRequest,
  options?: { pieceSize?: number; isStrict?: boolean },
])[] = [
  ['A plain request.', field('x')],
  [
    'Names and values in other cases.',
    server =>
      requestWith(server, 'upgrade', 'UPGRADE: WebSocket').replace('Connection: Upgrade', 'connection: UPGRADE'),
  ],
  ['Connection is a list.', field('connection', 'Connection: keep-alive, Upgrade')],
  ['Upgrade is a list, websocket second.', field('upgrade', 'Upgrade: h2c, websocket'), { isStrict: false }],
  [
    'An extension that nobody knows.',
    field('sec-websocket-extensions', 'Sec-WebSocket-Extensions: x-unknown; answer=42'),
  ],
  [
    'Extensions named as members of every object.',
    field(
      'sec-websocket-extensions',
      'Sec-WebSocket-Extensions: __proto__; constructor=1, constructor; __proto__, hasOwnProperty',
    ),
  ],
  ['The request written byte by byte.', field('x'), { pieceSize: 1 }],
  ['Fifty more fields.', field('x', ...Array.from({ length: 50 }, (_, i) => `X-Field-${i}: value ${i}`))],
  ['Blanks around values.', field('upgrade', 'Upgrade: \t websocket \t ')],
];

const REFUSED: readonly (readonly [
  description: string,
  make: (server: ServerUnderTest) => string | Buffer,
  status?: number,
])[] = [
  ['POST.', startLine(({ resource }) => `POST ${resource} HTTP/1.1`)],
  ['HTTP/1.0.', startLine(({ resource }) => `GET ${resource} HTTP/1.0`)],
  ['No Host.', field('host')],
  ['Two Hosts.', field('host', 'Host: localhost', 'Host: example.com')],
  ['No Upgrade.', field('upgrade'), PLAIN],
  ['Upgrade to something else.', field('upgrade', 'Upgrade: h2c'), PLAIN],
  ['No Connection.', field('connection')],
  ['Connection without upgrade.', field('connection', 'Connection: keep-alive')],
  ['No key.', field('sec-websocket-key')],
  ['Two keys.', field('sec-websocket-key', `Sec-WebSocket-Key: ${RAW_KEY}`, `Sec-WebSocket-Key: ${RAW_KEY}`)],
  ['A key of 15 bytes.', field('sec-websocket-key', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA')],
  ['A key of 18 bytes.', field('sec-websocket-key', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAAA')],
  ['A key that is not Base64.', field('sec-websocket-key', 'Sec-WebSocket-Key: this is no key at all==')],
  ['No version.', field('sec-websocket-version')],
  ['Version 12: 426 says which versions there are.', field('sec-websocket-version', 'Sec-WebSocket-Version: 12'), 426],
  ['A body with Content-Length.', server => `${requestWith(server, 'x', 'Content-Length: 5')}hello`],
  ['A chunked body.', server => `${requestWith(server, 'x', 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`],
  ['A blank before the colon.', field('upgrade', 'Upgrade : websocket')],
  ['A folded line.', field('x', 'X-Folded: one', ' two')],
  ['A NUL in a value.', field('x', 'X-Nul: a\0b')],
  ['A subprotocol that is not ASCII.', field('x', 'Sec-WebSocket-Protocol: caf\xe9')],
  ['A subprotocol with blanks inside.', field('x', 'Sec-WebSocket-Protocol: two words')],
  ['No field at all.', ({ resource }) => `GET ${resource} HTTP/1.1\r\n\r\n`],
  ['The preface of HTTP/2.', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['A line that is not HTTP.', () => 'hello\r\n\r\n'],
  ['HEAD.', startLine(({ resource }) => `HEAD ${resource} HTTP/1.1`)],
  ['Two versions.', field('sec-websocket-version', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 12')],
  ['A key without its padding.', field('sec-websocket-key', `Sec-WebSocket-Key: ${RAW_KEY.slice(0, -2)}`)],
  ['A key of 17 bytes.', field('sec-websocket-key', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQA=')],
  ['A bare CR in a value.', field('x', 'X-Cr: a\rb')],
  ['A name that is not ASCII.', field('x', 'X-caf\xe9: 1')],
];

/** Requests that one server accepts and another refuses; none may be left without an answer, or end the server. */
const CURIOUS: readonly (readonly [description: string, make: MakeRequest])[] = [
  ['A Host with a path, a query and a fragment.', field('host', 'Host: localhost/path?query#fragment')],
  ['A Host with a user.', field('host', 'Host: user@localhost')],
  ['An empty Host.', field('host', 'Host:')],
  ['The target in absolute form.', startLine(({ resource }) => `GET http://example.com${resource} HTTP/1.1`)],
  ['A target that begins with two slashes.', startLine(() => 'GET //evil.example/path HTTP/1.1')],
  ['A target that is not percent-encoded as it should be.', startLine(() => 'GET /%zz%00?%=%&&= HTTP/1.1')],
  ['A target of *.', startLine(() => 'GET * HTTP/1.1')],
  ['The origin null.', field('x', 'Origin: null')],
  ['An origin that is no URL.', field('x', 'Origin: http://[::1/@:x')],
  ['A bare LF between two fields.', field('x', 'X-One: 1\nX-Two: 2')],
  ['A value that is not ASCII.', field('x', 'X-Name: caf\xe9 \x80\xff')],
  ['An empty origin.', field('x', 'Origin:')],
  [
    'An origin that has the name of the server at its front.',
    server => requestWith(server, 'x', `Origin: http://${server.host.replace(/:.*/, '')}.evil.example`),
  ],
  ['An origin with a user, a path, a query and a fragment.', field('x', 'Origin: http://user:pw@localhost/path?q#f')],
  ['An origin whose port is none.', field('x', 'Origin: http://localhost:99999')],
  ['Two origins in one field, as RFC 6454 has them.', field('x', 'Origin: http://localhost http://evil.example')],
  ['Two Origin fields.', field('x', 'Origin: http://localhost', 'Origin: http://evil.example')],
  ['The origin null, and one that is not.', field('x', 'Origin: null', 'Origin: http://localhost')],
  ['An origin that is not ASCII.', field('x', 'Origin: http://caf\xe9.example \xff')],
  ['An origin of a scheme without a host.', field('x', 'Origin: file://')],
  ['An origin named as a member of every object.', field('x', 'Origin: __proto__')],
  ['An origin of 8000 octets.', field('x', `Origin: http://${'a.'.repeat(3996)}b`)],
];

const SLOW_FIELDS: readonly (readonly [description: string, line: string])[] = [
  [
    'An extension parameter with an open quote and 64 KiB of escapes.',
    `Sec-WebSocket-Extensions: a; b="${'\\c'.repeat(KIB_64 / 2)}`,
  ],
  ['64 KiB of commas in the extensions.', `Sec-WebSocket-Extensions: ${','.repeat(KIB_64)}`],
  ['64 KiB of semicolons in the extensions.', `Sec-WebSocket-Extensions: permessage-deflate${';'.repeat(KIB_64)}`],
  [
    'Thousands of offers.',
    `Sec-WebSocket-Extensions: ${Array.from({ length: 3000 }, () => 'permessage-deflate; x=1').join(', ')}`,
  ],
  ['64 KiB of blanks between two subprotocols.', `Sec-WebSocket-Protocol: b${' '.repeat(KIB_64)}x`],
  ['One field of 1 MiB.', `X-Large: ${'a'.repeat(1024 * 1024)}`],
  ['2001 fields.', Array.from({ length: 2001 }, (_, i) => `X-${i}: 1`).join('\r\n')],
  ['64 KiB of tabs in the extensions.', `Sec-WebSocket-Extensions: a${'\t'.repeat(KIB_64)}b`],
  ['Ten thousand extensions.', `Sec-WebSocket-Extensions: ${Array.from({ length: 10_000 }, () => 'a').join()}`],
];

/** 20.*: the opening handshake of a server under test (RFC 6455, 4.2). */
export const requestCases: readonly ServerCase[] = [
  ...ACCEPTED.map(([description, make, options], i) => accepts(`20.1.${i + 1}`, description, make, options)),
  framesWithRequest(`20.1.${ACCEPTED.length + 1}`),
  ...REFUSED.map(([description, make, status], i) => refuses(`20.2.${i + 1}`, description, make, status)),
  ...SLOW_FIELDS.map(([description, line], i) => survived(`20.3.${i + 1}`, description, field('x', line), SLOW)),
  ...CURIOUS.map(([description, make], i) => survived(`20.4.${i + 1}`, description, make)),
];

function framesWithRequest(id: string): ServerCase {
  return {
    kind: 'server',
    id,
    description: 'A request, a text message and a Close frame in one write.',
    expectation: 'The message is echoed exactly once; the connection closes cleanly with 1000.',
    run: async (server, { timing }) => {
      const frames = [frame(Opcode.TEXT, 'Hello, world!'), frame(Opcode.CLOSE, closePayload(1000))].map(each =>
        encodeFrame(each, { isMasked: true }),
      );
      const response = await ask(
        server,
        Buffer.concat([Buffer.from(requestWith(server, 'x')), ...frames]),
        timing.timeout,
      );
      if (response.status !== 101) return verdict('FAILED', 'The server did not open the connection.');
      response.connection.startFrames();
      const exchange = new Exchange(response.connection, timing);
      exchange.noteClose();
      await exchange.finish();
      return judge(exchange, exactly(answer('text', 'Hello, world!')), testerCloses);
    },
  };
}

/** With a `limit` on the time, nothing else that is heavy runs beside it. */
function survived(id: string, description: string, makeRequest: MakeRequest, limit?: number): ServerCase {
  return {
    kind: 'server',
    id,
    description,
    expectation: `Accepted or refused${limit === undefined ? '' : `, within ${limit} ms`}; the next plain request is served.`,
    load: limit === undefined ? 'light' : 'alone',
    run: async (server, { timing }) => {
      const response = await ask(server, makeRequest(server), timing.timeout);
      if (response.head === null && !response.connection.hasEnded)
        return verdict('FAILED', 'The server neither answered nor dropped the connection.');
      const next = await ask(server, requestWith(server, 'x'), timing.timeout);
      if (next.status !== 101) return verdict('FAILED', 'The next request was not served.');
      const took = `${Math.round(response.time)} ms`;
      return response.time > (limit ?? timing.timeout)
        ? verdict('FAILED', `It took ${took}.`)
        : verdict('OK', `Status ${response.status || 'none, dropped'}, in ${took}.`);
    },
  };
}
