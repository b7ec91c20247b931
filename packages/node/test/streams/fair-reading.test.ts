// No connection is read for long while others wait: bytes are counted per turn of the event loop.

import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { ByteStream } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { socketStream } from '../../src/streams/socket-stream.ts';
import { noCertificates } from '../support/certificates.ts';
import {
  dataPair,
  handlePair,
  http2Pair,
  type Pair,
  tlsHandlePair,
  tlsPair,
  unixPair,
  upgradedPair,
} from '../support/stream-pairs.ts';

const KiB = 1024;
const SENT = 16 * 1024 * KiB;

const kinds: { name: string; open: () => Promise<Pair> }[] = [
  { name: 'sockets', open: dataPair },
  { name: 'handles', open: handlePair },
  { name: 'handles of Unix domain sockets', open: unixPair },
  { name: 'upgraded sockets', open: upgradedPair },
  { name: 'HTTP/2 streams', open: http2Pair },
  ...(noCertificates === null
    ? [
        { name: 'TLS sockets', open: tlsPair },
        { name: 'handles of TLS sockets', open: tlsHandlePair },
      ]
    : []),
];

/** What a receiver does in `onData`. */
const ways = [
  { way: 'reads on', onData: () => {} },
  {
    way: 'pauses, and resumes in a microtask',
    onData: ({ b }: Pair) => {
      b.pause();
      queueMicrotask(() => b.resume());
    },
  },
  {
    way: 'pauses, and resumes at once',
    onData: ({ b }: Pair) => {
      b.pause();
      b.resume();
    },
  },
];

/** Reads everything. @returns how many bytes came in each turn */
async function bytesPerTurn(pair: Pair, onData: (pair: Pair) => void): Promise<number[]> {
  const turns: number[] = [];
  let [inTurn, received] = [0, 0];
  await new Promise<void>(resolve => {
    const endTurn = (): void => {
      turns.push(inTurn);
      inTurn = 0;
      if (received < SENT) setImmediate(endTurn);
      else resolve();
    };
    pair.b.attach({
      onData({ length }) {
        inTurn += length;
        received += length;
        onData(pair);
      },
      onDrain() {},
      onEnd() {},
      onClose() {},
    });
    pair.a.attach({ onData() {}, onDrain() {}, onEnd() {}, onClose() {} });
    for (let i = 0; i < 16; i++) pair.a.write(new Uint8Array(1024 * KiB));
    setImmediate(endTurn);
  });
  return turns;
}

describe.each(kinds)('$name', ({ open }) => {
  test.each(ways)('bring at most 512 KiB in a turn to who $way', async ({ onData }) => {
    const pair = await open();
    const turns = await bytesPerTurn(pair, onData);
    expect(Math.max(...turns)).toBeLessThanOrEqual(512 * KiB);
    for (const stream of [pair.a, pair.b]) stream.destroy();
    await pair.close();
  });
});

test('streams of one HTTP/2 session have one share, however wide its windows are', async () => {
  const server = createServer({ settings: { initialWindowSize: 2 ** 24 } });
  server.on('session', session => session.setLocalWindowSize(2 ** 26));
  const accepted: ByteStream[] = [];
  const allCame = new Promise<void>(resolve => {
    server.on('stream', stream => {
      stream.respond({ ':status': 200 });
      accepted.push(socketStream(stream));
      if (accepted.length === 4) resolve();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [turns, total]: [number[], number] = [[], 4 * 4096 * KiB];
  for (let i = 0; i < 4; i++) client.request({ ':method': 'POST', ':path': '/' }).write(new Uint8Array(4096 * KiB));
  await allCame;
  let [inTurn, received] = [0, 0];
  await new Promise<void>(resolve => {
    const endTurn = (): void => {
      turns.push(inTurn);
      inTurn = 0;
      if (received < total) setImmediate(endTurn);
      else resolve();
    };
    for (const stream of accepted) {
      stream.attach({
        onData({ length }) {
          inTurn += length;
          received += length;
        },
        onDrain() {},
        onEnd() {},
        onClose() {},
      });
    }
    setImmediate(endTurn);
  });
  // A stream may deliver one piece more, by which it learns that it has to give way.
  expect(Math.max(...turns)).toBeLessThanOrEqual((512 + 4 * 64) * KiB);
  client.destroy();
  await new Promise(resolve => server.close(resolve));
});
