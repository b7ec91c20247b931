// Hostile inputs 1 to 18: handshakes. Each group has its number; each input, what has to come of it.

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { offerDeflate } from '@ws/compress/deflate';
import { type ConnectAnswer, HandshakeError, type Partially, type ServerOptions } from '@ws/core';
import { createClientAgent, handleUpgrade, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
import type { ConnectionRequest } from '@ws/types';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Arena, Echo } from '../src/hostile/arena.ts';
import { type RawPeer, serveRaw } from '../src/hostile/raw-peer.ts';
import { acceptKey, frame, REQUEST_KEY, request, response } from '../src/hostile/wire.ts';

/** Tells each client how its request was understood. */
class Teller extends Echo {
  override onConnect(asked: ConnectionRequest): ConnectAnswer | PromiseLike<ConnectAnswer> {
    const { path, host, params, extensions, origin } = asked;
    this.understood = JSON.stringify({ path, host, params, extensions: extensions.map(([name]) => name), origin });
    return super.onConnect(asked);
  }
  understood = '';
  override onOpen(): void {
    this.sendMessage(this.understood);
  }
}

let arena: Arena;
let strict: Arena;
beforeAll(async () => {
  arena = await Arena.open({ Protocol: Teller, deflate: {}, protocols: ['chat'] });
  const options: Partially<ServerOptions> = {
    webStatus: false,
    allowedOrigins: ['https://good.example', 'https://*.good.example:*'],
    openHandshakeTimeout: 100,
  };
  strict = await Arena.open({ options });
});
afterEach(async () => {
  expect(await arena.isServing()).toBe(true);
  expect(await strict.isServing()).toBe(true);
});
afterAll(async () => {
  await arena[Symbol.asyncDispose]();
  await strict[Symbol.asyncDispose]();
});

type Row = readonly [title: string, bytes: Buffer, status: number];

/** Rows of requests that are answered with a status, and the connection then closed. */
function refuses(rows: readonly Row[], on: () => Arena = () => arena): void {
  test.each(rows)('%s', async (_title, bytes, status) => {
    const verdict = await on().attackHead(bytes);
    expect(verdict.status).toBe(status);
    expect(verdict.head).toMatch(/\r\nConnection: close\r\n/);
  });
}

const change = (name: string, ...lines: string[]): Buffer => request({ [name]: lines });
const also = (...more: string[]): Buffer => request({ more });

