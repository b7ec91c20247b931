import type { ByteStream } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { byteStreamContract, memoryPair, seededRandom } from '../../src/index.ts';
import { brokenStreams } from '../support/broken-streams.ts';
import { firstBrokenRule } from '../support/prove-suite.ts';

const runner = { describe, test };
byteStreamContract('memoryPair', async () => memoryPair(), runner);
byteStreamContract('memoryPair without limit', async () => memoryPair({ capacity: Number.POSITIVE_INFINITY }), runner);
const random = seededRandom(1);
const chunkSize = () => 1 + random.below(30_000);
byteStreamContract('memoryPair in small pieces', async () => memoryPair({ chunkSize, capacity: 50_000 }), runner);

describe('byteStreamContract finds a stream that', () => {
  test.each(Object.entries(brokenStreams))('%s', async (_, Broken) => {
    const wrap = (inner: ByteStream): ByteStream => new Broken(inner);
    const makePair = async () => {
      const { a, b } = memoryPair({ schedule });
      return { a: wrap(a), b: wrap(b) };
    };
    expect(await firstBrokenRule(runner => byteStreamContract('broken', makePair, runner))).not.toBe(null);
  });

  test('needs no writev', async () => {
    const makePair = async () => {
      const { a, b } = memoryPair();
      return { a: withoutWritev(a), b: withoutWritev(b) };
    };
    expect(await firstBrokenRule(runner => byteStreamContract('plain', makePair, runner))).toBe(null);
  });
});

function withoutWritev(stream: ByteStream): ByteStream {
  return {
    attach: handler => stream.attach(handler),
    write: bytes => stream.write(bytes),
    get bufferedAmount() {
      return stream.bufferedAmount;
    },
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    end: () => stream.end(),
    destroy: () => stream.destroy(),
  };
}

/** The memory pair throws where a broken stream makes a user change bytes that are kept: the suite must find it itself. */
function schedule(task: () => void): void {
  queueMicrotask(() => {
    try {
      task();
    } catch {}
  });
}
