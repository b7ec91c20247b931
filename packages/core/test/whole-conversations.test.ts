// Bytes cut anywhere give the same calls, the same answers and the same figures: from the first byte to the last.

import { everySplit } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import type { WebSocketClientProtocol } from '../src/protocol/client-protocol.ts';
import type { WebSocketServerProtocol } from '../src/protocol/server-protocol.ts';
import {
  acceptResponse,
  bytes,
  frame,
  joined,
  type Log,
  loggingClient,
  loggingServer,
  REQUEST,
  rawClient,
  rawServer,
  text,
} from './harness.ts';
import { xorCompression } from './xor-compression.ts';

/** Answers each message by itself, and the message `bye` by a Close frame too. */
function answer(
  protocol: WebSocketServerProtocol | WebSocketClientProtocol,
  payload: Uint8Array,
  isBinary: boolean,
): void {
  if (protocol.state === 'open') protocol.sendMessage(payload, isBinary);
  if (!isBinary && text(payload) === 'bye') protocol.sendClose(3001, 'as you wish');
}

function echoServer(log: Log): new () => WebSocketServerProtocol {
  return class extends loggingServer(log) {
    override onMessage(payload: Uint8Array, isBinary: boolean): void {
      super.onMessage(payload, isBinary);
      answer(this, payload, isBinary);
    }
  };
}

function echoClient(log: Log): new () => WebSocketClientProtocol {
  return class extends loggingClient(log) {
    override onMessage(payload: Uint8Array, isBinary: boolean): void {
      super.onMessage(payload, isBinary);
      answer(this, payload, isBinary);
    }
  };
}

type ServerSetup = NonNullable<Parameters<typeof rawServer>[0]>;
type ClientSetup = NonNullable<Parameters<typeof rawClient>[0]>;

/** How much came after the end that nobody was to look at, is a matter of cuts: figures are of those that end well. */
function outcome(side: ReturnType<typeof rawServer> | ReturnType<typeof rawClient>): Log {
  const { log, peer, protocol } = side;
  const hasFailed = !log.includes('open') || log.includes('good');
  return [...log, peer.takeText(), protocol.state, hasFailed ? null : protocol.trafficStats.toJSON()];
}

/** What a server does with bytes, and then with the end of the connection. */
function serve(wire: Uint8Array, setup: ServerSetup = {}): Log {
  return everySplit(wire, chunks => {
    const log: Log = [];
    const side = rawServer({ isOpened: false, Protocol: echoServer(log), log, ...setup });
    for (const chunk of chunks) side.send(chunk);
    side.end();
    return outcome(side);
  });
}

/** The same for a client; `respond` makes the bytes, which may depend on the request. */
function ask(respond: (request: string) => Uint8Array, setup: ClientSetup = {}): Log {
  const client = (log: Log) => rawClient({ isOpened: false, ClientProtocol: echoClient(log), log, ...setup });
  // The source of random numbers is seeded: each client asks the same.
  const first = client([]);
  const isProxied = first.protocol.state === 'proxy-connecting';
  const proxyHead = bytes('HTTP/1.1 200 Tunnel\r\n\r\n');
  if (isProxied) first.send(proxyHead);
  const request = first.peer.takeText();
  const wire = isProxied ? joined(proxyHead, respond(request)) : respond(request);
  return everySplit(wire, chunks => {
    const log: Log = [];
    const side = client(log);
    for (const chunk of chunks) side.send(chunk);
    side.end();
    return outcome(side);
  });
}

const conversation = (mask: number[] | null): Uint8Array =>
  joined(
    frame(1, 'hello', { mask }),
    frame(2, '', { mask }),
    frame(9, 'ping', { mask }),
    frame(1, 'fr', { mask, fin: false }),
    frame(10, 'pong', { mask }),
    frame(0, 'é', { mask, fin: false }),
    frame(0, '', { mask }),
    frame(2, 'x'.repeat(130), { mask }),
    frame(8, joined(Uint8Array.of(0x0f, 0xa0), bytes('done')), { mask }),
    frame(1, 'too late', { mask }),
  );

const messages = ['hello', new Uint8Array(0), ['ping', 'ping'], ['pong', 'pong'], 'fré', bytes('x'.repeat(130))];

