import type { MessageTransport } from '@ws/types';
import { describe, expect, inject, test } from 'vitest';
import { memoryTransportPair, messageTransportContract } from '../../src/index.ts';
import { brokenEnding } from '../support/broken-ending.ts';
import { brokenReceiving } from '../support/broken-receiving.ts';
import { brokenSending } from '../support/broken-sending.ts';
import { PLAIN_LIMITS, PlainTransport } from '../support/plain-transport.ts';
import { firstBrokenRule } from '../support/prove-suite.ts';

const runner = { describe, test };
messageTransportContract('memoryTransportPair', async () => memoryTransportPair(), runner);
const narrow = { capacity: 1, pieceSize: 1000 };
/** The quick tests prove one implementation, and that some of the broken ones are found. */
const isQuick = inject('tier') === 'quick';
if (!isQuick) {
  messageTransportContract('memoryTransportPair without room', async () => memoryTransportPair(narrow), runner);
}
const plainPair = async () => ({ ...wrapped(PlainTransport), limits: PLAIN_LIMITS });
if (!isQuick) messageTransportContract('a transport that can little', plainPair, runner);

/** A pair of transports of a class, over transports in memory. */
function wrapped(Wrapper: new (inner: MessageTransport) => MessageTransport) {
  const { a, b, breakConnection } = memoryTransportPair({ schedule });
  return { a: new Wrapper(a), b: new Wrapper(b), breakConnection };
}

describe('messageTransportContract finds a transport that', () => {
  const all = Object.entries({ ...brokenSending, ...brokenReceiving, ...brokenEnding });
  const tried = all.filter((_, index) => !isQuick || index % 6 === 0);
  test.each(tried)('%s', async (_, Broken) => {
    const makePair = async () => wrapped(Broken);
    expect(await firstBrokenRule(runner => messageTransportContract('broken', makePair, runner))).not.toBe(null);
  });
});

/** Transports in memory throw where a broken one changes what waits: the suite must find it itself. */
function schedule(task: () => void): void {
  queueMicrotask(() => {
    try {
      task();
    } catch {}
  });
}
