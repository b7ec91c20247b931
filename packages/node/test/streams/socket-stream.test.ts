import type { Duplex } from 'node:stream';
import type { ByteStream, ByteStreamHandler } from '@ws/types';
import { afterEach, describe, expect, test } from 'vitest';
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

/** Records what a stream tells, and lets tests wait for it. */
class Recorder implements ByteStreamHandler {
  readonly events: string[] = [];
  readonly chunks: Uint8Array[] = [];
  length = 0;
  error: Error | undefined;
  onBytes: ((bytes: Uint8Array) => void) | null = null;
  #waiters: (() => void)[] = [];

  onData(bytes: Uint8Array): void {
    this.length += bytes.length;
    this.chunks.push(new Uint8Array(bytes));
    bytes.fill(0xdd); // lent bytes may be changed
    this.onBytes?.(bytes);
    this.#tell('data');
  }
  onDrain(): void {
    this.#tell('drain');
  }
  onEnd(): void {
    this.#tell('end');
  }
  onClose(error?: Error): void {
    this.error = error;
    this.#tell('close');
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>(resolve => this.#waiters.push(resolve));
  }

  event(name: string): Promise<void> {
    return this.until(() => this.events.includes(name));
  }

  #tell(event: string): void {
    if (event !== 'data') this.events.push(event);
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

function attached(stream: ByteStream): Recorder {
  const recorder = new Recorder();
  stream.attach(recorder);
  return recorder;
}

const pairs: [string, () => Promise<Pair>][] = [
  ['sockets with data events', dataPair],
  ['handles', handlePair],
  ['Unix domain sockets, by their handles', unixPair],
  ['upgraded sockets, by their handles', upgradedPair],
  ['HTTP/2 streams', http2Pair],
];
if (noCertificates === null) pairs.push(['TLS sockets', tlsPair], ['TLS sockets, by their handles', tlsHandlePair]);
else console.warn(noCertificates);

describe.each(pairs)('the stream of %s', (name, makePair) => {
  let pair: Pair;
  afterEach(async () => {
    pair.a.destroy();
    pair.b.destroy();
    await pair.close();
  });

  test('carries bytes both ways, in order', async () => {
    pair = await makePair();
    const [a, b] = [attached(pair.a), attached(pair.b)];
    pair.a.write(Buffer.from('one '));
    pair.a.write(Buffer.from('two'));
    pair.b.write(Buffer.from('three'));
    await Promise.all([b.until(() => b.length === 7), a.until(() => a.length === 5)]);
    expect([b.text, a.text]).toEqual(['one two', 'three']);
  });

  test('sends several pieces as one', async () => {
    pair = await makePair();
    attached(pair.a);
    const b = attached(pair.b);
    pair.a.writev?.([Buffer.from('he'), Buffer.from(''), Buffer.from('ad'), Buffer.alloc(30_000, 'x')]);
    await b.until(() => b.length === 30_004);
    expect(b.text).toBe(`head${'x'.repeat(30_000)}`);
  });

  test('gives memory back when it says so, and keeps it when it does not', async () => {
    pair = await makePair();
    const a = attached(pair.a);
    const b = attached(pair.b);
    let total = 0;
    let scratch = new Uint8Array(9000);
    for (let index = 0; index < 600; index++) {
      const piece = scratch.subarray(0, 1 + ((index * 977) % 9000));
      piece.fill(index % 251);
      total += piece.length;
      if (pair.a.write(piece)) scratch.fill(0xaa);
      else scratch = new Uint8Array(9000);
      if (index % 50 === 0) await turn();
    }
    await b.until(() => b.length === total);
    const received = Buffer.concat(b.chunks);
    let position = 0;
    for (let index = 0; index < 600; index++) {
      const length = 1 + ((index * 977) % 9000);
      const piece = received.subarray(position, position + length);
      if (!piece.every(byte => byte === index % 251)) throw new Error(`piece ${index} was changed`);
      position += length;
    }
    if (pair.a.bufferedAmount > 0) await a.event('drain');
  });

  test('keeps what a slow peer does not take, says how much, and tells when it is gone', async () => {
    pair = await makePair();
    const a = attached(pair.a);
    const b = attached(pair.b);
    pair.b.pause();
    const piece = new Uint8Array(1 << 20).fill(7);
    let sent = 0;
    while (sent < 32 << 20) {
      sent += piece.length;
      if (!pair.a.write(piece) && pair.a.bufferedAmount > 8 << 20) break;
      await turn();
    }
    expect(pair.a.bufferedAmount).toBeGreaterThan(0);
    a.events.length = 0;
    pair.b.resume();
    await a.event('drain');
    expect(pair.a.bufferedAmount).toBe(0);
    await b.until(() => b.length === sent);
  });

  test('is silent while paused, and loses nothing', async () => {
    pair = await makePair();
    attached(pair.a);
    const b = attached(pair.b);
    pair.a.write(Buffer.from('first '));
    await b.until(() => b.length > 0);
    pair.b.pause();
    pair.a.write(Buffer.from('second '));
    for (let index = 0; index < 5; index++) await turn();
    expect(b.text).toBe('first ');
    pair.b.resume();
    await b.until(() => b.length === 13);
    expect(b.text).toBe('first second ');
  });

  test('does not mind being paused or resumed twice', async () => {
    pair = await makePair();
    attached(pair.a);
    const b = attached(pair.b);
    pair.b.resume();
    pair.b.pause();
    pair.b.pause();
    pair.b.resume();
    pair.b.resume();
    pair.a.write(Buffer.from('still here'));
    await b.until(() => b.length === 10);
    expect(b.events).toEqual([]);
  });

  test('can be paused from within onData', async () => {
    pair = await makePair();
    attached(pair.a);
    const b = attached(pair.b);
    let isPaused = false;
    b.onBytes = () => {
      if (isPaused) throw new Error('data came while paused');
      isPaused = true;
      pair.b.pause();
      setImmediate(() => {
        isPaused = false;
        pair.b.resume();
      });
    };
    for (let index = 0; index < 20; index++) {
      pair.a.write(Buffer.alloc(20_000, index));
      await turn();
    }
    await b.until(() => b.length === 400_000);
  });

  test('tells of the end of one direction while the other stays open', async () => {
    pair = await makePair();
    const [a, b] = [attached(pair.a), attached(pair.b)];
    pair.a.write(Buffer.from('last words'));
    pair.a.end();
    expect(pair.a.write(Buffer.from('too late'))).toBe(true);
    await b.event('end');
    expect(b.text).toBe('last words');
    await turn();
    expect(b.events).toEqual(['end']);
    pair.b.write(Buffer.from('answer'));
    pair.b.end();
    await Promise.all([a.event('close'), b.event('close')]);
    expect(a.text).toBe('answer');
    expect(a.events).toEqual(['end', 'close']);
    expect(b.events).toEqual(['end', 'close']);
    expect(a.error).toBeUndefined();
  });

  test('sends what is queued before the end', async () => {
    pair = await makePair();
    attached(pair.a);
    const b = attached(pair.b);
    pair.b.pause();
    for (let index = 0; index < 4; index++) pair.a.write(new Uint8Array(1 << 20).fill(index));
    pair.a.end();
    for (let index = 0; index < 3; index++) await turn();
    pair.b.resume();
    await b.event('end');
    expect(b.length).toBe(4 << 20);
  });

  test('closes at once when destroyed, on both sides, and says nothing more', async () => {
    pair = await makePair();
    const [a, b] = [attached(pair.a), attached(pair.b)];
    pair.a.destroy();
    pair.a.destroy();
    pair.a.end();
    expect(pair.a.write(Buffer.from('x'))).toBe(true);
    await Promise.all([a.event('close'), b.until(() => b.events.length > 0)]);
    pair.b.end();
    await b.event('close');
    expect(a.events).toEqual(['close']);
    expect(b.events.filter(event => event === 'close')).toHaveLength(1);
  });

  test('delivers nothing after being destroyed from within onData', async () => {
    pair = await makePair();
    attached(pair.a);
    const b = attached(pair.b);
    b.onBytes = () => pair.b.destroy();
    pair.a.write(new Uint8Array(200_000));
    await b.event('close');
    expect(b.chunks).toHaveLength(1);
  });

  test('never calls the handler before attach returns, not even for what has come already', async () => {
    pair = await makePair();
    attached(pair.a);
    pair.a.write(Buffer.from('early'));
    pair.a.end();
    for (let index = 0; index < 5; index++) await turn();
    const b = new Recorder();
    pair.b.attach(b);
    expect([b.length, b.events]).toEqual([0, []]);
    await b.event('end');
    expect(b.text).toBe('early');
  });

  test('tells a handler that comes after the close of it', async () => {
    pair = await makePair();
    attached(pair.a);
    pair.b.destroy();
    for (let index = 0; index < 3; index++) await turn();
    const b = new Recorder();
    pair.b.attach(b);
    expect(b.events).toEqual([]);
    await b.event('close');
    expect(b.events).toEqual(['close']);
  });

  test('is attached once', async () => {
    pair = await makePair();
    attached(pair.a);
    expect(() => pair.a.attach(new Recorder())).toThrow(TypeError);
    expect(name).not.toBe('');
  });
});

test.skipIf(noCertificates !== null)('a TLS connection is gone when a record of it is bad', async () => {
  // An alert within an open connection is an error that Node reports, and leaves the socket as it is.
  const pair = await tlsPair();
  const [one, other] = [new Recorder(), new Recorder()];
  pair.a.attach(one);
  pair.b.attach(other);
  const { socket } = pair.a as unknown as { socket: Duplex };
  const error = Object.assign(new Error('bad record'), { code: 'ERR_SSL_BAD_RECORD' });
  socket.emit('error', error);
  await one.until(() => one.events.includes('close'));
  expect(one.error).toBe(error);
  await other.until(() => other.events.includes('end'));
  pair.b.destroy();
  await pair.close();
});

test('who sends without end is read in turns with others', async () => {
  const pair = await handlePair();
  let [length, inARow, longest] = [0, 0, 0];
  let onDone = (): void => {};
  const done = new Promise<void>(resolve => {
    onDone = resolve;
  });
  pair.b.attach({
    onData(bytes) {
      length += bytes.length;
      longest = Math.max(longest, ++inARow);
      if (inARow === 1) {
        setImmediate(() => {
          inARow = 0;
        });
      }
      if (length === 32 * 2 ** 20) onDone();
    },
    onDrain() {},
    onEnd() {},
    onClose() {},
  });
  const sender = new Recorder();
  pair.a.attach(sender);
  for (let i = 0; i < 32; i++) pair.a.write(new Uint8Array(2 ** 20));
  await done;
  // Four whole buffers, before which there may be one that is not full.
  expect(longest).toBeLessThanOrEqual(8);
  for (const stream of [pair.a, pair.b]) stream.destroy();
  await pair.close();
});
