import { once } from 'node:events';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { allCases } from '../src/cases/case-table.ts';
import { Exchange } from '../src/cases/exchange.ts';
import { CUT_FORMS } from '../src/cases/section-23-hostile-compression.ts';
import type { ExchangeCase } from '../src/cases/test-case.ts';
import type { Verdict } from '../src/cases/verdict.ts';
import { type CaseResult, isFailure, runFuzzingClient, startFuzzingServer } from '../src/index.ts';
import { dial } from '../src/run/dial.ts';
import { openAsClient, openingRequest, openingResponse } from '../src/run/handshake.ts';
import { closePayload, encodeFrame, frame, Opcode } from '../src/wire/frame.ts';
import { PeerConnection } from '../src/wire/peer-connection.ts';
import { startSampleServer } from './support/sample-peer.ts';

// Peers that are wrong in what the sections from 20 on look at: each mistake is caught by the cases made for it.

const MIB = 1024 * 1024;
const TIMING = { timeout: 2000, pause: 100 };
const PLAIN_HEAD = /^GET (\S+) HTTP\/1\.1\r\n/;

vi.setConfig({ testTimeout: 60_000 });

function failed(results: readonly CaseResult[]): string[] {
  return results.filter(isFailure).map(({ id }) => id);
}

function idsOf(...groups: string[]): string[] {
  return allCases.map(({ id }) => id).filter(id => groups.some(group => id.startsWith(`${group}.`)));
}

