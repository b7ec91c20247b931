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
});
