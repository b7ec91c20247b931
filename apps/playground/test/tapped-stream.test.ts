import { byteStreamContract, hex, memoryPair, toHex } from '@ws/testkit';
import type { ByteStream } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { TappedStream } from '../src/index.ts';

const NOBODY = { onIncoming() {}, onOutgoing() {} };

byteStreamContract(
  'TappedStream',
  async () => {
    const { a, b } = memoryPair();
    return { a: new TappedStream(a, NOBODY), b: new TappedStream(b, NOBODY) };
  },
  { describe, test },
);

test('a tap sees what goes either way, before anybody changes it', () => {
  const { a, b, flush } = memoryPair({ manual: true });
  const seen: string[] = [];
  const tapped = new TappedStream(a, {
    onIncoming: bytes => seen.push(`in ${toHex(bytes)}`),
    onOutgoing: bytes => seen.push(`out ${toHex(bytes)}`),
  });
  const handler = { onData: (bytes: Uint8Array) => void bytes.fill(0), onDrain() {}, onEnd() {}, onClose() {} };
  tapped.attach(handler);
  b.attach(handler);
  b.write(hex('01 02'));
  flush();
  tapped.write(hex('03'));
  tapped.writev([hex('04'), hex('05 06')]);
  expect(seen).toEqual(['in 01 02', 'out 03', 'out 04', 'out 05 06']);
});

test('a stream that cannot write several pieces at once is written to one by one', () => {
  const written: string[] = [];
  const write = (bytes: Uint8Array): boolean => written.push(toHex(bytes)) !== 1;
  const plain = { write } as unknown as ByteStream;
  expect(new TappedStream(plain, NOBODY).writev([hex('01'), hex('02')])).toBe(false);
  expect(written).toEqual(['01', '02']);
});
