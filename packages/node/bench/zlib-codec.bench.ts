import { seededRandom } from '@ws/testkit';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { bench, describe } from 'vitest';
import { createZlibCodec, type ZlibWay } from '../src/zlib/zlib-codec.ts';
import { ZlibStreams } from './zlib-streams.ts';

// 32 connections in turn, each decompressing a message and compressing it again; for the streams, which work in the
// thread pool, all at once. Wall time: on more than one core the streams use more CPU than shows here.
const CONNECTIONS = 32;
const ways: readonly ZlibWay[] = ['handle', 'one-shot', 'portable'];

function jsonMessages(size: number): Uint8Array[] {
  const random = seededRandom(1);
  return Array.from({ length: CONNECTIONS }, () => {
    let text = '';
    while (text.length < size) {
      text += JSON.stringify({
        id: random.below(1e6),
        user: `user ${random.below(50)}`,
        price: random.below(1e5) / 100,
      });
    }
    return Buffer.from(text.slice(0, size));
  });
}

describe.each([128, 1024, 65_536])('echo %i bytes of JSON on 32 connections', size => {
  const standalone = createZlibCodec().compressor({ windowBits: 15, contextTakeover: false });
  const payloads = jsonMessages(size).map(message => standalone.compress(message, true));

  const streams = payloads.map(() => new ZlibStreams());
  bench('streams of zlib', async () => {
    await Promise.all(streams.map(async (stream, i) => stream.compress(await stream.decompress(payloads[i]!))));
  });

  for (const way of ways) {
    const codec = createZlibCodec({ way });
    const parameters = { windowBits: 15, contextTakeover: true };
    const connections = payloads.map(() => [codec.decompressor(parameters), codec.compressor(parameters)] as const);
    bench(way, () => {
      for (const [i, [decompressor, compressor]] of connections.entries()) {
        let step = decompressor.decompress(payloads[i]!, true, size);
        for (; decompressor.hasMore; step = decompressor.decompress(EMPTY_BYTES, true, size)) {
          compressor.compress(step, false);
        }
        compressor.compress(step, true);
      }
    });
  }
});
