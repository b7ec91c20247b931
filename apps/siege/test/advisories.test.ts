// Every advisory that implementations of WebSocket have had, as far as they are known: what was sent, and what has to
// come of it here. Each is named by its number; what it is about is told by its line.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { deflateRawSync } from 'node:zlib';
import type { ConnectAnswer } from '@ws/core';
import { createClientAgent, handleUpgrade, WebSocketServerFactory } from '@ws/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Arena, Echo } from '../src/hostile/arena.ts';
import { attackClient } from '../src/hostile/client-target.ts';
import { serveRaw } from '../src/hostile/raw-peer.ts';
import { closePayload, type FrameParts, frame, request, response } from '../src/hostile/wire.ts';

const DEFLATE = ['Sec-WebSocket-Extensions: permessage-deflate'];
let arena: Arena;
beforeAll(async () => {
  arena = await Arena.open({ deflate: {}, protocols: ['chat'] });
});
afterEach(async () => {
  expect(await arena.isServing()).toBe(true);
});
afterAll(() => arena[Symbol.asyncDispose]());

type Task = () => Promise<void>;

/** A request: the status it gets, and what its answer must not have. */
function asks(bytes: Buffer, status: number, forbidden = /^Sec-WebSocket-Extensions|Injected/m): Task {
  return async () => {
    const verdict = await arena.attackHead(bytes);
    expect(verdict.status).toBe(status);
    expect(verdict.head).not.toMatch(forbidden);
  };
}

/** Frames to a server: the code they are closed with. */
function sends(code: number, ...parts: readonly FrameParts[]): Task {
  return async () => {
    const more = parts.some(({ rsv }) => rsv === 4) ? DEFLATE : [];
    const verdict = await arena.attackFrames(Buffer.concat(parts.map(frame)), more);
    expect(verdict.closeCode).toBe(code);
  };
}

/** Frames to a client. */
function answers(code: number, hasDeflate: boolean, ...parts: readonly FrameParts[]): Task {
  return async () => {
    const bytes = Buffer.concat(parts.map(part => frame({ isMasked: false, ...part })));
    expect((await attackClient(bytes, { hasDeflate })).closeCode).toBe(code);
  };
}

/** A client's options or what it is told, that must end in an error; and what the server must not get to see. */
function refuses(options: object, answer: Parameters<typeof response>[1], code: string | RegExp): Task {
  return async () => {
    await using server = await serveRaw(async peer => {
      if (await peer.until(() => peer.text.includes('\r\n\r\n'))) peer.write(response(peer.text, answer));
    });
    const error = await createClientAgent()
      .open(`ws://127.0.0.1:${server.port}/`, options)
      .catch(reason => reason);
    if (typeof code === 'string') expect(error.code).toBe(code);
    else expect(`${error}`).toMatch(code);
    for (const { text } of server.peers) expect(text).not.toMatch(/Injected/);
    expect(server.peers.length).toBeLessThanOrEqual(1);
  };
}

const also = (...more: string[]): Buffer => request({ more });
const bomb = deflateRawSync(Buffer.alloc(2 ** 26), { finishFlush: 2 }).subarray(0, -4);

/** More fragments than a message may have. */
function manyFragments(payload: string, isMasked: boolean): Buffer {
  const parts = Array(131_073).fill(frame({ opcode: 0, fin: false, payload, isMasked }));
  return Buffer.concat([frame({ opcode: 2, fin: false, isMasked }), ...parts]);
}

const sendsMany = (payload: string): Task => {
  return async () => expect((await arena.attackFrames(manyFragments(payload, true))).closeCode).toBe(1008);
};
const answersMany = (payload: string): Task => {
  return async () => expect((await attackClient(manyFragments(payload, false))).closeCode).toBe(1008);
};

async function misuses(call: (connection: Awaited<ReturnType<typeof open>>) => unknown): Promise<void> {
  const connection = await open();
  expect(() => call(connection)).toThrow(TypeError);
  expect(connection.state).toBe('open');
  connection.dropConnection(true);
}
const open = () => createClientAgent().open(`ws://127.0.0.1:${arena.port}/`);