describe('1 S: another method, another HTTP', () => {
  refuses([
    ['POST', change('start', 'POST /chat HTTP/1.1'), 405],
    ['HEAD', change('start', 'HEAD /chat HTTP/1.1'), 405],
    ['CONNECT', change('start', 'CONNECT localhost:80 HTTP/1.1'), 405],
    ['a method in lower case', change('start', 'get /chat HTTP/1.1'), 405],
    ['HTTP/1.0', change('start', 'GET /chat HTTP/1.0'), 505],
    ['HTTP/2.0', change('start', 'GET /chat HTTP/2.0'), 505],
    ['the preface of HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 405],
    ['HTTP/0.9', Buffer.from('GET /chat\r\n\r\n'), 400],
    ['a TLS hello', Buffer.from('16030100a5010000a10303', 'hex').fill(0x0d, 10), 400],
  ]);
});

describe('2 S: what must stand there once', () => {
  refuses([
    ['no Host', change('host'), 400],
    ['two Hosts', change('host', 'Host: localhost', 'Host: localhost'), 400],
    ['two Upgrades', change('upgrade', 'Upgrade: websocket', 'Upgrade: websocket'), 400],
    ['no Connection', change('connection'), 400],
    ['two Connections', change('connection', 'Connection: Upgrade', 'Connection: Upgrade'), 400],
    ['no key', change('key'), 400],
    ['two keys', also(`Sec-WebSocket-Key: ${REQUEST_KEY}`), 400],
    ['no version', change('version'), 400],
    ['two versions', also('Sec-WebSocket-Version: 13'), 400],
    ['a version that is no number', change('version', 'Sec-WebSocket-Version: 13a'), 400],
    ['a version with a sign', change('version', 'Sec-WebSocket-Version: +13'), 400],
  ]);
  refuses([['no Upgrade, and no status page', change('upgrade'), 426]], () => strict);
  test('no Upgrade is a page request: it gets the page, and nothing of ours', async () => {
    const { status, head } = await arena.attackHead(change('upgrade'));
    expect(status).toBe(200);
    expect(head).not.toMatch(/^Server:/m);
  });
  test('version 12: 426 says which versions there are (RFC 6455, 4.4)', async () => {
    const { status, head } = await arena.attackHead(change('version', 'Sec-WebSocket-Version: 12'));
    expect(status).toBe(426);
    expect(head).toMatch(/^Sec-WebSocket-Version: 13, 8\r$/m);
  });
});

describe('3 S: keys that are not 16 bytes in Base64', () => {
  const key = (value: string): Buffer => change('key', `Sec-WebSocket-Key: ${value}`);
  refuses([
    ['empty', key(''), 400],
    ['15 bytes', key('AAAAAAAAAAAAAAAAAAAA'), 400],
    ['17 bytes', key('AAAAAAAAAAAAAAAAAAAAAAA='), 400],
    ['22 characters, no padding', key('dGhlIHNhbXBsZSBub25jZQ'), 400],
    ['one sign of padding', key('dGhlIHNhbXBsZSBub25jZQ='), 400],
    ['three signs of padding', key('dGhlIHNhbXBsZSBub25jZ==='), 400],
    ['padding in the middle', key('dGhl==NhbXBsZSBub25jZQ=='), 400],
    ['the alphabet of URLs', key('-_hlIHNhbXBsZSBub25jZQ=='), 400],
    ['a blank inside', key('dGhlIHNh XBsZSBub25jZQ=='), 400],
    ['bits beyond the last byte', key('dGhlIHNhbXBsZSBub25jZR=='), 400],
  ]);
});

describe('4 S: Upgrade and Connection match by token', () => {
  test.each([
    ['Upgrade: h2c, websocket', request({ upgrade: 'Upgrade: h2c, websocket' })],
    ['Upgrade: WebSocket', request({ upgrade: 'Upgrade: WebSocket' })],
    ['Connection: keep-alive, Upgrade', request({ connection: 'Connection: keep-alive, Upgrade' })],
    ['CONNECTION: UPGRADE', request({ connection: 'CONNECTION: UPGRADE' })],
    ['blanks and empty elements', request({ connection: 'Connection: ,\t Upgrade ,,' })],
  ])('%s is accepted', async (_title, bytes) => {
    expect((await arena.attackHead(bytes)).status).toBe(101);
  });
  refuses([
    ['Upgrade: h2c', change('upgrade', 'Upgrade: h2c'), 400],
    ['Upgrade: websockets', change('upgrade', 'Upgrade: websockets'), 400],
    ['Upgrade: notwebsocket', change('upgrade', 'Upgrade: notwebsocket'), 400],
    ['Upgrade: web socket', change('upgrade', 'Upgrade: web socket'), 400],
    ['Connection: no-upgrade', change('connection', 'Connection: no-upgrade'), 400],
    ['Connection: upgrade;q=1', change('connection', 'Connection: upgrade;q=1'), 400],
  ]);
});

describe('5 S: an upgrade with a body', () => {
  refuses([
    ['Content-Length: 5', Buffer.concat([also('Content-Length: 5'), Buffer.from('hello')]), 400],
    ['Transfer-Encoding: chunked', Buffer.concat([also('Transfer-Encoding: chunked'), Buffer.from('0\r\n\r\n')]), 400],
    ['two lengths', also('Content-Length: 0', 'Content-Length: 0'), 400],
    ['a length that is no number', also('Content-Length: -1'), 400],
    ['both', also('Content-Length: 0', 'Transfer-Encoding: chunked'), 400],
    ['a frame as the body', Buffer.concat([also('Content-Length: 7'), frame({ opcode: 1, payload: 'x' })]), 400],
  ]);
});

describe('6 S: too much of a header', () => {
  refuses([
    ['2001 lines', also(...Array.from({ length: 2001 }, (_, i) => `X-${i}: ${i}`)), 431],
    ['1 MB in a line', also(`X-Big: ${'a'.repeat(2 ** 20)}`), 431],
    ['1 MB in a name', also(`X-${'a'.repeat(2 ** 20)}: 1`), 431],
    ['a request target of 1 MB', change('start', `GET /${'a'.repeat(2 ** 20)} HTTP/1.1`), 431],
    ['1 MB without any line end', Buffer.alloc(2 ** 20, 'a'), 431],
  ]);
  test('a header that never ends: the handshake has its time, and then ends', async () => {
    const closed = strict.nextClose();
    const { status } = await strict.attackHead(request().subarray(0, -2));
    expect(status).toBeNull();
    expect(await closed).toMatchObject({ timeout: 'openHandshake', code: 1006 });
  });
  test('60 KB in single bytes take no more than 60 KB do: each byte is looked at once', { timeout: 5000 }, async () => {
    const bytes = also(`X-Long: ${'a'.repeat(60_000)}`);
    const peer = await arena.connect();
    // Pieces that TCP may join; the parser is fed single bytes in its own tests.
    for (let at = 0; at < bytes.length; at += 16) peer.write(bytes.subarray(at, at + 16));
    await peer.until(() => peer.text.includes('\r\n\r\n'));
    expect(peer.text).toMatch(/^HTTP\/1\.1 101 /);
    peer.destroy();
  });
});

describe('7 S: frames that come with the request', () => {
  test('are delivered exactly once', async () => {
    const frames = ['one', 'two', 'three'].map(payload => frame({ opcode: 1, payload }));
    const bye = frame({ opcode: 8, payload: Uint8Array.of(3, 232) });
    const peer = await arena.connect();
    peer.write(Buffer.concat([request(), ...frames, bye]));
    await peer.untilEnd();
    const texts = peer.frames.filter(({ opcode }) => opcode === 1).map(({ payload }) => payload.toString());
    expect(texts.slice(1)).toEqual(['one', 'two', 'three']);
    peer.destroy();
  });
  test('are delivered exactly once behind an HTTP server that has read them', async () => {
    const factory = new WebSocketServerFactory();
    factory.protocol = Echo;
    const server = createServer().on('upgrade', (asked, socket, head) => handleUpgrade(factory, asked, socket, head));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(Buffer.concat([request(), frame({ opcode: 1, payload: 'early' })]));
    let text = '';
    for await (const chunk of socket) {
      text += chunk;
      if (text.includes('early')) break;
    }
    expect(text.split('early')).toHaveLength(2);
    server.close();
  });
});

describe('8 S: targets and hosts that mean to be another', () => {
  const host = (value: string): Buffer => change('host', `Host: ${value}`);
  const target = (value: string): Buffer => change('start', `GET ${value} HTTP/1.1`);
  refuses([
    ['Host with a slash', host('localhost/evil'), 400],
    ['Host with a question mark', host('localhost?evil'), 400],
    ['Host with a hash', host('localhost#evil'), 400],
    ['Host with a user name', host('localhost@evil.example'), 400],
    ['Host with a backslash', host('localhost\\evil'), 400],
    ['Host with a blank', host('localhost evil'), 400],
    ['Host with a port beyond 65535', host('localhost:65536'), 400],
    ['an empty Host', host(''), 400],
    ['a target without a slash', target('evil'), 400],
    ['a target with a fragment', target('/a#b'), 400],
    ['another scheme', target('file:///etc/passwd'), 400],
    ['an asterisk', target('*'), 400],
    ['a blank in the target', target('/a b'), 400],
  ]);
  test.each([
    ['an absolute target', target('http://evil.example/chat?a=1'), { path: '/chat', params: { a: ['1'] } }],
    ['an absolute target with a user name', target('http://a:b@evil.example/chat'), { path: '/chat' }],
    ['two slashes', target('//evil.example/x'), { path: '/evil.example/x' }],
    ['many slashes', target('////evil'), { path: '/evil' }],
    ['dots stay what they are', target('/a/../../etc/passwd'), { path: '/a/../../etc/passwd' }],
    ['escapes that are none', target('/%zz%2?%=%&=&__proto__=1'), { path: '/%zz%2' }],
  ])('%s', async (_title, bytes, understood) => {
    const peer = await arena.connect();
    peer.write(bytes);
    await peer.until(() => peer.frames.length > 0);
    expect(JSON.parse(peer.frames[0]!.payload.toString())).toMatchObject({ ...understood, host: 'localhost' });
    peer.destroy();
  });
});

describe('9 S: origins', () => {
  refuses(
    [
      ['null', also('Origin: null'), 403],
      ['a file', also('Origin: file:///tmp/evil.html'), 403],
      ['the good one as a prefix', also('Origin: https://good.example.evil.com'), 403],
      ['the good one as a suffix', also('Origin: https://evilgood.example'), 403],
      ['the good one as the user name', also('Origin: https://good.example@evil.com'), 403],
      ['the good one as the path', also('Origin: https://evil.com/https://good.example'), 403],
      ['the good one without TLS', also('Origin: http://good.example'), 403],
      ['the good one on another port', also('Origin: https://good.example:8443'), 403],
      ['the good one behind a backslash', also('Origin: https://evil.com\\.good.example'), 400],
      ['two of them', also('Origin: https://good.example', 'Origin: https://good.example'), 400],
      ['no URL', also('Origin: good.example'), 400],
    ],
    () => strict,
  );
  test.each([
    ['the good one', also('Origin: https://good.example')],
    ['the good one with its port', also('Origin: https://good.example:443')],
    ['one below it', also('Origin: https://www.good.example')],
    ['none at all: no browser', request()],
  ])('%s is accepted', async (_title, bytes) => {
    expect((await strict.attackHead(bytes)).status).toBe(101);
  });
});

const BAD_LINES: readonly (readonly [title: string, line: string])[] = [
  ['a bare LF', 'X-A: 1\nX-B: 2'],
  ['a bare CR', 'X-A: 1\rX-B: 2'],
  ['NUL in a value', 'X-A: a\0b'],
  ['DEL in a value', 'X-A: a\x7fb'],
  ['a byte beyond ASCII in a name', 'X-\xe9: 1'],
  ['a byte beyond ASCII in a header of the handshake', 'Sec-WebSocket-Protocol: caf\xe9'],
  ['a control character beside a byte beyond ASCII', 'X-A: caf\xe9\x7f'],
  ['a folded line', 'X-A: 1\r\n 2'],
  ['a folded line by a tab', 'X-A: 1\r\n\t2'],
  ['a blank before the colon', 'X-A : 1'],
  ['a tab before the colon', 'X-A\t: 1'],
  ['no colon', 'X-A'],
  ['no name', ': 1'],
  ['a name with a blank', 'X A: 1'],
  ['a name with a parenthesis', 'X(A): 1'],
];

describe('10 B: lines that parsers disagree about', () => {
  refuses(BAD_LINES.map(([title, line]) => [`S: ${title}`, also(line), 400]));
  test.each(BAD_LINES)('C: %s', async (_title, line) => {
    const { code, sockets } = await attackClient(peer => peer.write(response(peer.text, { more: line })));
    expect(code).toBe('ERR_HTTP_SYNTAX');
    expect(sockets).toBe(1);
  });
  test('S: bytes beyond ASCII in a value are opaque (RFC 9110, 5.5)', async () => {
    expect((await strict.attackHead(also('X-A: caf\xe9', 'Cookie: \x80\xa0\xff'))).status).toBe(101);
  });
  test('C: bytes beyond ASCII in a value are opaque (RFC 9110, 5.5)', async () => {
    const { code } = await attackClient(peer => peer.write(response(peer.text, { more: 'Set-Cookie: \x80caf\xe9' })));
    expect(code).toBe(null);
  });
  refuses([
    ['S: LF alone ends no line', Buffer.from(request().toString().replaceAll('\r\n', '\n')), 400],
    ['S: a start line with two blanks', change('start', 'GET  /chat HTTP/1.1'), 400],
    ['S: a start line with more behind it', change('start', 'GET /chat HTTP/1.1 evil'), 400],
    ['S: a blank before the first header', Buffer.from(request().toString().replace('Host', ' Host')), 400],
  ]);
});

describe('11 S: names that every object has', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf'];
  test.each(names)('%s as an extension, a parameter, a header and a query parameter', async name => {
    const before = Object.getOwnPropertyNames(Object.prototype).length;
    const more = [
      `Sec-WebSocket-Extensions: ${name}; ${name}=1; ${name}, permessage-deflate; ${name}=1`,
      `${name}: 1`,
      `${name}: 2`,
      'Sec-WebSocket-Protocol: constructor, chat',
    ];
    const verdict = await arena.attackHead(request({ start: `GET /?${name}=1&${name}=2 HTTP/1.1`, more }));
    expect(verdict.status).toBe(101);
    expect(verdict.head).toMatch(/^Sec-WebSocket-Protocol: chat\r$/m);
    // permessage-deflate with a parameter that is none of its own is declined.
    expect(verdict.head).not.toMatch(/^Sec-WebSocket-Extensions/m);
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before);
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });
});

