// Every answer of our own meets the end of its stream or connection in the same packet: the process lives, and serves.

import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2Session } from 'node:http2';
import { connectHttp2, createClientAgent, WebSocketClientFactory } from '@ws/node';
import { WsError } from '@ws/util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../bundle.mjs';
import {
  attack,
  HTTP1_ATTACKS,
  HTTP1_REQUESTS,
  HTTP2_ATTACKS,
  HTTP2_REQUESTS,
  type Way,
} from '../src/answers/attacks.ts';
import { createCertificate } from '../src/fault/certificate.ts';
import { reset } from '../src/fault/world.ts';
import {
  CANCEL,
  END_STREAM,
  HTTP2_SERVER_GREETING,
  hasHttp2Request,
  http2GoAway,
  http2Head,
  http2Reset,
  NO_ERROR,
} from '../src/hostile/http2-wire.ts';
import { connectRaw, serveRaw } from '../src/hostile/raw-peer.ts';
import { response } from '../src/hostile/wire.ts';
import { Child } from '../src/process/calls.ts';

const certificate = createCertificate();

const WAYS = ['http1 own', 'http1 attached', 'http1 handed over', 'http1 pull'];
WAYS.push('http2 attached', 'http2 with requests', 'http2 pull');
if (certificate !== null) WAYS.push('tls http1 own', 'tls http1 attached', 'tls http1 of http2', 'tls http2 attached');

describe('what is reset in the same packet as it is asked', () => {
  let server: Child;
  let ports: Readonly<Record<string, number>>;
  let remove: () => void;
  beforeAll(async () => {
    const file = await bundle('answers/server.ts');
    remove = file.remove;
    server = new Child(file.file, certificate === null ? [] : [JSON.stringify(certificate)]);
    ports = await server.ask('ports');
  });
  afterAll(async () => {
    await server.kill();
    remove();
  });

  const withStatus = <Request>(requests: Readonly<Record<string, Request>>): [status: string, request: Request][] =>
    Object.entries(requests).flatMap(([name, request]) => (/^\d/.test(name) ? [[name.slice(0, 3), request]] : []));

  test('the requests of HTTP/1.1 are answered as they say, where nothing is reset', async () => {
    for (const [status, packet] of withStatus(HTTP1_REQUESTS)) {
      const peer = await connectRaw(ports['http1 attached']!);
      peer.write(packet);
      await peer.until(() => peer.text.includes('\r\n\r\n'));
      expect(peer.text.slice(0, 13)).toBe(`HTTP/1.1 ${status} `);
      peer.destroy();
    }
  });

  // CONNECT without a protocol is answered where there are request listeners.
  test.each(['http2 attached', 'http2 with requests'])('those of HTTP/2 too, on the server %s', async name => {
    const session = connectHttp2Session(`http://127.0.0.1:${ports[name]}`);
    session.on('error', () => {});
    await once(session, 'remoteSettings');
    const isElsewhere = (status: string): boolean => status === (name === 'http2 attached' ? '405' : '501');
    for (const [status, fields] of withStatus(HTTP2_REQUESTS).filter(([status]) => !isElsewhere(status))) {
      const stream = session.request(fields, { endStream: false });
      const [headers] = await once(stream, 'response');
      expect(String(headers[':status'])).toBe(status);
      stream.destroy();
    }
    session.destroy();
  });

  test.each(WAYS)('%s', async name => {
    const alpn = !name.startsWith('tls') ? null : name.includes('tls http2') ? 'h2' : 'http/1.1';
    const way: Way = { port: ports[name]!, alpn };
    const attacks = name.includes('http1') ? HTTP1_ATTACKS : HTTP2_ATTACKS;
    for (const each of attacks) {
      await attack(way, each);
      expect([each.name, await isServing(name, way)]).toEqual([each.name, true]);
    }
    while ((await server.ask<number>('count')) > 0);
  });

  async function isServing(name: string, { port, alpn }: Way): Promise<boolean> {
    const url = `${alpn === null ? 'ws' : 'wss'}://127.0.0.1:${port}/ws`;
    const tls = alpn === null ? undefined : { ca: certificate!.cert };
    let session: ClientHttp2Session | null = null;
    if (name.includes('http2') && alpn !== 'http/1.1') {
      session = connectHttp2Session(url.replace('ws', 'http'), tls);
      session.on('error', () => {});
    }
    const connection =
      session === null
        ? await createClientAgent().open(url, tls === undefined ? {} : { tls })
        : await connectHttp2(new WebSocketClientFactory({ url }), session);
    connection.sendClose(1000);
    const { wasClean } = await connection.closed;
    session?.destroy();
    return wasClean;
  }
});

describe('an answer that a client gets with a reset in the same packet ends its connection only', () => {
  const ENDS: Readonly<Record<string, Buffer>> = {
    'RST_STREAM (CANCEL)': http2Reset(1, CANCEL),
    'RST_STREAM (NO_ERROR)': http2Reset(1, NO_ERROR),
    'GOAWAY (CANCEL)': http2GoAway(CANCEL),
    'a frame that breaks the session': http2Reset(0, CANCEL),
    RST: Buffer.alloc(0),
  };
  const CASES = ['200', '403', null].flatMap(status =>
    Object.entries(ENDS).flatMap(([name, bytes]) => [0, END_STREAM].map(flags => ({ status, name, bytes, flags }))),
  );

  test.each(CASES)('HTTP/2: $status, flags $flags, $name', async ({ status, name, bytes, flags }) => {
    const head = status === null ? Buffer.alloc(0) : http2Head(1, { ':status': status }, flags);
    await using server = await serveRaw(async peer => {
      peer.write(HTTP2_SERVER_GREETING);
      await peer.until(() => hasHttp2Request(peer.received));
      peer.write(Buffer.concat([head, bytes]));
      if (name === 'RST') reset(peer.socket);
    });
    const url = `ws://127.0.0.1:${server.port}/`;
    const session = connectHttp2Session(url.replace('ws', 'http'));
    session.on('error', () => {});
    try {
      const factory = new WebSocketClientFactory({ url });
      // Nothing ends for want of time.
      factory.setProtocolOptions({ openHandshakeTimeout: 0 });
      const connection = await connectHttp2(factory, session);
      expect(await connection.closed).toMatchObject({ wasClean: false, code: 1006 });
      expect(status).toBe('200');
    } catch (error) {
      expect(error).toBeInstanceOf(WsError);
    }
    session.destroy();
  });

  test.each(['101', '403'])('HTTP/1.1: %s', async status => {
    await using server = await serveRaw(async peer => {
      await peer.until(() => peer.text.includes('\r\n\r\n'));
      peer.write(status === '101' ? response(peer.text) : response(peer.text, { start: 'HTTP/1.1 403 Forbidden' }));
      reset(peer.socket);
    });
    try {
      const connection = await createClientAgent().open(`ws://127.0.0.1:${server.port}/`);
      expect(await connection.closed).toMatchObject({ wasClean: false, code: 1006 });
      expect(status).toBe('101');
    } catch (error) {
      expect(error).toBeInstanceOf(WsError);
    }
  });
});
