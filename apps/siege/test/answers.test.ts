// Every answer of our own meets the end of its stream or connection in the same packet: the process lives, and serves.

import { type ClientHttp2Session, connect as connectHttp2Session } from 'node:http2';
import { connectHttp2, createClientAgent, WebSocketClientFactory } from '@ws/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../bundle.mjs';
import { attack, HTTP1_ATTACKS, HTTP2_ATTACKS, type Way } from '../src/answers/attacks.ts';
import { createCertificate } from '../src/fault/certificate.ts';
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
