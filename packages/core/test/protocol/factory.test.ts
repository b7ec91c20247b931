import { describe, expect, test } from 'vitest';
import { WebSocketClientFactory } from '../../src/protocol/client-factory.ts';
import { WebSocketServerFactory } from '../../src/protocol/server-factory.ts';
import { bytes } from '../harness.ts';

describe.each([new WebSocketServerFactory(), new WebSocketClientFactory()])('prepareMessage', factory => {
  test.each([
    { name: 'a string as text', call: ['é'], payload: bytes('é'), isBinary: false },
    { name: 'bytes as text', call: [bytes('a')], payload: bytes('a'), isBinary: false },
    { name: 'bytes as binary', call: [bytes('a'), true], payload: bytes('a'), isBinary: true },
    { name: 'uncompressed', call: ['a', false, true], payload: bytes('a'), isBinary: false, doNotCompress: true },
  ])('takes $name', ({ call, payload, isBinary, doNotCompress = false }) => {
    const prepared = factory.prepareMessage(...(call as [string, boolean?, boolean?]));
    expect(prepared).toMatchObject({ payload, isBinary, doNotCompress });
  });

  test('copies', () => {
    const payload = bytes('a');
    const prepared = factory.prepareMessage(payload);
    payload[0] = 0;
    expect(prepared.payload).toEqual(bytes('a'));
  });

  test.each([
    { name: 'a string as binary', call: ['a', true] },
    { name: 'a number', call: [7] },
    { name: 'other typed arrays', call: [new Float32Array(2)] },
    { name: 'nothing', call: [] },
  ])('refuses $name', ({ call }) => {
    expect(() => (factory.prepareMessage as (...values: unknown[]) => void).apply(factory, call)).toThrow(TypeError);
  });
});