describe('12 S: header values made to be slow', () => {
  const extensions = (value: string): Buffer => also(`Sec-WebSocket-Extensions: ${value}`);
  const size = 60_000;
  const rows: readonly (readonly [title: string, bytes: Buffer, status: number])[] = [
    ['a quoted string that does not end', extensions(`a; b="${'\\c'.repeat(size / 2)}`), 400],
    ['backslashes', extensions(`a; b=${'\\'.repeat(size)}`), 101],
    ['commas', extensions(','.repeat(size)), 400],
    ['semicolons', extensions(`a${';'.repeat(size)}`), 400],
    ['blanks', extensions(`a${' '.repeat(size)}b`), 101],
    ['tabs between semicolons', extensions(`a;${'\t'.repeat(size)};b`), 101],
    ['10 000 offers', extensions(Array(10_000).fill('a;b=1').join()), 400],
    ['equals signs', extensions(`a;${'='.repeat(size)}`), 101],
    ['quotes', extensions(`a;b=${'""'.repeat(size / 2)}`), 101],
    ['a subprotocol with blanks inside', also(`Sec-WebSocket-Protocol: b${' '.repeat(size)}x`), 400],
    ['a Connection of blanks', change('connection', `Connection: Upgrade,${' '.repeat(size)}x`), 101],
    ['a Connection of commas', change('connection', `Connection: Upgrade${','.repeat(size)}`), 101],
    ['a Host of dots', change('host', `Host: ${'.'.repeat(size)}:1:`), 400],
    ['an Origin of colons', also(`Origin: http://${':'.repeat(size)}`), 400],
    ['a query of ampersands', change('start', `GET /?${'&'.repeat(size)} HTTP/1.1`), 101],
    ['a query of percent signs', change('start', `GET /?a=${'%'.repeat(size)} HTTP/1.1`), 101],
    ['a path of slashes', change('start', `GET ${'/'.repeat(size)} HTTP/1.1`), 101],
    ['a version of digits', change('version', `Sec-WebSocket-Version: ${'1'.repeat(size)}`), 400],
    ['a key of blanks', change('key', `Sec-WebSocket-Key: a${' '.repeat(size)}b`), 400],
    ['X-Forwarded-For of commas', also(`X-Forwarded-For: ${','.repeat(size)}`), 101],
  ];
  // Ten of each: what is quadratic in 60 000 takes minutes.
  test.each(rows)('%s', { timeout: 5000 }, async (_title, bytes, status) => {
    const verdicts = await Promise.all(Array.from({ length: 10 }, () => arena.attackHead(bytes)));
    for (const verdict of verdicts) expect(verdict.status).toBe(status);
  });
});

