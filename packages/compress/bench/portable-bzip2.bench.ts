import { seededRandom } from '@ws/testkit';
import { bench, describe } from 'vitest';
import { portableBzip2 } from '../src/bzip2/index.ts';
import { decompressWhole } from '../test/support/codec.ts';
import { jsonMessage } from '../test/support/messages.ts';

describe.each([64, 1024, 16_384, 262_144])('bzip2, %i bytes of JSON', size => {
  const message = jsonMessage(seededRandom(1), size);
  const compressor = portableBzip2.compressor({ level: 9 });
  const decompressor = portableBzip2.decompressor({ level: 9 });
  const payload = compressor.compress(message, true);
  bench('compress', () => {
    compressor.compress(message, true);
  });
  bench('decompress', () => {
    decompressWhole(decompressor, payload, size);
  });
});
