import { inflateRawSync } from 'node:zlib';
import { portableDeflate } from '@ws/compress/deflate';
import { zlibCodec } from '@ws/node';
import type { DeflateCodec } from '@ws/types';
import { deflated } from '../streams.ts';
import { cut, type FuzzTarget, promise, same } from './target.ts';

const LIMIT = 5000;

/** Two messages in a row: what came out, or why not. */
function inflate(codec: DeflateCodec, messages: readonly (readonly Uint8Array[])[], windowBits: number): string[] {
  const decompressor = codec.decompressor({ windowBits, contextTakeover: true });
  const results: string[] = [];
  try {
    for (const pieces of messages) {
      let length = 0;
      let text = '';
      for (const [i, piece] of pieces.entries()) {
        let given = piece;
        do {
          const bytes = decompressor.decompress(given, i === pieces.length - 1, LIMIT - length);
          length += bytes.length;
          text += Buffer.from(bytes).toString('hex');
          given = new Uint8Array(0);
        } while (decompressor.hasMore);
      }
      promise(length <= LIMIT, 'limits are kept');
      results.push(text);
    }
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code !== 'ERR_COMPRESSED_DATA' && code !== 'ERR_MESSAGE_TOO_BIG') throw error;
    results.push(code);
  } finally {
    decompressor.close();
  }
  return results;
}

/** Payloads of compressed messages. The first byte says where the first message ends, and how large the window is. */
export const inflateTarget: FuzzTarget = {
  name: 'inflate',
  dictionary: [
    ...[
      '\x00\x00\x00\xff\xff',
      '\x01\x00\x00\xff\xff',
      '\x03\x00',
      '\xf2H\xcd\xc9\xc9\x07\x00',
      '\x4a\x04\x00',
      '\x00\x05\x00\xfa\xff',
    ],
    ...['\x04', '\x05', '\x06', '\x07', '\xff\xff', '\x4b\x4c\x04\x11\x00'],
  ],
  seeds: ['Hello', 'Hello, hello, hello', 'a'.repeat(4000), 'abcdefghij'.repeat(30)].map(
    text => `\x08${deflated(Buffer.from(text)).toString('latin1')}`,
  ),
  run(input) {
    const first = input[0] ?? 0;
    const windowBits = (first & 1) === 0 ? 15 : 9;
    const at = 1 + (first >> 1);
    const messages = [input.subarray(1, at), input.subarray(at)];
    const whole = messages.map(message => [message]);
    const cuts = messages.map(message => [...cut(message), new Uint8Array(0)]);
    const results = inflate(zlibCodec, whole, windowBits);
    same(inflate(zlibCodec, cuts, windowBits), results, 'the same messages, cut elsewhere');
    same(inflate(portableDeflate, whole, windowBits), results, 'the portable codec, and zlib');
    same(inflate(portableDeflate, cuts, windowBits), results, 'the portable codec, cut elsewhere');
    // Node's own zlib, of the first message: it lets distances reach beyond a smaller window, and does not see the end.
    const [one = ''] = results;
    if (windowBits < 15 || one.startsWith('ERR') || one === '') return;
    const tailed = Buffer.concat([messages[0]!, Uint8Array.of(0, 0, 255, 255)]);
    const expected = inflateRawSync(tailed, { finishFlush: 2 }).toString('hex');
    promise(one.startsWith(expected), 'zlib of Node gives the same');
  },
};