describe('13 S: parameters of permessage-deflate that RFC 7692, 7.1 does not allow', () => {
  test.each([
    'client_no_context_takeover; client_no_context_takeover',
    'server_no_context_takeover=true',
    'server_no_context_takeover=""',
    'client_max_window_bits; client_max_window_bits',
    ...['08', '7', '16', '1e1', '0x9', '-9', '+9', ' ', '""', '"16"', '1000', '9.0'].map(
      bits => `client_max_window_bits=${bits}`,
    ),
    ...['', '7', '16', '1000', '"08"'].map(bits => `server_max_window_bits=${bits}`),
    'server_max_window_bits',
    'unknown=1',
  ])('permessage-deflate; %s is declined', async parameters => {
    const offer = `Sec-WebSocket-Extensions: permessage-deflate; ${parameters}`;
    const { status, head } = await arena.attackHead(also(offer));
    expect(status).toBe(101);
    expect(head).not.toMatch(/^Sec-WebSocket-Extensions/m);
  });
  test('the next offer, which is right, is taken; quoted numbers are numbers', async () => {
    const offers = 'permessage-deflate; server_max_window_bits=99, permessage-deflate; server_max_window_bits="10"';
    const { head } = await arena.attackHead(also(`Sec-WebSocket-Extensions: ${offers}`));
    expect(head).toMatch(/^Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r$/m);
  });
});