const ADVISORIES: readonly (readonly [ids: string, about: string, ...tasks: Task[]])[] = [
  // JavaScript
  [
    'CVE-2016-10518',
    'ws: a number given to ping() sent that much of uninitialised memory',
    () => misuses(connection => connection.sendPing(100 as unknown as Uint8Array)),
    () => misuses(connection => connection.sendMessage(100 as unknown as Uint8Array)),
  ],
  [
    'CVE-2016-10542',
    'ws: no limit for the size of messages by default',
    sends(1009, { opcode: 2, length: 2 ** 30 }),
    answers(1009, false, { opcode: 2, length: 2 ** 30 }),
  ],
  [
    'GHSA-5v72-xg48-5rpm',
    'ws: extensions named as members of every object',
    asks(also('Sec-WebSocket-Extensions: constructor, __proto__; toString, permessage-deflate; constructor'), 101),
  ],
  [
    'CVE-2021-32640',
    'ws: blanks in Sec-WebSocket-Protocol took quadratic time',
    asks(also(`Sec-WebSocket-Protocol: b${' '.repeat(60_000)}x`), 400),
  ],
  [
    'CVE-2024-37890',
    'ws: so many headers that Node drops Upgrade crashed the server',
    asks(also(...Array.from({ length: 2001 }, (_, i) => `a${i}: 1`)), 431),
    behindAnHttpServer,
  ],
  [
    'CVE-2026-45736 GHSA-58qx-3vcg-4xpx',
    'ws: a typed array as the reason of close() sent uninitialised memory',
    () => misuses(connection => connection.sendClose(1000, new Float32Array(20) as unknown as string)),
  ],
  [
    'CVE-2026-48779 GHSA-96hv-2xvq-fx4p',
    'ws: objects for each of millions of fragments',
    sendsMany('x'),
    sendsMany(''),
  ],
  [
    'ws 6946f5fe d68ba9e1 bc8bd34e',
    'ws: credentials follow redirects to other hosts',
    refuses(
      { headers: { Authorization: 'Basic c2VjcmV0', Cookie: 'a=b' } },
      { start: 'HTTP/1.1 302 Found', more: ['Location: ws://evil.example/', 'Content-Length: 0'] },
      'ERR_STATUS',
    ),
  ],
  [
    'ws #1848 #2285',
    'ws: inflating over the limit crashed, or closed with another code',
    sends(1009, { opcode: 2, rsv: 4, payload: bomb }, { opcode: 2, rsv: 4, payload: bomb }),
  ],
  ['CVE-2026-1526', 'undici: no limit while inflating', answers(1009, true, { opcode: 2, rsv: 4, payload: bomb })],
  [
    'CVE-2026-1528',
    'undici: 64-bit lengths overflowed the arithmetic of the parser',
    ...[2n ** 53n, 2n ** 62n, 2n ** 63n - 1n].map(length => answers(1009, false, { opcode: 2, length })),
  ],
  [
    'CVE-2026-2229',
    'undici: server_max_window_bits=1000 was an exception that nobody caught',
    refuses(
      {},
      { more: 'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=1000' },
      'ERR_EXTENSION_RESPONSE',
    ),
  ],
  [
    'CVE-2026-12151',
    'undici: no limit for the number of small or empty continuation frames',
    answersMany('x'),
    answersMany(''),
  ],
  [
    'undici b4c287b3',
    'undici: the limit was checked for each frame, not for their sum',
    answers(
      1009,
      false,
      { opcode: 2, fin: false, payload: Buffer.alloc(2 ** 20) },
      { opcode: 0, fin: false, payload: Buffer.alloc(1) },
    ),
  ],
  ['CVE-2026-1527', 'undici: CRLF in an option became a header', refuses({ protocols: ['a\r\nInjected: 1'] }, {}, /./)],
  [
    'CVE-2020-7662 CVE-2020-7663',
    'websocket-extensions: backtracking over a quoted string that does not end',
    asks(also(`Sec-WebSocket-Extensions: a; b="${'\\c'.repeat(30_000)}`), 400),
  ],
  [
    'CVE-2026-54466 GHSA-xv26-6w52-cph6',
    'websocket-driver: lengths of the draft before RFC 6455: no such draft is spoken',
    asks(request({ key: null, version: null, more: ['Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5'] }), 400),
  ],
  [
    'CVE-2026-54490 GHSA-mp7j-qc5w-4988 CVE-2026-54463 GHSA-2x63-gw47-w4mm',
    'websocket-driver: compression went past the limit of size',
    sends(1009, { opcode: 1, rsv: 4, payload: bomb }),
  ],
  [
    'CVE-2026-54464 CVE-2026-54465',
    'websocket-driver: the parser of headers grew without limit',
    asks(also(`X: ${'a'.repeat(2 ** 20)}`), 431),
    refuses({}, { more: `X: ${'a'.repeat(2 ** 20)}` }, 'ERR_HTTP_TOO_BIG'),
  ],
  [
    'CVE-2026-54467 CVE-2026-54468',
    'websocket-driver: the parser of frames grew without limit',
    sends(1009, { opcode: 2, fin: false, payload: Buffer.alloc(2 ** 20) }, { opcode: 0, payload: 'x' }),
  ],
  ['CVE-2020-15133', 'faye-websocket: certificates were not verified', verifiesCertificates],
  [
    'CVE-2022-21676 GHSA-273r-mgr4-v34f',
    'engine.io: a bad frame right behind the request, before anybody listened for errors',
    async () => {
      const bytes = Buffer.concat([request(), frame({ opcode: 1, rsv: 3, payload: 'x' })]);
      const peer = await arena.connect();
      peer.write(bytes);
      await peer.until(() => peer.frames.length > 0);
      expect(peer.frames[0]!.payload.readUInt16BE(0)).toBe(1002);
      peer.destroy();
    },
  ],
  [
    'engine.io with uWebSockets.js',
    'a plain GET aborted the process',
    asks(request({ start: 'GET /?EIO=4&transport=websocket HTTP/1.1', upgrade: null, connection: null }), 200),
  ],
  [
    'CVE-2020-36048 CVE-2022-41940 CVE-2023-31125 CVE-2024-38355',
    'engine.io, socket.io: malformed requests and messages crashed the process, or filled its memory',
    asks(Buffer.from('\0\0\0\r\n\r\n'), 400),
    sends(1002, { opcode: 15, rsv: 7, payload: '451-["', length: 70_000 }),
  ],
  [
    'CVE-2016-10544 CVE-2020-36406',
    'uws: oversize messages; its own memory was written over',
    sends(1009, { opcode: 2, length: 2n ** 32n + 1n }),
    sends(1009, { opcode: 2, length: 2n ** 31n }),
  ],
  [
    'GHSA-c4j6-fc7j-m34r, and the warning of crossws',
    'Next.js: the target of an upgrade chose where a proxy went',
    async () => {
      await using other = await serveRaw(() => {});
      const target = `GET http://127.0.0.1:${other.port}/ HTTP/1.1`;
      expect((await arena.attackHead(request({ start: target }))).status).toBe(101);
      expect(other.peers).toHaveLength(0);
    },
  ],
  // Python and others
  ['CVE-2018-1000518', 'websockets: inflating ignored max_size', sends(1009, { opcode: 2, rsv: 4, payload: bomb })],
  [
    'websockets 16.1 #1720',
    'RSV1 on a continuation; header values of the application that are none',
    sends(1002, { opcode: 2, rsv: 4, fin: false }, { opcode: 0, rsv: 4 }),
    refuses({ headers: { 'X-A': 'a\r\nInjected: 1' } }, {}, /./),
  ],
  ['autobahn 18.5.2', 'Autobahn: bombs', answers(1009, true, { opcode: 1, rsv: 4, payload: bomb })],
  ['autobahn #691', 'Autobahn: patterns of allowedOrigins matched too much', matchesOriginsWhole],
  [
    'CVE-2020-35678',
    'Autobahn: ?redirect= with CRLF became a header; there is no such parameter here',
    asks(
      request({ start: 'GET /?redirect=http://evil.example%0d%0aInjected:1&after=0 HTTP/1.1', upgrade: null }),
      200,
      /evil|^Location|Injected/m,
    ),
  ],
  [
    'CVE-2026-44545',
    'daphne: limits that were 0 by default: these are not',
    async () => {
      const { maxMessagePayloadSize, maxFragments, maxHandshakeSize, openHandshakeTimeout } = arena.factory.options;
      for (const limit of [maxMessagePayloadSize, maxFragments, maxHandshakeSize, openHandshakeTimeout]) {
        expect(limit).toBeGreaterThan(0);
      }
    },
  ],
  [
    'CVE-2026-69243 GHSA-mfx4-hv73-q22v',
    'aiohttp: an upgrade with a body: a way to smuggle requests past a proxy',
    asks(Buffer.concat([also('Content-Length: 5'), Buffer.from('GET /')]), 400),
    asks(Buffer.concat([also('Transfer-Encoding: chunked'), Buffer.from('5\r\nGET /\r\n0\r\n\r\n')]), 400),
  ],
  [
    'CVE-2026-59881 GHSA-mq44-7p77-q5h7',
    'aiohttp: a client took RSV1 without compression being agreed on',
    answers(1002, false, { opcode: 2, rsv: 4, payload: bomb }),
  ],
  [
    'aiohttp #13362',
    'thousands of tiny deflate streams in one message took quadratic time',
    sends(1007, { opcode: 2, rsv: 4, payload: Buffer.alloc(200_000, Buffer.from('010000ffff', 'hex')) }),
  ],
  [
    'CVE-2023-43669 GHSA-9mcr-873m-xcxp',
    'tungstenite: a header of 20 MB was read anew for each piece of it',
    async () => {
      const verdict = await arena.attackHead(also(`X: ${'a'.repeat(20_000_000)}`));
      expect(verdict.status).toBe(431);
    },
  ],
  [
    'CVE-2020-27813',
    'gorilla: lengths of frames overflowed the limit',
    sends(1009, { opcode: 2, fin: false, payload: 'x' }, { opcode: 0, length: 2n ** 63n - 1n }),
    sends(1002, { opcode: 2, fin: false, payload: 'x' }, { opcode: 0, length: 2n ** 64n - 1n }),
  ],
  [
    'CVE-2026-39804 GHSA-frh3-6pv6-rc8j',
    'bandit: 6 MiB of deflate data',
    sends(1009, {
      opcode: 2,
      rsv: 4,
      payload: Buffer.concat([bomb, Buffer.alloc(900_000)]),
    }),
  ],
  ['granian', 'bytes beyond ASCII in Sec-WebSocket-Protocol', asks(also('Sec-WebSocket-Protocol: caf\xe9'), 400)],
  [
    'CVE-2026-48710',
    'starlette: a Host that changes the URL which is put together from it',
    ...['a/b', 'a?b', 'a#b', 'a@b', 'a\\b', 'a b'].map(host => asks(request({ host: `Host: ${host}` }), 400)),
  ],
  [
    'CWE-1385 CVE-2019-13209 CVE-2021-1403',
    'a page of another site opens a WebSocket, with the cookies of its visitor',
    matchesOriginsWhole,
  ],
  [
    'CVE-2021-22959 CVE-2022-32213 CVE-2022-32214 CVE-2022-32215 CVE-2023-30589 CVE-2024-27982 CVE-2025-23167',
    'llhttp: header lines that two parsers read differently',
    asks(also('Content-Length : 5'), 400),
    asks(also(' Content-Length: 5'), 400),
    asks(also('Transfer-Encoding: chunked\nX: 1'), 400),
    asks(also('Transfer-Encoding:\r\n chunked'), 400),
    asks(also('Transfer-Encoding: x\rX: 1'), 400),
    asks(Buffer.from(request().toString().replace('\r\n\r\n', '\r\n\rX: 1\r\n\r\n')), 400),
    asks(also('Content-Length: 0', 'Content-Length: 7'), 400),
  ],
];

