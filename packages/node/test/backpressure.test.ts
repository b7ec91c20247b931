// A fast writer and a slow reader over real sockets: what a connection holds has a bound, and nothing is lost.
import { acceptOver, connectOver, type WebSocketConnection } from '@ws/connection';
import type { ByteStream, ByteStreamHandler } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { nodePlatform } from '../src/platform/platform.ts';
import { dataPair, handlePair, tlsHandlePair } from './support/stream-pairs.ts';
import { settle } from './support/worlds.ts';

/** A stream that counts what it has delivered. */
class CountedStream implements ByteStream {
  received = 0;
  onReceived = (): void => {};
  readonly #stream: ByteStream;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }
  get bufferedAmount(): number {
    return this.#stream.bufferedAmount;
  }
  attach(handler: ByteStreamHandler): void {
    this.#stream.attach({
      onData: bytes => {
        this.received += bytes.length;
        handler.onData(bytes);
        this.onReceived();
      },
      onDrain: () => handler.onDrain(),
      onEnd: () => handler.onEnd(),
      onClose: error => handler.onClose(error),
    });
  }
  write(bytes: Uint8Array): boolean {
    return this.#stream.write(bytes);
  }
  pause(): void {
    this.#stream.pause();
  }
  resume(): void {
    this.#stream.resume();
  }
  end(): void {
    this.#stream.end();
  }
  destroy(): void {
    this.#stream.destroy();
  }
}

const LOOK_AHEAD = 65_536;
/** What a transport may deliver at once. */
const READ = 131_072;
const HEADER = 14;
const MiB = 2 ** 20;

/** Sends `count` messages, as fast as they are taken. */
async function write(connection: WebSocketConnection, message: Uint8Array, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    message[0] = i;
    await connection.sendMessage(message);
    expect(connection.bufferedAmount).toBe(0);
  }
  await connection.close();
}

describe.each([
  ['sockets', dataPair],
  ['handles', handlePair],
  ['TLS', tlsHandlePair],
])('over %s', (_name, makePair) => {
  test.each([
    // Whatever the queue, the look-ahead is part of the message that is being assembled.
    { messageQueueSize: 1, size: MiB, count: 8, bound: 2 * MiB },
    { messageQueueSize: 3, size: MiB, count: 8, bound: 4 * MiB },
    // And what came in the same read as the end of a message that is being handed over.
    { messageQueueSize: 0, size: MiB, count: 8, bound: MiB + READ },
    // Of short messages, it is most of what is held.
    { messageQueueSize: 1, size: 1000, count: 700, bound: 2 * 1000 + LOOK_AHEAD + READ },
  ])(
    'messages of $size bytes in a queue of $messageQueueSize: no more than $bound bytes are held',
    async ({ messageQueueSize, size, count, bound }) => {
      const { a, b, close } = await makePair();
      const counted = new CountedStream(a);
      const options = { platform: nodePlatform, messageQueueSize, maxMessageSize: size };
      const requested = acceptOver(counted, options);
      const connecting = connectOver(b, { platform: nodePlatform, maxMessageSize: size });
      const server = await (await requested).accept();
      const client = await connecting;

      const handshake = counted.received;
      let [taken, most] = [0, 0];
      counted.onReceived = () => {
        most = Math.max(most, counted.received - handshake - taken * (size + HEADER));
      };
      const writing = write(client, new Uint8Array(size), count);
      // Nobody reads: then all stands still. The peer is not done, nor can it be.
      for (let before = -1; before !== counted.received; ) {
        before = counted.received;
        for (let i = 0; i < 5; i++) await settle();
      }
      expect(counted.received - handshake).toBeLessThanOrEqual(bound + HEADER * (messageQueueSize + 2));
      for await (const message of server) {
        expect([message.length, message[0]]).toEqual([size, taken & 0xff]);
        taken++;
        if (size === MiB) await settle();
      }
      expect(taken).toBe(count);
      expect(most).toBeLessThanOrEqual(bound + HEADER * (messageQueueSize + 2));
      await writing;
      await close();
    },
  );
});

test('while nobody reads, pings and a Close frame that lie within the look-ahead are answered', async () => {
  const { a, b, close } = await handlePair();
  const requested = acceptOver(a, { platform: nodePlatform });
  const connecting = connectOver(b, { platform: nodePlatform });
  const server = await (await requested).accept();
  const client = await connecting;
  for (let i = 0; i < 20; i++) await client.sendMessage(new Uint8Array(2000));
  expect(await client.ping()).toBeGreaterThanOrEqual(0);
  expect(await client.close(4000)).toMatchObject({ code: 4000 });
  let taken = 0;
  await expect(
    (async () => {
      for await (const _message of server) taken++;
    })(),
  ).rejects.toMatchObject({ reason: { code: 4000 } });
  expect(taken).toBe(20);
  await close();
});
