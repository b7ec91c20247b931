/** An empty array, shared. It must not be given to applications, which could transfer its buffer away. */
export const EMPTY_BYTES: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** Joins pieces. A single piece is returned as it is, without a copy. No pieces give a new empty array. */
export function concatBytes(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const result = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    result.set(chunk, offset);
    offset += chunk.length;
  }
  return result;
}

/**
 * Whether both hold the same bytes. How long it takes depends on the lengths only, not on where they differ, so it is
 * fit for comparing secrets.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