describe('advisories', () => {
  for (const [ids, about, ...tasks] of ADVISORIES) {
    test(`${ids}: ${about}`, { timeout: 10_000 }, async () => {
      for (const task of tasks) await task();
    });
  }
});

/** Node's HTTP server reads no more than 2000 headers: whatever it left out, the request is answered. */
async function behindAnHttpServer(): Promise<void> {
  const factory = new WebSocketServerFactory();
  factory.protocol = Echo;
  const server = createServer({ maxHeaderSize: 1 << 20 });
  server.maxHeadersCount = 3;
  server.on('upgrade', (asked, socket, head) => handleUpgrade(factory, asked, socket, head));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  for (const more of [Array.from({ length: 2001 }, (_, i) => `a${i}: 1`), []]) {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(request({ key: null, version: null, more: [...more, 'Sec-WebSocket-Version: 13'] }));
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
  }
  server.close();
}

async function matchesOriginsWhole(): Promise<void> {
  await using own = await Arena.open({ options: { allowedOrigins: ['https://good.example'] } });
  for (const [origin, status] of [
    ['https://good.example', 101],
    ['https://good.example.evil.example', 403],
    ['https://notgood.example', 403],
    ['https://goodXexample', 403],
    ['null', 403],
  ] as const) {
    expect((await own.attackHead(also(`Origin: ${origin}`, 'Cookie: session=secret'))).status).toBe(status);
  }
}

