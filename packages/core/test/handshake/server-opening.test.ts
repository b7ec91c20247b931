import { type MemoryStream, memoryPair } from '@ws/testkit';
import { ConnectionAccept, ConnectionDeny, type ConnectionRequest } from '@ws/types';
import { encodeLatin1 } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { HandshakeError } from '../../src/errors/handshake-error.ts';
import type { ConnectAnswer } from '../../src/handshake/server-opening.ts';
import { transportOf } from '../../src/ports/engine-transport.ts';
import { WebSocketServerFactory } from '../../src/protocol/server-factory.ts';
import type { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import {
  bytes,
  frame,
  joined,
  type Log,
  loggingServer,
  RawPeer,
  type RawServer,
  REQUEST,
  rawServer,
  testPlatform,
  text,
} from '../harness.ts';
import { xorCompression } from '../xor-compression.ts';

type Setup = NonNullable<Parameters<typeof rawServer>[0]>;

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** A server that has not been asked. */
const start = (setup: Setup = {}): RawServer => rawServer({ isOpened: false, ...setup });

/** The request of the RFC's example with other lines. */
const ask = (...lines: readonly string[]): string => REQUEST.replace('\r\n\r\n', `\r\n${lines.join('\r\n')}\r\n\r\n`);

const failure = (protocol: WebSocketServerProtocol): Promise<unknown> =>
  protocol.opened.then(
    () => 'opened',
    error => error,
  );

const unclean = (part: string): unknown => ['close', false, 1006, expect.stringContaining(part)];

/** A server class whose `onConnect` is given; it logs like the others. */
function deciding(
  log: Log,
  onConnect: (request: ConnectionRequest, protocol: WebSocketServerProtocol) => unknown,
  onOpen?: (protocol: WebSocketServerProtocol) => void,
): new () => WebSocketServerProtocol {
  return class extends loggingServer(log) {
    override onConnect(request: ConnectionRequest): ConnectAnswer {
      return onConnect(request, this) as ConnectAnswer;
    }
    override onOpen(): void {
      super.onOpen();
      onOpen?.(this);
    }
  };
}

describe('an upgrade request', () => {
  test('is answered as the RFC’s example is (RFC 6455, 1.3)', async () => {
    const { send, peer, log, protocol, platform } = start();
    send(bytes(REQUEST));
    expect(peer.takeText()).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    );
    expect(log).toEqual(['open']);
    expect(protocol.request).toMatchObject({ path: '/chat', host: 'server.example.com', version: 13, protocols: [] });
    expect(platform.clock.pendingTimers).toBe(0);
    await protocol.opened;
  });

  test('may bring frames along, and come in pieces', () => {
    const wire = joined(bytes(REQUEST), frame(1, 'a'), frame(1, 'b'));
    const whole = start();
    whole.send(wire);
    const cut = start();
    for (const byte of wire) cut.send(Uint8Array.of(byte));
    expect([whole.log, cut.log]).toEqual([
      ['open', 'a', 'b'],
      ['open', 'a', 'b'],
    ]);
  });

  test('of version 8 has its own header for the origin', () => {
    const { send, log, protocol } = start({ options: { allowedOrigins: ['http://a.example'] } });
    send(bytes(ask('Sec-WebSocket-Origin: http://a.example').replace('Version: 13', 'Version: 8')));
    expect(log).toEqual(['open']);
    expect(protocol.request).toMatchObject({ version: 8, origin: 'http://a.example' });
  });

  test.each([
    { name: 'no HTTP', request: 'hello\r\n\r\n', status: '400 ', code: 'ERR_HTTP_SYNTAX' },
    { name: 'a HTTP/2 preface', request: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: '405 ', code: 'ERR_HTTP_METHOD' },
    { name: 'POST', request: REQUEST.replace('GET', 'POST'), status: '405 ', code: 'ERR_HTTP_METHOD' },
    { name: 'HTTP/1.0', request: REQUEST.replace('/1.1', '/1.0'), status: '505 ', code: 'ERR_HTTP_VERSION' },
    { name: 'no Host', request: REQUEST.replace(/Host.*\r\n/, ''), status: '400 ', code: 'ERR_HOST' },
    { name: 'a body', request: ask('Content-Length: 5'), status: '400 ', code: 'ERR_REQUEST_BODY' },
    {
      name: 'Hixie-76',
      request: REQUEST.replace(/Sec-WebSocket-Version.*\r\n/, ''),
      status: '400 the Hixie-76 protocol is not supported',
      code: 'ERR_VERSION_MISSING',
    },
    { name: 'no key', request: REQUEST.replace(/Sec-WebSocket-Key.*\r\n/, ''), status: '400 ', code: 'ERR_KEY' },
    {
      name: 'an origin that is not allowed',
      request: ask('Origin: http://b.example'),
      status: '403 ',
      code: 'ERR_ORIGIN_REFUSED',
    },
    { name: 'the origin null', request: ask('Origin: null'), status: '403 ', code: 'ERR_ORIGIN_REFUSED' },
    { name: 'too many headers', request: ask(...Array(300).fill('A: b')), status: '431 ', code: 'ERR_HTTP_TOO_BIG' },
    { name: 'too long headers', request: ask(`A: ${'b'.repeat(5000)}`), status: '431 ', code: 'ERR_HTTP_TOO_BIG' },
    {
      name: 'no Upgrade',
      request: REQUEST.replace(/Upgrade: .*\r\n/, ''),
      status: '426 ',
      code: 'ERR_UPGRADE_REQUIRED',
    },
  ])('with $name is answered with $status, and the connection ends', async ({ request, status, code }) => {
    const options = { allowedOrigins: ['http://a.example'], maxHandshakeSize: 4096, webStatus: false };
    const { protocol, send, peer, log, end } = start({ options, serverSession: { server: 'me' } });
    const opened = failure(protocol);
    send(bytes(request));
    const answer = peer.takeText();
    expect(answer.startsWith(`HTTP/1.1 ${status}`)).toBe(true);
    expect(answer).toContain('\r\nServer: me\r\n');
    expect(answer).toContain('\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    expect(peer.isEnded).toBe(true);
    expect(protocol.state).toBe('closed');
    end();
    expect(await opened).toMatchObject({ name: 'HandshakeError', code });
    expect(log).toEqual([unclean(((await opened) as Error).message)]);
    expect(await protocol.closed).toMatchObject({ error: await opened, stage: 'connecting', closedBy: 'local' });
  });

  test('may have bytes beyond ASCII in values, and so may the answer: ISO 8859-1 (RFC 9110, 5.5)', () => {
    const log: Log = [];
    const Protocol = deciding(log, ({ headers, peer }) => {
      log.push({ ...headers }, peer);
      return [null, { 'Set-Cookie': headers.cookie ?? '' }];
    });
    const { send, peer } = start({ Protocol, options: { trustXForwardedFor: 1 } });
    send(encodeLatin1(ask('Cookie: name=Zo\xeb', 'CF-IPCity: Montr\xc3\xa9al \xa0', 'X-Forwarded-For: 1, \xe0')));
    expect(log).toEqual([
      expect.objectContaining({ cookie: 'name=Zo\xeb', 'cf-ipcity': 'Montr\xc3\xa9al \xa0' }),
      '\xe0',
      'open',
    ]);
    expect(peer.takeText()).toContain('\r\nSet-Cookie: name=Zo\xeb\r\n');
  });

  test.each([
    ['the host', REQUEST.replace('server.example', 'caf\xe9.example')],
    ['the target', REQUEST.replace('/chat', '/caf\xe9')],
    ['the key', REQUEST.replace('dGhl', '\xe9Ghl')],
    ['a name', ask('X-\xe9: 1')],
    ['a value with a control character', ask('X: \x80\0')],
    ['a subprotocol', ask('Sec-WebSocket-Protocol: \xe9')],
    ['an extension', ask('Sec-WebSocket-Extensions: \xe9')],
    ['an origin', ask('Origin: http://\xe9.example')],
  ])('with bytes beyond ASCII in %s is answered with 400', (_name, request) => {
    const { send, peer } = start();
    send(encodeLatin1(request));
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('gives path and query as they were sent; the path of onConnect is without parameters of a segment', () => {
    const log: Log = [];
    const Protocol = deciding(log, ({ path, params }) => {
      log.push(path, { ...params });
      return null;
    });
    const { send, protocol } = start({ Protocol });
    send(bytes(REQUEST.replace('/chat', '/ws;jsessionid=1?x=1')));
    expect(log).toEqual(['/ws', { x: ['1'] }, 'open']);
    expect(protocol.resource).toBe('/ws;jsessionid=1?x=1');
  });

  test('of a version that is not spoken is told which are', () => {
    const { send, peer } = start();
    send(bytes(REQUEST.replace('Version: 13', 'Version: 12')));
    expect(peer.takeText()).toMatch(/^HTTP\/1.1 426 (.|\s)*Sec-WebSocket-Version: 13, 8\r\n/);
  });

  test('what follows one that was refused is dropped', async () => {
    const { send, peer, end, log, protocol, advance } = start();
    send(bytes(REQUEST.replace('GET', 'PUT')));
    peer.take();
    for (let i = 0; i < 10; i++) send(bytes(REQUEST));
    expect(peer.takeText()).toBe('');
    expect(protocol.trafficStats.preopenIncomingOctetsWireLevel).toBe(REQUEST.length);
    advance(1000);
    expect(peer.isClosed).toBe(true);
    end();
    expect(log).toHaveLength(1);
  });

  test('that does not come in time is not waited for', async () => {
    const { protocol, send, advance, peer, log } = start({ options: { openHandshakeTimeout: 300 } });
    const opened = failure(protocol);
    send(bytes(REQUEST.slice(0, -2)));
    advance(299);
    expect(peer.isClosed).toBe(false);
    advance(1);
    expect(peer.isClosed).toBe(true);
    expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_TIMEOUT' });
    expect(log).toEqual([unclean('the openHandshakeTimeout has passed')]);
  });

  test('is waited for as long as it takes, when the timeout is 0', () => {
    const { send, advance, log } = start({ options: { openHandshakeTimeout: 0 } });
    advance(1_000_000);
    send(bytes(REQUEST));
    expect(log).toEqual(['open']);
  });

  test('that ends in the middle is told; no timer is left', async () => {
    for (const lose of ['end', 'destroy'] as const) {
      const server = start();
      const opened = failure(server.protocol);
      server.send(bytes(REQUEST.slice(0, 50)));
      server[lose]();
      expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_ENDED' });
      expect(server.platform.clock.pendingTimers).toBe(0);
      expect(server.factory.connectionCount).toBe(0);
    }
  });

  test('to a connection that was dropped is not heard', () => {
    const { protocol, send, peer, log } = start({
      Protocol: deciding([], () => {
        throw new Error('asked');
      }),
    });
    protocol.dropConnection();
    send(bytes(REQUEST));
    expect([peer.takeText(), log]).toEqual(['', []]);
  });
});

describe('onConnect', () => {
  const request = ask('Sec-WebSocket-Protocol: a, b');

  const answers: [string, ConnectAnswer, string | null, string?][] = [
    ['null', null, null],
    ['nothing', undefined, null],
    ['a subprotocol', 'b', 'b'],
    ['an empty list', [], null],
    ['a list of a subprotocol', ['a'], 'a'],
    ['a list of null', [null], null],
    ['a subprotocol and headers', ['b', { 'X-One': '1' }], 'b', 'X-One: 1\r\n'],
    ['headers alone, several of a name', [null, { 'X-One': ['1', '2'] }], null, 'X-One: 1\r\nX-One: 2\r\n'],
    ['null for headers', ['a', null], 'a'],
    ['a ConnectionAccept', new ConnectionAccept('a', { 'X-One': '1' }), 'a', 'X-One: 1\r\n'],
    ['an empty ConnectionAccept', new ConnectionAccept(), null],
  ];
  describe.each(answers)('that returns %s', (_name, answer, subprotocol, headers = '') => {
    test.each([false, true])('accepts (promised: %s)', async isPromised => {
      const log: Log = [];
      const Protocol = deciding(log, () => (isPromised ? Promise.resolve(answer) : answer));
      const { protocol, send, peer, flush } = start({ Protocol, serverSession: { headers: { 'X-All': '0' } } });
      send(bytes(request));
      await settle();
      flush();
      const response = peer.takeText();
      expect(response).toContain(`Connection: Upgrade\r\nX-All: 0\r\n${headers}Sec-WebSocket-`);
      expect(/Sec-WebSocket-Protocol: (\S*)/.exec(response)?.[1] ?? null).toBe(subprotocol);
      expect(protocol.subprotocol).toBe(subprotocol);
      expect(log).toEqual(['open']);
    });
  });

  test.each([
    { offered: 'a, b', ours: ['b', 'a'], chosen: 'a' },
    { offered: 'x, b', ours: ['a', 'b'], chosen: 'b' },
    { offered: 'x', ours: ['a'], chosen: null },
    { offered: 'A', ours: ['a'], chosen: null },
    { offered: '', ours: ['a'], chosen: null },
    { offered: 'a', ours: [], chosen: null },
  ])('by default takes the first of $offered that is in $ours: $chosen', ({ offered, ours, chosen }) => {
    const { protocol, send } = start({ serverSession: { protocols: ours } });
    send(bytes(offered === '' ? REQUEST : ask(`Sec-WebSocket-Protocol: ${offered}`)));
    expect(protocol.state).toBe('open');
    expect(protocol.subprotocol).toBe(chosen);
  });

  test('is told everything', () => {
    let seen: ConnectionRequest | undefined;
    const { send, protocol } = start({
      Protocol: deciding([], each => {
        seen = each;
      }),
    });
    send(
      bytes(
        ask(
          'Origin: http://a.example',
          'X-One: 1',
          'x-one: 2',
          'Sec-WebSocket-Protocol: a',
          'Sec-WebSocket-Protocol: b',
        )
          .replace('/chat', '/chat%20x?q=1&q=2&r=')
          .replace('.com', '.com:81'),
      ),
    );
    expect(seen).toMatchObject({
      peer: '<never connected>',
      host: 'server.example.com',
      path: '/chat%20x',
      version: 13,
      origin: 'http://a.example',
      protocols: ['a', 'b'],
      extensions: [],
    });
    expect({ ...seen?.params }).toMatchObject({ q: ['1', '2'] });
    expect(seen?.headers['x-one']).toBe('1, 2');
    expect(protocol.request).toBe(seen);
  });

  const refusals: [string, () => unknown, RegExp, string][] = [
    [
      'a ConnectionDeny',
      () => {
        throw new ConnectionDeny(404);
      },
      /^HTTP\/1.1 404 Not Found\r\n/,
      'ERR_DENIED',
    ],
    [
      'a ConnectionDeny with a reason',
      () => {
        throw new ConnectionDeny(403, 'Go away');
      },
      /^HTTP\/1.1 403 Go away\r\n/,
      'ERR_DENIED',
    ],
    [
      'a HandshakeError ERR_DENIED',
      () => {
        throw new HandshakeError('ERR_DENIED', { status: 401, headers: { 'WWW-Authenticate': 'Basic' } });
      },
      /^HTTP\/1.1 401 handshake failed: denied\r\nWWW-Authenticate: Basic\r\n/,
      'ERR_DENIED',
    ],
    [
      'any other error',
      () => {
        throw new Error('secret');
      },
      /^HTTP\/1.1 500 Internal Server Error\r\n/,
      'ERR_INTERNAL',
    ],
    [
      'a refusal with a header that cannot be',
      () => {
        throw new HandshakeError('ERR_DENIED', { status: 302, headers: { Location: '/login?next=secret\n' } });
      },
      /^HTTP\/1.1 500 Internal Server Error\r\n/,
      'ERR_INTERNAL',
    ],
    [
      'nothing to speak of',
      () => {
        throw undefined;
      },
      /^HTTP\/1.1 500 /,
      'ERR_INTERNAL',
    ],
    [
      'the HandshakeError of a connection of its own',
      () => {
        throw new HandshakeError('ERR_STATUS', { status: 401, reason: 'secret', headers: { 'Set-Cookie': 'secret' } });
      },
      /^HTTP\/1.1 500 Internal Server Error\r\n/,
      'ERR_INTERNAL',
    ],
  ];
  describe.each(refusals)('that throws %s', (_name, refuse, status, code) => {
    test.each([false, true])('refuses, and gives nothing away (promised: %s)', async isPromised => {
      const log: Log = [];
      const logged: unknown[] = [];
      const logger = { log: (level: string, event: string) => void logged.push([level, event]) };
      const Protocol = deciding(log, isPromised ? async () => refuse() : refuse);
      const { protocol, send, peer, end, flush } = start({ Protocol, platform: { logger } });
      const opened = failure(protocol);
      send(bytes(request));
      await settle();
      flush();
      const answer = peer.takeText();
      expect(answer).toMatch(status);
      expect(answer).not.toContain('secret');
      end();
      expect(await opened).toMatchObject({ code });
      expect(log).toEqual([unclean('')]);
      expect(logged).toEqual([[code === 'ERR_INTERNAL' ? 'error' : 'info', 'handshake-failed']]);
    });
  });

  const mistakes: [string, unknown][] = [
    ['a subprotocol that was not offered', 'c'],
    ['a subprotocol that is none', 'a\r\nX-Injected: 1'],
    ['a number', 7],
    ['an object', {}],
    ['headers that cannot be sent', [null, { 'X-One': 'a\r\nb' }]],
    ['a header whose name is none', ['a', { 'X One': 'a' }]],
    ['headers that are the handshake’s own', ['a', { 'Sec-WebSocket-Accept': 'a' }]],
  ];
  test.each(mistakes)('that returns %s: 500, and no such thing is sent', async (_name, answer) => {
    const log: Log = [];
    const { protocol, send, peer, end } = start({ Protocol: deciding(log, () => answer) });
    const opened = failure(protocol);
    send(bytes(request));
    const sent = peer.takeText();
    expect(sent).toMatch(/^HTTP\/1.1 500 /);
    expect(sent).not.toMatch(/injected|101/i);
    end();
    expect(await opened).toMatchObject({ code: 'ERR_INTERNAL' });
    expect(log).toEqual([unclean('')]);
  });

  test('may take its time: frames that came with the request, and after it, wait for onOpen', async () => {
    let answer = (_value: ConnectAnswer): void => {};
    let stream: MemoryStream | undefined;
    const log: Log = [];
    const Protocol = deciding(log, () => new Promise(resolve => (answer = resolve)));
    const { protocol, send, peer, flush } = start({ Protocol, prepare: each => (stream = each) });
    send(joined(bytes(REQUEST), frame(1, 'a')));
    send(frame(1, 'b'));
    expect([log, peer.takeText(), stream?.isPaused, protocol.state]).toEqual([[], '', true, 'connecting']);
    answer(null);
    await settle();
    flush();
    expect(peer.takeText()).toMatch(/^HTTP\/1.1 101 /);
    expect([log, stream?.isPaused]).toEqual([['open', 'a', 'b'], false]);
  });

  test('frames wait also where the stream cannot be stopped', async () => {
    let answer = (_value: ConnectAnswer): void => {};
    const log: Log = [];
    const Protocol = deciding(log, () => new Promise(resolve => (answer = resolve)));
    const { send, flush } = start({ Protocol, prepare: stream => (stream.pause = () => {}) });
    send(bytes(REQUEST));
    send(frame(1, 'a'));
    send(frame(1, 'b'));
    answer(null);
    await settle();
    flush();
    expect(log).toEqual(['open', 'a', 'b']);
  });

  test('a stream that onOpen has stopped stays so', async () => {
    let answer = (_value: ConnectAnswer): void => {};
    let stream: MemoryStream | undefined;
    const log: Log = [];
    const Protocol = deciding(
      log,
      () => new Promise(resolve => (answer = resolve)),
      each => each.pauseReceiving(),
    );
    const { protocol, send, flush } = start({ Protocol, prepare: each => (stream = each) });
    send(joined(bytes(REQUEST), ...Array.from({ length: 4 }, () => frame(1, 'x'.repeat(30_000)))));
    answer(null);
    await settle();
    flush();
    expect([log, stream?.isPaused]).toEqual([['open'], true]);
    protocol.resumeReceiving();
    expect([log.length, stream?.isPaused]).toEqual([5, false]);
  });

  test('that is still thinking when the connection is lost or given up, opens nothing', async () => {
    for (const outcome of [() => null, () => Promise.reject(new Error('late'))]) {
      for (const lose of ['destroy', 'dropConnection', 'timeout'] as const) {
        let answer = (): void => {};
        const log: Log = [];
        const Protocol = deciding(log, () => new Promise<void>(resolve => (answer = resolve)).then(outcome));
        const { protocol, send, peer, flush, destroy, advance, end } = start({ Protocol });
        const opened = failure(protocol);
        send(bytes(REQUEST));
        if (lose === 'destroy') destroy();
        else if (lose === 'timeout') advance(5000);
        else protocol.dropConnection();
        answer();
        await settle();
        flush();
        end();
        expect(peer.takeText()).toBe('');
        expect(log).toEqual([unclean('')]);
        const code = lose === 'timeout' ? 'ERR_HANDSHAKE_TIMEOUT' : 'ERR_HANDSHAKE_ENDED';
        expect(await opened).toMatchObject({ code });
      }
    }
  });

  const dropping: [string, (protocol: WebSocketServerProtocol) => unknown][] = [
    ['drops', protocol => protocol.dropConnection()],
    ['aborts', protocol => protocol.dropConnection(true)],
    [
      'drops, and throws',
      protocol => {
        protocol.dropConnection();
        throw new Error('x');
      },
    ],
    ['fails', protocol => transportOf(protocol).fail(new Error('x'))],
  ];
  test.each(dropping)('that %s the connection itself: nothing is sent, onClose comes once', (_name, act) => {
    const log: Log = [];
    const { send, peer, end } = start({ Protocol: deciding(log, (_request, protocol) => act(protocol)) });
    send(joined(bytes(REQUEST), frame(1, 'a')));
    end();
    expect(peer.takeText()).toBe('');
    expect(log).toEqual([unclean('')]);
  });

  test('may change the options of its connection, up to when it is open', () => {
    const Protocol = deciding([], (_request, protocol) => protocol.setProtocolOptions({ maxMessagePayloadSize: 2 }));
    const { protocol, send, peer, factory } = start({ Protocol });
    send(joined(bytes(REQUEST), frame(1, 'abc')));
    expect(peer.takeText()).toContain('\x03\xf1');
    expect(factory.options.maxMessagePayloadSize).toBe(2 ** 20);
    expect(() => protocol.setProtocolOptions({ maxFragments: 2 })).toThrow(
      expect.objectContaining({ code: 'ERR_NOT_OPEN' }),
    );
    expect(() => protocol.setProtocolOptions({ maxFragment: 2 } as never)).toThrow(/did you mean maxFragments/);
  });
});

describe('compression (RFC 7692, 5)', () => {
  const compressed = (extensions: string, setup: Partial<Setup['options']> & object = {}): RawServer => {
    const server = start({ options: { ...setup } });
    server.send(bytes(ask(`Sec-WebSocket-Extensions: ${extensions}`)));
    return server;
  };

  test('is agreed on when it is offered and accepted', () => {
    const { accept, made } = xorCompression();
    const { peer, protocol, send, log } = compressed('x-xor', { perMessageCompressionAccept: accept });
    expect(peer.takeText()).toContain('Sec-WebSocket-Extensions: x-xor\r\n');
    expect(protocol.compression).toBe(made[0]);
    send(frame(1, Uint8Array.of(0x9e, 0x2e), { rsv: 4 }));
    expect(log).toEqual(['open', 'a']);
  });

  test.each([
    { name: 'a bad offer', extensions: 'x-xor; bad' },
    { name: 'an extension that nobody knows', extensions: 'x-other, permessage-bogus; a=b' },
    { name: 'names of Object.prototype', extensions: 'constructor, __proto__; toString=1' },
  ])('$name is declined, and the connection opens without', ({ extensions }) => {
    const { accept, made } = xorCompression();
    const logged: unknown[] = [];
    const platform = { logger: { log: (...values: unknown[]) => void logged.push(values[1]) } };
    const server = start({ options: { perMessageCompressionAccept: accept }, platform });
    server.send(bytes(ask(`Sec-WebSocket-Extensions: ${extensions}`)));
    expect(server.peer.takeText()).not.toContain('Extensions');
    expect([server.log, server.protocol.compression, made]).toEqual([['open'], null, []]);
    expect(logged).toEqual(extensions.includes('bad') ? ['offer-declined'] : []);
  });

  test('a bad offer leaves the good one behind it', () => {
    const { accept } = xorCompression();
    const { protocol } = compressed('x-xor; bad, x-other, x-xor', { perMessageCompressionAccept: accept });
    expect(protocol.compression?.extensionName).toBe('x-xor');
  });

  test('an offer in several header lines is one', () => {
    const { accept } = xorCompression();
    const server = start({ options: { perMessageCompressionAccept: accept } });
    server.send(bytes(ask('Sec-WebSocket-Extensions: x-other; a="1,2"', 'Sec-WebSocket-Extensions: x-xor')));
    expect(server.protocol.compression?.extensionName).toBe('x-xor');
  });

  test('is declined without an acceptor, or by it', () => {
    for (const perMessageCompressionAccept of [null, () => null]) {
      const { protocol } = compressed('x-xor', { perMessageCompressionAccept });
      expect([protocol.state, protocol.compression]).toEqual(['open', null]);
    }
  });

  test('a header that is malformed fails the handshake', () => {
    const { peer } = compressed('x-xor; "');
    expect(peer.takeText()).toMatch(/^HTTP\/1.1 400 /);
  });

  test('an acceptor that throws: 500; that drops the connection as well: nothing', () => {
    const throwing = Object.assign(
      () => {
        throw new Error('secret');
      },
      { extensions: [xorCompression().extension] },
    );
    expect(compressed('x-xor', { perMessageCompressionAccept: throwing }).peer.takeText()).toMatch(/^HTTP\/1.1 500 /);
    const server: RawServer = start({
      options: {
        perMessageCompressionAccept: Object.assign(
          () => {
            server.protocol.dropConnection();
            throw new Error('secret');
          },
          { extensions: [xorCompression().extension] },
        ),
      },
    });
    server.send(bytes(ask('Sec-WebSocket-Extensions: x-xor')));
    server.end();
    expect(server.peer.takeText()).toBe('');
    expect(server.log).toEqual([unclean('')]);
  });

  test('what was made for a handshake that fails then is freed', () => {
    const { accept, made } = xorCompression();
    const { send, end } = start({
      options: { perMessageCompressionAccept: accept },
      Protocol: deciding([], () => [null, { 'Content Type': 'x' }]),
    });
    send(bytes(ask('Sec-WebSocket-Extensions: x-xor')));
    end();
    expect(made.every(({ closed }) => closed > 0)).toBe(true);
  });
});

describe('maxConnections', () => {
  function server(maxConnections: number) {
    const factory = new WebSocketServerFactory({}, testPlatform());
    factory.setProtocolOptions({ maxConnections });
    const connect = () => {
      const pair = memoryPair({ manual: true });
      const peer = new RawPeer();
      const protocol = factory.buildProtocol();
      protocol.attach(pair.a);
      pair.b.attach(peer);
      const flush = (): void => {
        do {
          pair.flush();
          (factory.platform as ReturnType<typeof testPlatform>).clock.flush();
        } while (pair.step());
      };
      const request = (): string => {
        pair.b.write(bytes(REQUEST));
        flush();
        return peer.takeText();
      };
      const end = (): void => {
        pair.b.end();
        flush();
      };
      return { request, end, protocol };
    };
    return { factory, connect };
  }

  test('more get 503, those being opened included; there is room again when one is gone', () => {
    const { factory, connect } = server(2);
    const [a, b, c] = [connect(), connect(), connect()];
    expect(factory.connectionCount).toBe(3);
    expect(c.request()).toMatch(/^HTTP\/1.1 503 /);
    c.end();
    expect(a.request()).toMatch(/^HTTP\/1.1 101 /);
    expect(b.request()).toMatch(/^HTTP\/1.1 101 /);
    a.end();
    expect(factory.connectionCount).toBe(1);
    expect([...factory.connections]).toEqual([b.protocol]);
    expect(connect().request()).toMatch(/^HTTP\/1.1 101 /);
  });

  test('refuseNewConnections: new ones get 503, the others stay', () => {
    const { factory, connect } = server(0);
    const [a, b] = [connect(), connect()];
    expect(a.request()).toMatch(/^HTTP\/1.1 101 /);
    factory.refuseNewConnections();
    expect(b.request()).toMatch(/^HTTP\/1.1 503 /);
    expect(a.protocol.state).toBe('open');
  });
});

describe('goAway', () => {
  test('closes an open connection with 1001', () => {
    const { protocol, flush, peer } = rawServer();
    protocol.goAway();
    flush();
    expect(peer.takeHex()).toBe('88 02 03 e9');
    protocol.goAway(1012, 'again');
    flush();
    expect(peer.takeHex()).toBe('');
  });

  test('with a code and a reason of its own', () => {
    const { protocol, flush, peer } = rawServer();
    for (const code of [1006, 5000, 1.5]) expect(() => protocol.goAway(code)).toThrow(RangeError);
    expect(protocol.state).toBe('open');
    protocol.goAway(1012, 'a');
    flush();
    expect(peer.takeHex()).toBe('88 03 03 f4 61');
  });

  test('answers one that is being opened with 503, also while onConnect thinks', async () => {
    const early = start();
    early.protocol.goAway();
    early.send(bytes(REQUEST));
    expect(early.peer.takeText()).toMatch(/^HTTP\/1.1 503 /);
    let answer = (_value: ConnectAnswer): void => {};
    const thinking = start({ Protocol: deciding([], () => new Promise(resolve => (answer = resolve))) });
    thinking.send(bytes(REQUEST));
    thinking.protocol.goAway();
    answer(null);
    await settle();
    thinking.flush();
    expect(thinking.peer.takeText()).toMatch(/^HTTP\/1.1 503 /);
  });
});

describe('a plain GET', () => {
  const page = 'GET /?redirect=javascript:alert(1)&after=1 HTTP/1.1\r\nHost: a.example\r\n\r\n';

  test('gets the status page, which goes nowhere and says no version', async () => {
    const { protocol, send, peer, end, log } = start({ serverSession: { server: '<me>' } });
    const opened = failure(protocol);
    send(bytes(page));
    const answer = peer.takeText();
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\nServer: <me>\r\n/);
    expect(answer).toContain('&#60;me&#62;');
    expect(answer).not.toMatch(/javascript|refresh|location/i);
    expect(peer.isEnded).toBe(true);
    end();
    expect(log).toEqual([unclean('the status page was served')]);
    expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_ENDED' });
  });

  test('gets 426 without webStatus', () => {
    const { send, peer } = start({ options: { webStatus: false } });
    send(bytes(page));
    expect(peer.takeText()).toMatch(/^HTTP\/1.1 426 (.|\s)*Upgrade: websocket\r\n/);
  });
});

describe('a Flash policy request', () => {
  const policy = '<policy-file-request/>\0';
  const options = { serveFlashSocketPolicy: true };

  test('is answered once, when that is wanted, however it is cut; onClose is not called', async () => {
    for (const size of [1, 5, 100]) {
      const { protocol, send, peer, end, log, factory } = start({
        options: { ...options, flashSocketPolicy: '<policy/>' },
      });
      const wire = bytes(`${policy}more${policy}`);
      for (let at = 0; at < wire.length; at += size) send(wire.subarray(at, at + size));
      expect(peer.takeText()).toBe('<policy/>');
      expect(peer.isEnded).toBe(true);
      end();
      expect(log).toEqual([]);
      expect(factory.connectionCount).toBe(0);
      expect(await protocol.closed).toMatchObject({ code: 1006, reason: expect.stringContaining('policy') });
    }
  });

  test('is no HTTP otherwise', () => {
    const { send, peer } = start();
    send(bytes(`${policy}\r\n\r\n`));
    expect(peer.takeText()).toMatch(/^HTTP\/1.1 400 /);
  });

  test('that is none after all is no HTTP either, however it is cut', () => {
    for (const cut of [0, 1, 5]) {
      const { send, peer } = start({ options });
      const wire = bytes(`<poli${REQUEST}`);
      send(wire.subarray(0, cut));
      send(wire.subarray(cut));
      expect(peer.takeText()).toMatch(/^HTTP\/1.1 400 /);
    }
  });

  test('does not stand in the way of others', () => {
    for (const size of [1, 1000]) {
      const { send, log } = start({ options });
      const wire = bytes(REQUEST);
      for (let at = 0; at < wire.length; at += size) send(wire.subarray(at, at + size));
      expect(log).toEqual(['open']);
    }
  });
});

describe('the peer’s address', () => {
  test.each([
    { trusted: 0, peer: '<never connected>' },
    { trusted: 1, peer: '111.222.33.44' },
    { trusted: 2, peer: '2.3.4.5' },
    { trusted: 3, peer: '1.2.3.4' },
    { trusted: 9, peer: '1.2.3.4' },
  ])('is what $trusted trusted proxies say', ({ trusted, peer }) => {
    let seen: string | undefined;
    const { protocol, send } = start({
      options: { trustXForwardedFor: trusted },
      Protocol: deciding([], request => {
        seen = request.peer;
      }),
    });
    send(bytes(ask('X-Forwarded-For: 1.2.3.4, 2.3.4.5', 'X-Forwarded-For: 111.222.33.44')));
    expect([seen, protocol.peer]).toEqual([peer, peer]);
  });
});

describe('attachUpgraded', () => {
  const rawHeaders = REQUEST.split('\r\n')
    .slice(1, -2)
    .flatMap(line => line.split(': '));
  const head = { method: 'GET', target: '/chat', version: '1.1', rawHeaders };

  function upgraded(given = head, firstBytes?: Uint8Array, Protocol?: new () => WebSocketServerProtocol) {
    const log: Log = [];
    const factory = new WebSocketServerFactory({}, testPlatform());
    factory.protocol = Protocol ?? loggingServer(log);
    const pair = memoryPair({ manual: true });
    const peer = new RawPeer();
    const protocol = factory.buildProtocol();
    protocol.attachUpgraded(pair.a, null, given, firstBytes);
    pair.b.attach(peer);
    const flush = (): void => {
      do {
        pair.flush();
        (factory.platform as ReturnType<typeof testPlatform>).clock.flush();
      } while (pair.step());
    };
    flush();
    return { log, protocol, peer, flush, pair };
  }

  test('answers a request that somebody else has read, and goes on with what came with it', () => {
    const firstBytes = joined(frame(1, 'a'), frame(1, 'b').subarray(0, 3));
    const { log, peer, pair, flush, protocol } = upgraded(head, firstBytes);
    firstBytes.fill(0);
    expect(peer.takeText()).toMatch(/^HTTP\/1.1 101 /);
    pair.b.write(frame(1, 'b').subarray(3));
    flush();
    expect(log).toEqual(['open', 'a', 'b']);
    expect(protocol.trafficStats).toMatchObject({ preopenIncomingOctetsWireLevel: 0, incomingOctetsWireLevel: 14 });
  });

  test('keeps frames until onConnect has thought', async () => {
    let answer = (_value: ConnectAnswer): void => {};
    const log: Log = [];
    const Protocol = deciding(log, () => new Promise(resolve => (answer = resolve)));
    const { peer, pair, flush } = upgraded(head, frame(1, 'a'), Protocol);
    pair.b.write(frame(1, 'b'));
    flush();
    answer(null);
    await settle();
    flush();
    expect(peer.takeText()).toMatch(/^HTTP\/1.1 101 /);
    expect(log).toEqual(['open', 'a', 'b']);
  });

  test.each([
    { name: 'another method', given: { ...head, method: 'POST' }, status: /^HTTP\/1.1 405 / },
    { name: 'HTTP/1.0', given: { ...head, version: '1.0' }, status: /^HTTP\/1.1 505 / },
    {
      name: 'a header that is none',
      given: { ...head, rawHeaders: [...rawHeaders, 'X One', '1'] },
      status: /^HTTP\/1.1 400 /,
    },
    { name: 'no key', given: { ...head, rawHeaders: rawHeaders.slice(0, 6) }, status: /^HTTP\/1.1 400 / },
  ])('holds it to the same rules: $name', ({ given, status }) => {
    const { peer, log } = upgraded(given);
    expect(peer.takeText()).toMatch(status);
    expect(peer.isEnded).toBe(true);
    expect(log).toEqual([]);
  });
});

test('a peer that cannot be told, such as one that is gone, harms nobody', () => {
  const { peer, send, destroy, log } = start({
    Protocol: deciding([], () => {
      throw new Error('x');
    }),
  });
  send(bytes(REQUEST));
  destroy();
  expect(text(peer.take())).toMatch(/^HTTP\/1.1 500 /);
  expect(log).toEqual([]);
});
