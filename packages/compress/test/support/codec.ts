import type { Compressor, Decompressor } from '@ws/types';
import { concatBytes, EMPTY_BYTES } from '@ws/util/primitives';

/** A whole message, given in pieces. */
export function compressAll(compressor: Compressor, pieces: readonly Uint8Array[]): Uint8Array {
  return concatBytes(pieces.map((piece, index) => compressor.compress(piece, index === pieces.length - 1)));
}

/** A whole message, given in pieces, in as many steps as it takes. */
export function decompressAll(decompressor: Decompressor, pieces: readonly Uint8Array[], limit = 1 << 24): Uint8Array {
  const steps: Uint8Array[] = [];
  let left = limit;
  for (const [index, piece] of pieces.entries()) {
    let bytes = piece;
    do {
      const result = decompressor.decompress(bytes, index === pieces.length - 1, left);
      left -= result.length;
      steps.push(result);
      bytes = EMPTY_BYTES;
    } while (decompressor.hasMore);
  }
  return concatBytes(steps);
}

/** A whole message in one piece. */
export function decompressWhole(decompressor: Decompressor, bytes: Uint8Array, limit = 1 << 24): Uint8Array {
  return decompressAll(decompressor, [bytes], limit);
}
