import { constants, deflateRawSync } from 'node:zlib';
import { Output } from '@ws/compress/deflate';
import { describe, expect, test } from 'vitest';
import { ZlibInflater } from '../../src/zlib/zlib-handle.ts';

/** How much the inflater gives in one call of zlib. */
const CHUNK_SIZE = 65_536 + 1024;

/** Zeros, as one message without its tail. */
function deflated(length: number): Uint8Array {
  return deflateRawSync(new Uint8Array(length), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

describe('ZlibInflater', () => {
  test.each([0, 1, 100, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 3 * CHUNK_SIZE])(
    'stops one byte behind a limit of %i, however much would follow',
    limit => {
      const inflater = new ZlibInflater();
      const output = new Output(limit);
      expect(() => inflater.inflate(deflated(1_000_000), output)).toThrow(
        expect.objectContaining({ code: 'ERR_MESSAGE_TOO_BIG' }),
      );
      expect(output.length).toBe(limit + 1);
      inflater.close();
    },
  );

  test.each([0, 1, 100, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE])(
    'gives %i bytes whose limit is just that',
    length => {
      const inflater = new ZlibInflater();
      const output = new Output(length);
      const payload = deflated(length);
      expect(inflater.inflate(payload, output)).toBe(payload.length);
      inflater.probe(output);
      expect(output.take()).toEqual(new Uint8Array(length));
      inflater.close();
    },
  );
});
