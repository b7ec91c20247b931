import { constants, deflateRawSync } from 'node:zlib';
import { seededRandom } from '@ws/testkit';
import { concatBytes, EMPTY_BYTES, equalBytes } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { inflateWhole } from '../../src/deflate/fflate-inflate.ts';
import { jsonMessage } from '../support/messages.ts';

const message = jsonMessage(seededRandom(1), 100_000);
const payload = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

describe('inflateWhole', () => {
  test('inflates a whole message', () => {
    expect(equalBytes(inflateWhole(payload, EMPTY_BYTES, 100_000)!, message)).toBe(true);
  });
  test('goes on from the messages before', () => {
    const dictionary = message.subarray(0, 32_768);
    const options = { dictionary, finishFlush: constants.Z_SYNC_FLUSH };
    const next = concatBytes([message.subarray(0, 20_000), seededRandom(2).bytes(8000)]);
    const compressed = deflateRawSync(next, options).subarray(0, -4);
    expect(equalBytes(inflateWhole(compressed, dictionary, 100_000)!, next)).toBe(true);
  });
  test('throws when there is too much', () => {
    expect(() => inflateWhole(payload, EMPTY_BYTES, 99_999)).toThrow(
      expect.objectContaining({ code: 'ERR_MESSAGE_TOO_BIG' }),
    );
  });
  test('leaves to others what is short, cut off, broken or final', () => {
    const final = deflateRawSync(message);
    const brokenType = Uint8Array.from(payload);
    brokenType[0]! |= 6;
    for (const input of [payload.subarray(0, 4000), payload.subarray(0, -1000), final, brokenType]) {
      expect(inflateWhole(input, EMPTY_BYTES, 100_000)).toBeNull();
    }
  });
});