describe('a server', () => {
  test('opens, answers, and closes when the client does', () => {
    expect(serve(joined(bytes(REQUEST), conversation([1, 2, 3, 4]))).slice(0, 8)).toEqual([
      'open',
      ...messages,
      ['close', true, 4000, 'done'],
    ]);
  });

  test('closes first', () => {
    const wire = joined(
      bytes(REQUEST),
      frame(1, 'bye'),
      frame(1, 'one more'),
      frame(8, Uint8Array.of(0x0b, 0xb9)),
      frame(1, 'x'),
    );
    expect(serve(wire).slice(0, 4)).toEqual(['open', 'bye', 'one more', ['close', true, 3001, null]]);
  });

  test('with compression', () => {
    const { accept, request } = xorCompression();
    const options = { perMessageCompressionAccept: accept };
    const inverted = bytes('hé').map(byte => byte ^ 0xff);
    const wire = joined(
      bytes(request),
      frame(1, inverted.subarray(0, 2), { rsv: 4, fin: false }),
      frame(9),
      frame(0, joined(inverted.subarray(2), Uint8Array.of(0x2e))),
      frame(1, 'plain'),
      frame(8),
    );
    expect(serve(wire, { options }).slice(0, 5)).toEqual([
      'open',
      ['ping', ''],
      'hé',
      'plain',
      ['close', true, null, null],
    ]);
  });

  test.each([false, true])('fails (by drop: %s), and looks for the answer behind it', failByDrop => {
    const wire = joined(
      bytes(REQUEST),
      frame(1, 'good'),
      frame(1, Uint8Array.of(0x61, 0xff, 0x62)),
      frame(5, 'bad'),
      frame(9, 'unheard'),
      frame(8, Uint8Array.of(0x03, 0xef)),
    );
    const [open, good, close] = serve(wire, { options: { failByDrop } });
    expect([open, good]).toEqual(['open', 'good']);
    expect(close).toEqual(
      failByDrop ? ['close', false, 1006, expect.stringContaining('invalid utf8')] : ['close', true, 1007, null],
    );
  });

  test.each([
    { name: 'refuses', wire: REQUEST.replace('GET', 'PUT'), answer: 'HTTP/1.1 405 ' },
    { name: 'shows its page', wire: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', answer: 'HTTP/1.1 200 ' },
    { name: 'serves Flash', wire: '<policy-file-request/>\0', answer: '<cross-domain-policy>' },
    { name: 'refuses what is nothing', wire: '<policy-file-request>\r\n\r\n', answer: 'HTTP/1.1 400 ' },
  ])('$name', ({ wire, answer: expected }) => {
    const log = serve(joined(bytes(wire), frame(1, 'unheard')), { options: { serveFlashSocketPolicy: true } });
    expect(log.find(entry => typeof entry === 'string')).toContain(expected);
    expect(log).not.toContain('open');
  });
});

describe('a client', () => {
  const accepted = (request: string): Uint8Array => bytes(acceptResponse(request));

  test('opens, answers, and closes when the server does', () => {
    const log = ask(request => joined(bytes('HTTP/1.1 100 Continue\r\n\r\n'), accepted(request), conversation(null)));
    expect(log.slice(0, 8)).toEqual(['open', ...messages, ['close', true, 4000, 'done']]);
  });

  test('closes first, through a proxy', () => {
    const log = ask(
      request =>
        joined(accepted(request), frame(1, 'bye', { mask: null }), frame(8, Uint8Array.of(0x0b, 0xb9), { mask: null })),
      { session: { url: 'ws://a.example/', proxy: { host: 'p.example', port: 1 } } },
    );
    expect(log.slice(0, 3)).toEqual(['open', 'bye', ['close', true, 3001, null]]);
  });

  test.each([false, true])('fails (by drop: %s)', failByDrop => {
    const log = ask(
      request =>
        joined(
          accepted(request),
          frame(1, 'good', { mask: null }),
          frame(1, 'masked'),
          frame(8, Uint8Array.of(3, 234), { mask: null }),
        ),
      { options: { failByDrop } },
    );
    expect(log.slice(0, 3)).toEqual([
      'open',
      'good',
      failByDrop ? ['close', false, 1006, expect.stringContaining('mask')] : ['close', true, 1002, null],
    ]);
  });

  test.each([
    { name: 'with a length', response: 'HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nsorry and more' },
    {
      name: 'in chunks',
      response: 'HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsorry\r\n0\r\n\r\nmore',
    },
    { name: 'to the end', response: 'HTTP/1.1 404 Not Found\r\n\r\nsorry' },
  ])('is refused, $name', ({ response }) => {
    const [close] = ask(() => bytes(response));
    expect(close).toEqual(['close', false, 1006, 'closed uncleanly: the server answered 404 Not Found']);
  });
});
