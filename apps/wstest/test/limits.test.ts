// What the tester takes is no rule for the peer, and what a case says is what it sends.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { duplexPair } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { runFuzzingClient, startFuzzingServer } from '../src/index.ts';
import { encodeFrame, frame, Opcode } from '../src/wire/frame.ts';
import { PeerConnection } from '../src/wire/peer-connection.ts';

vi.setConfig({ testTimeout: 60_000 });

/** A server that takes messages of any length and sends them back, and tells how long they were. */
class EchoServer {
  readonly lengths: number[] = [];
  readonly #server: WebSocketServer;

  /** @param threshold the shortest message, in bytes, that goes back compressed */
  constructor(threshold: number) {
    const options = { perMessageDeflate: { threshold }, maxPayload: 0 };
    this.#server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
    this.#server.on('connection', socket => {
      socket.on('error', () => {});
      socket.on('message', (data: Buffer, isBinary) => {
        this.lengths.push(data.length);
        socket.send(data, { binary: isBinary });
      });
    });
  }

  async url(): Promise<string> {
    await once(this.#server, 'listening');
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }
}

describe('a peer that takes a bomb, and sends back more than the tester takes', () => {
  test.each([
    { name: 'compressed', threshold: 0 },
    { name: 'in one long frame', threshold: Number.MAX_SAFE_INTEGER },
  ])('$name, is no failure', async ({ threshold }) => {
    const server = new EchoServer(threshold);
    const url = await server.url();
    const [result] = await runFuzzingClient({ url, cases: ['26.5'], isQuick: true, timeout: 10_000 });
    server.close();
    expect(result).toMatchObject({
      behavior: 'INFORMATIONAL',
      behaviorClose: 'OK',
      result:
        'The peer took the message, and sent a message of more than 67108864 bytes, which is all that the tester takes.',
      description: 'A message of 72 MiB in 72 KiB of compressed data.',
    });
    expect(server.lengths).toEqual([72 * 1024 * 1024]);
  });
});

describe('what a quick run says of a case', () => {
  let server: EchoServer;
  let url: string;
  beforeEach(async () => {
    server = new EchoServer(0);
    url = await server.url();
  });
  afterEach(() => server.close());

  test.each([
    { id: '9.1.6', says: 'A text message of 262144 bytes, in one frame.', lengths: [262_144] },
    { id: '9.3.1', says: 'A text message of 65536 bytes, in fragments of 64 bytes.', lengths: [65_536] },
    { id: '9.3.9', says: 'A text message of 65536 bytes, in one frame.', lengths: [65_536] },
    { id: '9.5.6', says: 'A text message of 16384 bytes, written in pieces of 2048 bytes.', lengths: [16_384] },
    { id: '9.7.3', says: /^10 text messages of 64 bytes/, lengths: Array(10).fill(64) },
    { id: '12.1.1', says: /^5 compressed messages of 16 /, lengths: expect.objectContaining({ length: 5 }) },
    { id: '26.9', says: 'A message of 8 KiB in one frame, written byte by byte.', lengths: [8192] },
    { id: '26.11', says: /^Messages of 256 KiB, up to 16 MiB,/, lengths: Array(64).fill(256 * 1024) },
  ])('is what is sent: $id', async ({ id, says, lengths }) => {
    const [result] = await runFuzzingClient({ url, cases: [id], isQuick: true, timeout: 10_000 });
    expect(result).toMatchObject({ behavior: 'OK', behaviorClose: 'OK' });
    expect(result!.description).toMatch(says);
    expect(server.lengths).toEqual(lengths);
  });

  test('clients are told so as well', async () => {
    const [quick, whole] = [await startFuzzingServer({ isQuick: true }), await startFuzzingServer()];
    const describe = ({ cases }: typeof quick): string | undefined =>
      cases.find(({ id }) => id === '26.5')?.description;
    expect([describe(quick), describe(whole)]).toEqual([
      'A message of 72 MiB in 72 KiB of compressed data.',
      'A message of 256 MiB in 256 KiB of compressed data.',
    ]);
    await Promise.all([quick.close(), whole.close()]);
  });
});

test('fragments count together; nothing is read behind what was too much', async () => {
  const [peer, tester] = duplexPair();
  const connection = new PeerConnection(tester, false);
  connection.startFrames();
  const part = encodeFrame(frame(Opcode.CONTINUATION, Buffer.alloc(1 << 24), { fin: false }), { isMasked: false });
  const first = Buffer.from(part);
  first[0] = Opcode.BINARY;
  for (const octets of [first, part, part, part, part, part]) peer.write(octets);
  expect(await connection.next(10_000)).toMatchObject({ type: 'excess', what: expect.stringContaining('67108864') });
  peer.end();
  expect(await connection.next(10_000)).toEqual({ type: 'end' });
});
