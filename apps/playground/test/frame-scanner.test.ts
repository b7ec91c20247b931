import { everySplit, hex, toHex } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { FrameScanner, type SeenFrame } from '../src/index.ts';

function scan(chunks: readonly Uint8Array[]): SeenFrame[] {
  const frames: SeenFrame[] = [];
  const scanner = new FrameScanner(frame => frames.push(frame));
  for (const chunk of chunks) scanner.push(chunk);
  return frames;
}

describe('FrameScanner', () => {
  test('reads the examples of RFC 6455, 5.7', () => {
    const [plain, masked, first, last, ping] = scan([
      hex('81 05 48656c6c6f  81 85 37fa213d 7f9f4d5158  01 03 48656c  80 02 6c6f  89 05 48656c6c6f'),
    ]);
    expect(plain).toMatchObject({ opcode: 1, isFinal: true, isMasked: false, length: 5, header: hex('81 05') });
    expect(masked).toMatchObject({ isMasked: true, header: hex('81 85 37fa213d'), preview: hex('48656c6c6f') });
    expect(first).toMatchObject({ opcode: 1, isFinal: false, preview: hex('48656c') });
    expect(last).toMatchObject({ opcode: 0, isFinal: true, preview: hex('6c6f') });
    expect(ping).toMatchObject({ opcode: 9 });
  });

  test('reads both longer forms of the length, and keeps no more than it shows', () => {
    const [medium, long] = scan([
      hex('82 7e 0100'),
      new Uint8Array(256),
      hex('82 7f 0000000000010000'),
      new Uint8Array(65_536),
    ]);
    expect(medium).toMatchObject({ length: 256, header: hex('82 7e 0100') });
    expect(long).toMatchObject({ length: 65_536, header: hex('82 7f 0000000000010000') });
    expect(long!.preview).toHaveLength(96);
  });

  test('sees that a message is compressed (RFC 7692, 7.2.3.1), and empty frames', () => {
    const [compressed, empty] = scan([hex('c1 07 f248cdc9c90700 8a 80 01020304')]);
    expect(compressed).toMatchObject({ isCompressed: true, length: 7 });
    expect(empty).toMatchObject({ opcode: 10, isMasked: true, length: 0 });
  });

  test('finds the same frames wherever the bytes are cut', () => {
    const bytes = hex('81 85 37fa213d 7f9f4d5158  89 00  82 7e 0004 01020304  88 02 03e8');
    everySplit(bytes, chunks => scan(chunks).map(({ header, preview }) => [toHex(header), toHex(preview)]));
  });

  test('leaves the bytes as they are', () => {
    const bytes = hex('81 85 37fa213d 7f9f4d5158');
    scan([bytes]);
    expect(toHex(bytes, '')).toBe('818537fa213d7f9f4d5158');
  });
});