async function verifiesCertificates(): Promise<void> {
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-keyout', '-', '-out', '-', '-subj', '/CN=127.0.0.1'],
  ]);
  // Without openssl there is no certificate to be refused: the tests of @ws/node say so.
  if (made.status !== 0) return;
  const pem = made.stdout.toString();
  const server = createTlsServer({ key: pem, cert: pem }).on('tlsClientError', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `wss://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await expect(createClientAgent().open(url)).rejects.toMatchObject({ code: 'ERR_CERTIFICATE' });
  server.close();
}

test('mesop: a thread for each message of a flood: here one connection’s handler is asked in turn', async () => {
  let running = 0;
  let most = 0;
  await using own = await Arena.open({
    Protocol: class extends Echo {
      override onConnect(): ConnectAnswer {
        return null;
      }
      override onMessage(payload: Uint8Array, isBinary: boolean): void {
        most = Math.max(most, ++running);
        super.onMessage(payload, isBinary);
        running--;
      }
    },
  });
  const bytes = Buffer.concat(Array(10_000).fill(frame({ opcode: 1, payload: 'x' })));
  await own.attackFrames(Buffer.concat([bytes, frame({ opcode: 8, payload: closePayload(1000) })]));
  expect(most).toBe(1);
  expect(await own.isServing()).toBe(true);
});
