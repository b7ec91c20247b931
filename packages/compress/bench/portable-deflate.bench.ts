import { seededRandom } from '@ws/testkit';
import { bench, describe } from 'vitest';
import { inflateWhole } from '../src/deflate/fflate-inflate.ts';
import { exactInflaters, MessageInflater, portableDeflate } from '../src/deflate/index.ts';
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
  const [byBoth, byPako] = [
    portableDeflate.decompressor(parameters),
    new MessageInflater(15, true, exactInflaters(15)),
  ];
  bench('decompress', () => {
    for (const payload of payloads) byBoth.decompress(payload, true, size);
  });
  bench('decompress by pako alone', () => {
    for (const payload of payloads) byPako.decompress(payload, true, size);
  });
  // What is short is not taken by fflate, so this has figures for long messages only.
  bench('decompress by fflate alone', () => {
    for (const payload of payloads) inflateWhole(payload, new Uint8Array(32_768), size);
  });
});
