// What handles add to the contract of streams.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ByteStream, ByteStreamHandler } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { receiveBuffer } from '../../src/native/receive-buffer.ts';
import { unixPair } from '../support/stream-pairs.ts';

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

const NOTHING: ByteStreamHandler = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} };

/** Reads a full buffer, and ends. @returns what was read with it, of which nobody knows any more */
async function readFully(): Promise<WeakRef<ByteStream>> {
  const pair = await unixPair();
  let wasFull = false;
  const closed = new Promise<void>(resolve => {
    pair.b.attach({
      ...NOTHING,
      onData(bytes) {
        if (bytes.length !== receiveBuffer.length || wasFull) return;
        wasFull = true;
        pair.b.destroy();
      },
      onClose: () => resolve(),
    });
  });
  pair.a.attach(NOTHING);
  // While nobody reads, enough of it gathers.
  pair.b.pause();
  pair.a.write(new Uint8Array(4 * receiveBuffer.length));
  await turn();
  pair.b.resume();
  await closed;
  pair.a.destroy();
  await pair.close();
  return new WeakRef(pair.b);
}

describe('a stream by its handle', () => {
  test('that was the last to fill the buffer is not kept once it is gone', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const stream = await readFully();
    for (let i = 0; i < 10 && stream.deref() !== undefined; i++) {
      await turn();
      collect();
    }
    expect(stream.deref()).toBe(undefined);
  });

  test('that is paused while it gives way to others does not read on when it is its turn again', async () => {
    const pair = await unixPair();
    const sent = 16 * receiveBuffer.length;
    let [received, fullReads] = [0, 0];
    let isPaused = true;
    const readWhilePaused: number[] = [];
    pair.b.attach({
      ...NOTHING,
      onData({ length }) {
        received += length;
        if (isPaused) readWhilePaused.push(length);
        if (length !== receiveBuffer.length) return;
        fullReads++;
        // After the read, since it gives way only then; before its next turn.
        process.nextTick(() => {
          isPaused = true;
          pair.b.pause();
        });
      },
    });
    pair.a.attach(NOTHING);
    pair.b.pause();
    pair.a.write(new Uint8Array(sent));
    while (received < sent) {
      // While nobody reads, enough for a full buffer gathers.
      for (let i = 0; i < 5; i++) await turn();
      isPaused = false;
      pair.b.resume();
      await turn();
    }
    expect(readWhilePaused).toEqual([]);
    // It gives way at each fourth.
    expect(fullReads).toBeGreaterThanOrEqual(4);
    pair.a.destroy();
    pair.b.destroy();
    await pair.close();
  });
});