/** A server that answers the text of each request with another text, or, with null, never. */
async function testServer(respond: (request: string) => string | null, cases: string[]): Promise<CaseResult[]> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    sockets.add(socket.on('error', () => {}));
    let request = '';
    socket.on('data', chunk => {
      const isFirst = !request.includes('\r\n\r\n');
      request += chunk.toString('latin1');
      const response = isFirst && request.includes('\r\n\r\n') ? respond(request) : null;
      if (response !== null) socket.write(response, 'latin1');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const results = await runFuzzingClient({ ...TIMING, url, cases, isQuick: true });
  for (const socket of sockets) socket.destroy();
  server.close();
  return results;
}

function opened(request: string, ...more: string[]): string {
  const key = /^sec-websocket-key: *(.*)\r$/im.exec(request)?.[1] ?? '';
  return openingResponse(key, more);
}

function agreed(request: string): string {
  const offer = /^sec-websocket-extensions: *([^,\r]*)/im.exec(request)?.[1];
  return opened(request, ...(offer === undefined ? [] : [`Sec-WebSocket-Extensions: ${offer}`]));
}

describe.concurrent('a server', () => {
  test('that opens a connection for whoever asks fails all requests that must be refused', async () => {
    expect(failed(await testServer(opened, ['20.2.*']))).toEqual(idsOf('20.2'));
  });

  test('that agrees to any offer fails all offers that must be declined', async () => {
    expect(failed(await testServer(agreed, ['23.1.*', '24.4.*']))).toEqual(idsOf('23.1', '24.4'));
  });

  test('that answers 426 without its versions fails the case of version 12', async () => {
    const answer = (fields: string): string => `HTTP/1.1 426 Upgrade Required\r\n${fields}Content-Length: 0\r\n\r\n`;
    expect(failed(await testServer(() => answer(''), ['20.2.15']))).toEqual(['20.2.15']);
    expect(failed(await testServer(() => answer('Sec-WebSocket-Version: 13, 8\r\n'), ['20.2.15']))).toEqual([]);
  });

  test('that leaves what it does not understand without an answer fails the curious requests', async () => {
    const isPlain = (request: string): boolean =>
      PLAIN_HEAD.exec(request)?.[1] === '/' &&
      /^Host: 127\.0\.0\.1:\d+\r$/m.test(request) &&
      !/Origin|X-/.test(request);
    const results = await testServer(request => (isPlain(request) ? opened(request) : null), ['20.4.*']);
    expect(failed(results)).toEqual(idsOf('20.4'));
  });

  test('that says 200 to every CONNECT over HTTP/2, and reads nothing more, fails all of section 25', async () => {
    const server = createHttp2Server({ settings: { enableConnectProtocol: true } });
    server.on('stream', stream => stream.on('error', () => {}).respond({ ':status': 200 }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    // They come one after the other, and each waits for its end.
    const results = await runFuzzingClient({ ...TIMING, timeout: 600, url, cases: ['25.*'] });
    server.close();
    expect(failed(results)).toEqual(idsOf('25'));
  });
});

/** A right server behind something that sees each connection, with its number, before it does. */
async function testBehind(
  onConnection: (socket: Socket, upstream: Socket, number: number) => void,
  cases: string[],
): Promise<string[]> {
  const right = await startSampleServer('none');
  const sockets: Socket[] = [];
  const proxy = createServer(socket => {
    const upstream = connect(Number(new URL(right.url).port), '127.0.0.1');
    for (const each of [socket, upstream]) each.on('error', () => {}).setNoDelay(true);
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.end());
    onConnection(socket, upstream, sockets.push(socket));
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}/`;
  const results = await runFuzzingClient({ ...TIMING, url, cases, isQuick: true });
  for (const socket of sockets) socket.destroy();
  proxy.close();
  right.close();
  return results.map(({ id, behavior }) => `${id} ${behavior}`);
}

function join(socket: Socket, upstream: Socket): void {
  socket.pipe(upstream).pipe(socket);
}

// One after the other: each needs much of the machine, and has to be answered in time.
describe('a server with other connections', () => {
  test('that lets no connection go, and waits for ever for the rest of a request, is told so', async () => {
    const results = await testServer(opened, ['22.7.3', '26.7', '26.8']);
    expect(results.map(({ id, behavior }) => `${id} ${behavior}`)).toEqual([
      '22.7.3 FAILED',
      '26.7 NON-STRICT',
      '26.8 NON-STRICT',
    ]);
  });

  test.each([
    ['after a flood has ended', 'NON-STRICT'],
    ['never again once there is a flood', 'FAILED'],
  ])('that serves them %s: %s', async (_, behavior) => {
    let flooder: Socket | null = null;
    const results = await testBehind(
      (socket, upstream, number) => {
        if (number === 1) {
          flooder = socket;
          return join(socket, upstream);
        }
        upstream.pipe(socket);
        socket.once('data', request => {
          upstream.write(request);
          socket.pause();
          if (behavior !== 'FAILED') flooder!.once('close', () => setTimeout(() => socket.pipe(upstream), 600));
        });
      },
      ['26.15'],
    );
    expect(results).toEqual([`26.15 ${behavior}`]);
  });

  test('that has room for ten fails the slow writers', async () => {
    const hasRoom = (number: number): boolean => number % 12 !== 11;
    const results = await Promise.all(
      ['26.16', '26.17'].map(id =>
        testBehind((socket, upstream, number) => hasRoom(number) && join(socket, upstream), [id]),
      ),
    );
    expect(results.flat()).toEqual(['26.16 FAILED', '26.17 FAILED']);
  });

  test('that does not wait for slow writers is told so, as an information', async () => {
    const impatient = (socket: Socket, upstream: Socket, number: number): void => {
      join(socket, upstream);
      // What comes after the request of a slow writer is less than a frame.
      if (number <= 10) socket.once('data', () => socket.once('data', () => socket.destroy()));
    };
    const cases = ['22.8.1', '22.8.2', '26.16', '26.17'];
    const results = await Promise.all(cases.map(id => testBehind(impatient, [id])));
    expect(results.flat()).toEqual(cases.map(id => `${id} INFORMATIONAL`));
  });

  test.each([
    ['says nothing to', 'FAILED', () => {}],
    ['drops', 'INFORMATIONAL', (socket: Socket) => socket.destroy()],
  ])('that %s the next one after a hundred halves of requests: %s', async (_, behavior, treat) => {
    let open = 0;
    const results = await testBehind(
      (socket, upstream) => {
        socket.on('close', () => open--);
        if (++open > 100) treat(socket);
        else join(socket, upstream);
      },
      ['26.18'],
    );
    expect(results).toEqual([`26.18 ${behavior}`]);
  });
});

/** Connects a client to each of the cases; `onSocket` says what it does once its request is sent. */
async function testClients(cases: string[], onSocket: (socket: Socket) => void): Promise<readonly CaseResult[]> {
  const server = await startFuzzingServer({ ...TIMING, cases });
  const sockets = server.cases.map((_, i) => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
    const url = `/runCase?case=${i + 1}&agent=scripted`;
    socket.write(openingRequest('127.0.0.1', url, 'dGhlIHNhbXBsZSBub25jZQ==', null));
    onSocket(socket);
    return socket;
  });
  while (server.results.length < server.cases.length) await delay(10);
  for (const socket of sockets) socket.destroy();
  await server.close();
  return server.results;
}

describe.concurrent('a client', () => {
  test('that takes every response for an open connection fails all that it must refuse', async () => {
    const message = encodeFrame(frame(Opcode.TEXT, 'Hello, world!'), { isMasked: true });
    const results = await testClients(['21.2.*', '21.3.*', '21.4.6'], socket => {
      socket.once('data', () => socket.write(message)).once('end', () => socket.write(message));
    });
    expect(failed(results)).toEqual([...idsOf('21.2', '21.3'), '21.4.6']);
  });

  test('that reads what follows an interim response as frames fails', async () => {
    const results = await testClients(['21.4.*'], socket => {
      socket.once('data', () => socket.end(encodeFrame(frame(Opcode.CLOSE, closePayload(1002)), { isMasked: true })));
    });
    expect(failed(results)).toEqual(idsOf('21.4'));
  });

  test('that refuses interim responses is NON-STRICT, and so is one that waits for ever', async () => {
    const refusing = await testClients(['21.4.*'], socket => socket.once('data', () => socket.destroy()));
    expect(refusing.map(({ behavior }) => behavior)).toEqual([...Array(5).fill('NON-STRICT'), 'OK']);
    const waiting = await testClients(['21.4.*'], socket => socket.resume());
    expect(waiting.map(({ behavior }) => behavior)).toEqual([...Array(5).fill('FAILED'), 'NON-STRICT']);
  });
});

test.each(CUT_FORMS.map(([name, octets]) => [name, octets] as const))('%s is no whole block', (_, octets) => {
  // Were it at an end, the empty last block appended here would be read as one.
  const whole = Buffer.concat([octets, Buffer.from('0000ffff0300', 'hex')]);
  expect(() => inflateRawSync(whole)).toThrow();
});

class SlowExchange extends Exchange {
  override async finish(): Promise<void> {
    await super.finish();
    const now = performance.now() + 3_600_000;
    vi.spyOn(performance, 'now').mockReturnValue(now);
  }
}

async function floodPongs(peerMemory: () => number, Kind: typeof Exchange = Exchange): Promise<Verdict> {
  const server = await startSampleServer('none');
  const url = new URL(server.url);
  const connection = new PeerConnection(await dial(url), false);
  await openAsClient(connection, { host: url.host, resource: '/' }, undefined, 5000);
  const timing = { timeout: 5000, pause: 100 };
  const flood = allCases.find(({ id }) => id === '26.2') as ExchangeCase;
  try {
    return await flood.run(new Kind(connection, timing), { timing, isQuick: true, peerMemory });
  } finally {
    vi.restoreAllMocks();
    server.close();
  }
}

describe('a flooded peer', () => {
  test.each([
    [100, 'OK', 'The peer answered as expected.'],
    [200, 'FAILED', 'The memory of the peer grew by 200 MiB.'],
  ])('that grows by %i MiB: %s', async (mebibytes, behavior, result) => {
    let readings = 0;
    expect(await floodPongs(() => (readings++ === 0 ? 0 : mebibytes * MIB))).toMatchObject({ behavior, result });
  });

  test('that takes an hour fails', async () => {
    expect(await floodPongs(() => 0, SlowExchange)).toMatchObject({
      behavior: 'FAILED',
      result: 'It took 3600 seconds.',
    });
  });
});
