import { constants, inflateRawSync } from 'node:zlib';
import { portableDeflate } from '@ws/compress/deflate';
import type { Decompressor, DeflateCodec } from '@ws/types';
import { concatBytes, EMPTY_BYTES } from '@ws/util/primitives';
import { createNativeDeflate } from './zlib-native.ts';
import { oneShotDeflate } from './zlib-one-shot.ts';

/** The ways to use zlib, the fastest first. */
export type ZlibWay = 'handle' | 'one-shot' | 'portable';

/** Options of {@link createZlibCodec}. */
export interface ZlibCodecOptions {
  /** How to use zlib. Default: the fastest way that works here. */
  readonly way?: ZlibWay;
  /** How many connections can have zlib contexts of their own at a time, each about 270 + 45 KB; default 256. */
  readonly maxContexts?: number;
}

/**
 * Makes a codec. {@link zlibCodec} is the one for everyday use; each further codec has contexts of its own.
 *
 * The codec finds out on first use which way works. It checks Node's internal handles against Node's public functions,
 * and those against RFC 7692's own example (not every runtime that has `node:zlib` knows dictionaries for raw deflate).
 * A way that fails is skipped.
 */
export function createZlibCodec(options: ZlibCodecOptions = {}): DeflateCodec {
  const { way, maxContexts = 256 } = options;
  let codec: DeflateCodec | null = null;
  function chosen(): DeflateCodec {
    codec ??= way === undefined ? firstThatWorks(maxContexts) : byWay(way, maxContexts);
    return codec;
  }
  return {
    compressor: parameters => chosen().compressor(parameters),
    decompressor: parameters => chosen().decompressor(parameters),
  };
}

/**
 * Deflate by Node's zlib. All work is done inside the call, with no thread pool and no queue. Connections without
 * context takeover own no zlib memory. Connections with it own their last bytes, and a zlib context only while they are
 * busy.
 */
export const zlibCodec: DeflateCodec = /* @__PURE__ */ createZlibCodec();

function byWay(way: ZlibWay, maxContexts: number): DeflateCodec {
  if (way === 'handle') return createNativeDeflate(maxContexts);
  return way === 'one-shot' ? oneShotDeflate : portableDeflate;
}

function firstThatWorks(maxContexts: number): DeflateCodec {
  const ways = ['handle', 'one-shot'] as const;
  const way = ways.find(candidate => {
    try {
      // The trial gets its own codec, so that no pool keeps a broken handle.
      return deflateCodecWorks(byWay(candidate, 1));
    } catch {
      return false;
    }
  });
  return byWay(way ?? 'portable', maxContexts);
}

/**
 * Whether a codec does what permessage-deflate needs. With context takeover it must carry the context over in both
 * directions, both when a zlib context is kept and when one is primed; without context takeover it must carry nothing
 * over. It must enforce limits, and throw errors from the call.
 */
export function deflateCodecWorks(codec: DeflateCodec): boolean {
  // One of them is longer than a step of decompression.
  const messages = ['Hello', 'Hello', '', 'Hello '.repeat(12_000), 'Hello'].map(text => Buffer.from(text));
  return [true, false].every(contextTakeover => {
    const parameters = { windowBits: 15, contextTakeover };
    const [first, second] = [codec.compressor(parameters), codec.compressor(parameters)];
    const decompressor = codec.decompressor(parameters);
    const sizes: number[] = [];
    const sent: Uint8Array[] = [];
    const areRight = messages.every(message => {
      const compressed = first.compress(message, true);
      second.compress(message, true);
      sizes.push(compressed.length);
      sent.push(compressed, Uint8Array.of(0, 0, 0xff, 0xff));
      return Buffer.compare(decompressAll(decompressor, compressed, message.length), message) === 0;
    });
    const inflated = inflateRawSync(concatBytes(sent), { finishFlush: constants.Z_SYNC_FLUSH });
    const hasContext = sizes[1]! < sizes[0]!;
    first.close();
    second.close();
    return (
      areRight && inflated.equals(Buffer.concat(messages)) && hasContext === contextTakeover && refusesBadData(codec)
    );
  });
}

/** One message, in as many steps as it takes. */
function decompressAll(decompressor: Decompressor, bytes: Uint8Array, maxLength: number): Uint8Array {
  const steps = [decompressor.decompress(bytes, true, maxLength)];
  for (let left = maxLength - steps[0]!.length; decompressor.hasMore; ) {
    const step = decompressor.decompress(EMPTY_BYTES, true, left);
    left -= step.length;
    steps.push(step);
  }
  return concatBytes(steps);
}

function refusesBadData(codec: DeflateCodec): boolean {
  const bad = [
    // the example of RFC 7692, 7.2.3.1, with a limit of 4 bytes
    { payload: 'f248cdc9c90700', code: 'ERR_MESSAGE_TOO_BIG' },
    // a block of a type that does not exist
    { payload: '0600', code: 'ERR_COMPRESSED_DATA' },
  ];
  return bad.every(({ payload, code }) => {
    try {
      codec.decompressor({ windowBits: 15, contextTakeover: true }).decompress(Buffer.from(payload, 'hex'), true, 4);
      return false;
    } catch (error) {
      return (error as { code?: unknown }).code === code;
    }
  });
}