interface ClientVerdict {
  /** The code of the error that the client's promise was rejected with; `null`: it was opened. */
  readonly code: string | null;
  readonly error: unknown;
  /** How many connections the server has seen. */
  readonly sockets: number;
  readonly text: string;
}

/** Has a real client connect to a server that says what `answer` writes, once the request has come. */
async function attackClient(
  answer: (peer: RawPeer) => void,
  options: Parameters<ReturnType<typeof createClientAgent>['open']>[1] = {},
): Promise<ClientVerdict> {
  await using server = await serveRaw(async peer => {
    if (await peer.until(() => peer.text.includes('\r\n\r\n'))) answer(peer);
  });
  let error: unknown = null;
  try {
    const connection = await createClientAgent().open(`ws://127.0.0.1:${server.port}/`, options);
    connection.dropConnection(true);
  } catch (reason) {
    error = reason;
  }
  const [peer] = server.peers;
  // The client lets go of its socket by itself.
  await peer?.untilEnd();
  const code = error === null ? null : String((error as { code?: unknown }).code);
  return { code, error, sockets: server.peers.length, text: peer?.text ?? '' };
}

describe('14 C: answers that do not fit the question', () => {
  const rows: readonly (readonly [title: string, changes: Parameters<typeof response>[1], code: string])[] = [
    ['no Upgrade', { upgrade: null }, 'ERR_UPGRADE'],
    ['Upgrade to something else', { upgrade: 'Upgrade: h2c' }, 'ERR_UPGRADE'],
    ['two Upgrades', { more: 'Upgrade: websocket' }, 'ERR_UPGRADE'],
    ['no Connection', { connection: null }, 'ERR_CONNECTION'],
    ['Connection: close', { connection: 'Connection: close' }, 'ERR_CONNECTION'],
    ['no Accept', { accept: null }, 'ERR_ACCEPT'],
    ['a wrong Accept', { accept: `Sec-WebSocket-Accept: ${acceptKey('x')}` }, 'ERR_ACCEPT'],
    ['two Accepts', { more: `Sec-WebSocket-Accept: ${acceptKey('x')}` }, 'ERR_ACCEPT'],
    ['an extension that was not offered', { more: 'Sec-WebSocket-Extensions: foo' }, 'ERR_EXTENSION_RESPONSE'],
    ['an extension more', { more: 'Sec-WebSocket-Extensions: permessage-deflate, foo' }, 'ERR_EXTENSION_RESPONSE'],
    [
      'an extension twice',
      { more: 'Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate' },
      'ERR_EXTENSION_RESPONSE',
    ],
    ...['0', '7', '16', '1000', '', '08', '1e1', '-1'].map(
      bits =>
        [
          `window bits ${bits}`,
          { more: `Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=${bits}` },
          'ERR_EXTENSION_RESPONSE',
        ] as const,
    ),
    [
      'an unknown parameter',
      { more: 'Sec-WebSocket-Extensions: permessage-deflate; __proto__=1' },
      'ERR_EXTENSION_RESPONSE',
    ],
    ['a subprotocol that was not offered', { more: 'Sec-WebSocket-Protocol: evil' }, 'ERR_SUBPROTOCOL_RESPONSE'],
    [
      'two subprotocols',
      { more: ['Sec-WebSocket-Protocol: chat', 'Sec-WebSocket-Protocol: chat'] },
      'ERR_SUBPROTOCOL_RESPONSE',
    ],
    ['a list of subprotocols', { more: 'Sec-WebSocket-Protocol: chat, talk' }, 'ERR_SUBPROTOCOL_RESPONSE'],
    ['HTTP/1.0', { start: 'HTTP/1.0 101 Switching Protocols' }, 'ERR_HTTP_VERSION'],
    ['no HTTP', { start: 'ICY 101 OK' }, 'ERR_HTTP_SYNTAX'],
    ['a status of four digits', { start: 'HTTP/1.1 1010 OK' }, 'ERR_HTTP_SYNTAX'],
    ['a head of 1 MB', { more: `X: ${'a'.repeat(2 ** 20)}` }, 'ERR_HTTP_TOO_BIG'],
    ['a head of 2001 lines', { more: Array(2001).fill('X: 1') }, 'ERR_HTTP_TOO_BIG'],
  ];
  test.each(rows)('%s', async (_title, changes, code) => {
    const options = { protocols: ['chat', 'talk'], protocolOptions: { perMessageCompressionOffers: offerDeflate() } };
    const verdict = await attackClient(peer => peer.write(response(peer.text, changes)), options);
    expect(verdict.error).toBeInstanceOf(HandshakeError);
    expect(verdict.code).toBe(code);
  });
});

