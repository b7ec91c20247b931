// Tests of a transport and of an application, without a network: run by bare node, here with the runner of Node.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { byteStreamContract, everySplit, hex, manualClock, memoryPair, toHex } from '@ws/testkit';

// An adapter proves itself by the suite of the port: every sentence of it, with 5 MiB messages and paused readers.
byteStreamContract('memoryPair', async () => memoryPair({ chunkSize: 50_000 }), { describe, test });

test('bytes may be cut anywhere', () => {
  const joined = everySplit(hex('81 05 48 65 6c 6c 6f'), chunks => chunks.map(chunk => toHex(chunk, '')).join(''));
  assert.equal(joined, '810548656c6c6f');
});

test('an answer that takes too long', () => {
  const clock = manualClock();
  const { a, b, flush } = memoryPair({ manual: true });
  const heard = [];
  const handler = { onData: bytes => heard.push(toHex(bytes)), onDrain() {}, onEnd() {}, onClose() {} };
  a.attach(handler);
  b.attach({ ...handler, onData: () => clock.setTimer(5000, () => b.write(hex('8a 00'))) });

  a.write(hex('89 00'));
  flush();
  clock.advance(4999);
  assert.deepEqual([flush(), heard], [0, []]);
  clock.advance(1);
  assert.deepEqual([flush(), heard], [1, ['8a 00']]);
});
