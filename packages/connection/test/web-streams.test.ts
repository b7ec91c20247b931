import { CloseReason } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { ConnectionClosed } from '../src/errors.ts';
import type { Received } from '../src/incoming.ts';
import { failureOf, openPair, settle } from './support/pair.ts';

async function collect(readable: ReadableStream<Received>): Promise<Received[]> {
  const all: Received[] = [];
  for await (const chunk of readable) all.push(chunk);
  return all;
}

const closedWith = (code: number) =>
  expect.objectContaining({ name: 'ConnectionClosed', reason: expect.objectContaining({ code }) });

describe('the streams of a connection', () => {
  test('carry messages, one in each chunk, both ways', async () => {
    const { client, server } = await openPair();
    const { readable, writable } = server.streams();
    const echoing = readable.pipeTo(writable);
    for (const message of ['text', '', Uint8Array.of(1, 2), 'x'.repeat(70_000)]) {
      await client.sendMessage(message);
      expect(await client.getMessage()).toEqual(message);
    }
    expect(await client.close(1000)).toMatchObject({ code: 1000 });
    await echoing.catch(error => expect(error).toBeInstanceOf(ConnectionClosed));
  });

  test('take a message in pieces, such as a stream', async () => {
    const { client, server } = await openPair();
    const writer = client.streams().writable.getWriter();
    const taken = server.getMessage();
    await writer.write(new Blob(['in ', 'pieces']).stream() as unknown as AsyncIterable<Uint8Array>);
    expect(Buffer.from((await taken) as Uint8Array).toString()).toBe('in pieces');
  });

  test('take nothing that nobody reads', async () => {
    const { client, server } = await openPair();
    const { readable } = server.streams();
    for (const text of ['a', 'b', 'c']) await client.sendMessage(text);
    await settle();
    expect(await server.getMessage()).toBe('a');
    const reader = readable.getReader();
    expect(await reader.read()).toEqual({ done: false, value: 'b' });
    reader.releaseLock();
    await settle();
    expect(await server.getMessage()).toBe('c');
  });

  test('a slow reader stops the peer', async () => {
    const { client, server, serverStream } = await openPair({ memory: { capacity: 16_384 } });
    const reader = server.streams().readable.getReader();
    const writer = client.streams().writable.getWriter();
    let written = 0;
    const writing = (async () => {
      for (; written < 50; written++) await writer.write('x'.repeat(65_536));
    })();
    await settle();
    expect(serverStream.isPaused).toBe(true);
    expect(written).toBeLessThanOrEqual(5);
    for (let read = 0; read < 50; read++) {
      expect((await reader.read()).value).toHaveLength(65_536);
      await settle();
      expect(written - read).toBeLessThanOrEqual(6);
    }
    await writing;
  });

  test('a write is done when the transport took it, and the writer is ready then', async () => {
    const { client, server, serverStream } = await openPair({ memory: { capacity: 1024 } });
    serverStream.pause();
    const writer = client.streams().writable.getWriter();
    const done: string[] = [];
    const written = writer.write('x'.repeat(5000)).then(() => done.push('written'));
    const ready = writer.ready.then(() => done.push('ready'));
    await settle();
    expect([done, writer.desiredSize]).toEqual([[], 0]);
    serverStream.resume();
    await Promise.all([written, ready]);
    expect(writer.desiredSize).toBe(1);
    expect(await server.getMessage()).toHaveLength(5000);
  });
});

describe('closing', () => {
  const text = 'ü'.repeat(100);
  const REASONS: [what: string, reason: unknown, code: number, text: string | null][] = [
    ['nothing', undefined, 1000, null],
    ['a close code', { closeCode: 4001, reason: 'why' }, 4001, 'why'],
    ['a close code alone', { closeCode: 3000 }, 3000, null],
    ['no close code', { closeCode: null, reason: '' }, 1000, null],
    ['a CloseReason', new CloseReason(4002, 'because'), 4002, 'because'],
    ['how another connection closed', new ConnectionClosed(new CloseReason(1008, 'no')), 1008, 'no'],
    ['that another connection was lost', new ConnectionClosed(new CloseReason(1006, 'lost')), 1011, null],
    ['that another connection never opened', new ConnectionClosed(null), 1011, null],
    ['a code that must not be sent', { closeCode: 1005 }, 1011, null],
    ['an error', new Error('not for the peer'), 1011, null],
    ['a reason of more than 123 bytes, which is cut', { closeCode: 4000, reason: text }, 4000, text.slice(0, 61)],
  ];

  test.each(REASONS)('cancel with %s', async (_what, reason, code, expected) => {
    const { client, server } = await openPair();
    await client.streams().readable.cancel(reason);
    expect(await server.whenClosed).toMatchObject({ code, reason: expected });
  });

  test.each(REASONS)('abort with %s', async (_what, reason, code, expected) => {
    const { client, server } = await openPair();
    await client.streams().writable.abort(reason);
    expect(await server.whenClosed).toMatchObject({ code, reason: expected });
  });

  test('close is 1000, and ends what is read on both sides', async () => {
    const { client, server } = await openPair();
    const [ours, theirs] = [client.streams(), server.streams()];
    const all = [collect(ours.readable), collect(theirs.readable)];
    const writer = ours.writable.getWriter();
    await writer.write('last');
    await writer.close();
    expect(await Promise.all(all)).toEqual([[], ['last']]);
    expect(server.closed).toMatchObject({ code: 1000 });
    expect(await failureOf(theirs.writable.getWriter().write('late'))).toEqual(closedWith(1000));
  });

  test('cancel while a read waits ends the read', async () => {
    const { client, server } = await openPair();
    const reader = client.streams().readable.getReader();
    const read = reader.read();
    await settle();
    await reader.cancel();
    expect((await read).done).toBe(true);
    expect(await server.whenClosed).toMatchObject({ code: 1000 });
  });

  test('abort while a write waits for the transport does not wait for it', async () => {
    const { client, server, serverStream } = await openPair({ memory: { capacity: 1024 } });
    serverStream.pause();
    const writer = client.streams().writable.getWriter();
    const written = failureOf(writer.write('x'.repeat(5000)));
    await settle();
    const aborted = writer.abort({ closeCode: 4003 });
    expect(await written).toEqual({ closeCode: 4003 });
    serverStream.resume();
    await aborted;
    expect(await server.whenClosed).toMatchObject({ code: 4003 });
  });

  test('abort in the middle of a message in pieces fails the connection: the peer must not take it for whole', async () => {
    const { client, server } = await openPair();
    const writer = client.streams().writable.getWriter();
    const half = (async function* () {
      yield 'half';
      await new Promise(() => {});
    })();
    const written = failureOf(writer.write(half));
    await settle();
    await writer.abort({ closeCode: 4003 });
    await written;
    expect(await server.whenClosed).toMatchObject({ code: 1011 });
  });

  test.each([
    ['4001 by the peer', 4001],
    ['the loss of the transport', 1006],
  ])('%s is an error of both streams', async (_what, code) => {
    const { client, server, serverStream } = await openPair();
    const { readable, writable } = client.streams();
    const read = failureOf(readable.getReader().read());
    const closed = failureOf(writable.getWriter().closed);
    if (code === 1006) serverStream.destroy();
    else await server.close(code);
    expect([await read, await closed]).toEqual([closedWith(code), closedWith(code)]);
  });

  test.each([1000, 1001])('%i by the peer ends what is read, orderly', async code => {
    const { client, server } = await openPair();
    const all = collect(client.streams().readable);
    await server.sendMessage('last');
    await server.close(code);
    expect(await all).toEqual(['last']);
  });
});
