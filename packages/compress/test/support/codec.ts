import type { Compressor, Decompressor } from '@ws/types';
import { concatBytes } from '@ws/util/primitives';

/** A whole message, given in pieces. */
export function compressAll(compressor: Compressor, pieces: readonly Uint8Array[]): Uint8Array {
  return concatBytes(pieces.map((piece, index) => compressor.compress(piece, index === pieces.length - 1)));
}

/** A whole message, given in pieces. */
export function decompressAll(decompressor: Decompressor, pieces: readonly Uint8Array[], limit = 1 << 24): Uint8Array {
  let left = limit;
  return concatBytes(
    pieces.map((piece, index) => {
      const result = decompressor.decompress(piece, index === pieces.length - 1, left);
      left -= result.length;
      return result;
    }),
  );
}