describe('15 C: answers other than 101', () => {
  const secret = { headers: { Authorization: 'Bearer secret', Cookie: 'id=secret' } };
  test('100, 103, and then 101: opened', async () => {
    const { code } = await attackClient(peer => {
      peer.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n');
      peer.write(response(peer.text));
    });
    expect(code).toBeNull();
  });
  test('100 without end: capped', async () => {
    const { code } = await attackClient(peer => peer.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(10_000)));
    expect(code).toBe('ERR_HTTP_TOO_BIG');
  });
  test('200 with an endless body: capped', async () => {
    const { code, error } = await attackClient(peer => {
      peer.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = (): boolean =>
        peer.socket.write(Buffer.alloc(65536, 'a'), error => error == null && !peer.hasEnded && more());
      more();
    });
    expect(code).toBe('ERR_STATUS');
    expect((error as HandshakeError).status).toBe(200);
    expect((error as HandshakeError).body!.length).toBe(65536);
  });
  test.each([
    ['to itself', 'ws://127.0.0.1/'],
    ['to another host', 'ws://evil.example/'],
    ['from TLS to none', 'http://127.0.0.1/'],
    ['to a file', 'file:///etc/passwd'],
    ['to a Unix socket', 'ws+unix:///var/run/docker.sock'],
  ])('302 %s: not followed, credentials go nowhere', async (_title, location) => {
    const { code, sockets, error } = await attackClient(
      peer => peer.write(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`),
      secret,
    );
    expect(code).toBe('ERR_STATUS');
    expect(sockets).toBe(1);
    expect(JSON.stringify((error as HandshakeError).headers)).not.toContain('secret');
    expect((error as Error).message).not.toContain('secret');
  });
  test('401 with a body: the reason is told, the credentials are not', async () => {
    const { code, error } = await attackClient(
      peer => peer.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno'),
      secret,
    );
    expect(code).toBe('ERR_STATUS');
    expect(Buffer.from((error as HandshakeError).body!).toString()).toBe('no');
  });
  test('a body of chunks whose sizes lie: bounded', async () => {
    const { code } = await attackClient(peer => {
      peer.write('HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nabc');
      peer.socket.end();
    });
    expect(code).toBe('ERR_STATUS');
  });
});

describe('16 C: a server that closes', () => {
  test.each([
    ['before it has read', (peer: RawPeer) => peer.destroy()],
    ['instead of an answer', (peer: RawPeer) => peer.socket.end()],
    ['within the start line', (peer: RawPeer) => peer.socket.end('HTTP/1.1 10')],
    ['within the head', (peer: RawPeer) => peer.socket.end(response(peer.text).subarray(0, 60))],
    ['by a reset', (peer: RawPeer) => peer.socket.resetAndDestroy()],
  ])('%s: told at once', async (_title, answer) => {
    // The default timeouts are far beyond the time limit of this test.
    const { code } = await attackClient(answer, { protocolOptions: { openHandshakeTimeout: 0 } });
    expect(code).toBe('ERR_HANDSHAKE_ENDED');
  });
});

describe('17 B: an application that is talked into writing headers', () => {
  const evil = 'a\r\nX-Injected: 1';
  const open = (url: string, options: object): Promise<unknown> => createClientAgent().open(url, options);
  test.each([
    ['a subprotocol', { protocols: [evil] }],
    ['a header value', { headers: { 'X-A': evil } }],
    ['a header name', { headers: { [evil]: '1' } }],
    ['the origin', { origin: `https://${evil}` }],
    ['the user agent', { useragent: evil }],
    ['a header that is the handshake’s own', { headers: { 'Sec-WebSocket-Key': 'x' } }],
    ['Transfer-Encoding', { headers: { 'Transfer-Encoding': 'chunked' } }],
    ['NUL', { headers: { 'X-A': 'a\0b' } }],
  ])('C: %s: an error before a byte is written', async (_title, options) => {
    await using server = await serveRaw(() => {});
    await expect(open(`ws://127.0.0.1:${server.port}/`, options)).rejects.toThrow(/./);
    for (const peer of server.peers) {
      await peer.untilEnd();
      expect(peer.received).toHaveLength(0);
    }
  });
  test.each(['/a b', '/a\r\nX-Injected: 1', '/\u00e9', '/\0'])('C: the path %j cannot end the line', async path => {
    await using server = await serveRaw(async peer => {
      await peer.until(() => peer.text.includes('\r\n\r\n'));
      peer.destroy();
    });
    await expect(open(`ws://127.0.0.1:${server.port}${path}`, {})).rejects.toThrow();
    for (const { text } of server.peers) {
      expect(text).toMatch(/^GET \/[!-~]* HTTP\/1\.1\r\n|^$/);
      expect(text).not.toMatch(/^X-Injected/m);
    }
  });
  test.each<readonly [string, (offered: readonly string[]) => ConnectAnswer]>([
    ['a subprotocol', () => evil],
    ['a subprotocol that was not offered', () => 'other'],
    ['a header value', () => [null, { 'X-A': evil }]],
    ['a header name', () => [null, { [evil]: 'x' }]],
    ['a list of values', () => [null, { 'X-A': ['1', evil] }]],
  ])('S: onConnect returns %s: 500, nothing of it on the wire', async (_title, answer) => {
    await using own = await Arena.open({
      Protocol: class extends Echo {
        override onConnect(asked: ConnectionRequest): ConnectAnswer {
          return asked.path === '/witness' ? null : answer(asked.protocols);
        }
      },
    });
    const { status, head } = await own.attackHead(also('Sec-WebSocket-Protocol: chat'));
    expect(status).toBe(500);
    expect(head).not.toMatch(/Injected/);
    expect(await own.isServing()).toBe(true);
  });
});

describe('18 S: twice, or never', () => {
  test('the same socket is upgraded twice: an error for the second caller, the first is served', async () => {
    const factory = new WebSocketServerFactory();
    factory.protocol = Echo;
    const errors: unknown[] = [];
    const server = createServer().on('upgrade', (asked: IncomingMessage, socket, head) => {
      handleUpgrade(factory, asked, socket, head);
      try {
        handleUpgrade(factory, asked, socket, head);
      } catch (error) {
        errors.push(error);
      }
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const connection = await createClientAgent().open(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(errors).toEqual([expect.any(TypeError)]);
    connection.dropConnection(true);
    await connection.closed;
    server.close();
  });
  test('a handler that never answers: the time for the handshake ends it', async () => {
    await using own = await Arena.open({
      options: { openHandshakeTimeout: 500 },
      Protocol: class extends WebSocketServerProtocol {
        override onConnect(asked: ConnectionRequest): ConnectAnswer | Promise<ConnectAnswer> {
          return asked.path === '/witness' ? null : new Promise(() => {});
        }
      },
    });
    const closed = own.nextClose();
    expect((await own.attackHead(request())).status).toBeNull();
    expect(await closed).toMatchObject({ timeout: 'openHandshake', stage: 'connecting' });
  });
});
