import { constants, deflateRawSync } from 'node:zlib';
import { END_PROBE } from '@ws/compress/deflate';
import { hex } from '@ws/testkit';
import { DECOMPRESSION_STEP } from '@ws/types';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { ZlibInflater } from '../../src/zlib/zlib-handle.ts';

/** Zeros, as one message without its tail. */
function deflated(length: number): Uint8Array {
  return deflateRawSync(new Uint8Array(length), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

describe('ZlibInflater', () => {
  test.each([100, 8192, DECOMPRESSION_STEP - 1, DECOMPRESSION_STEP])(
    'writes no more than %i bytes, and goes on',
    room => {
      const inflater = new ZlibInflater();
      let rest = deflated(1_000_000);
      let length = 0;
      for (let written = room; written === room; length += written) {
        written = inflater.inflate(rest, room).length;
        expect(written).toBeLessThanOrEqual(room);
        rest = rest.subarray(inflater.bytesRead);
      }
      expect(rest).toHaveLength(0);
      expect(length + inflater.probe(room).length).toBe(1_000_000);
      expect(inflater.bytesRead).toBe(END_PROBE.length - 1);
      inflater.close();
    },
  );

  test('writes nothing where nothing is left, and reads nothing behind a final block', () => {
    const inflater = new ZlibInflater();
    expect(Buffer.from(inflater.inflate(hex('f348cdc9c90700 0203'), 100)).toString()).toBe('Hello');
    expect(inflater.bytesRead).toBe(7);
    for (const bytes of [hex('0203'), EMPTY_BYTES]) {
      expect(inflater.inflate(bytes, 100)).toHaveLength(0);
      expect(inflater.bytesRead).toBe(0);
    }
    inflater.close();
  });
});
