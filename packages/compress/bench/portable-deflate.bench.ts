import { seededRandom } from '@ws/testkit';
import { bench, describe } from 'vitest';
import { portableDeflate } from '../src/deflate/index.ts';
import { decompressWhole } from '../test/support/codec.ts';
import { jsonMessage } from '../test/support/messages.ts';

const parameters = { windowBits: 15, contextTakeover: true };

describe.each([64, 1024, 16_384, 262_144])('deflate, %i bytes of JSON', size => {
  const random = seededRandom(1);
  const messages = Array.from({ length: 50 }, () => jsonMessage(random, size));
  const compressor = portableDeflate.compressor(parameters);
  bench('compress', () => {
    for (const message of messages) compressor.compress(message, true);
  });

  const standalone = portableDeflate.compressor({ ...parameters, contextTakeover: false });
  const payloads = messages.map(message => standalone.compress(message, true));
  const decompressor = portableDeflate.decompressor(parameters);
  bench('decompress', () => {
    for (const payload of payloads) decompressWhole(decompressor, payload, size);
  });
});
