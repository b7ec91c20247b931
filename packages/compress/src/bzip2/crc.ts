const table: Uint32Array = /* @__PURE__ */ Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

/** Initial value of a block's checksum. Its complement is the checksum of no bytes. */
export const FIRST_CRC = -1;

/** Updates a block's checksum with `bytes[start, end)`. */
export function updateCrc(crc: number, bytes: Uint8Array, start: number, end: number): number {
  let result = crc;
  for (let i = start; i < end; i++) result = (result << 8) ^ table[(result >>> 24) ^ bytes[i]!]!;
  return result;
}

/** Updates a block's checksum with `count` copies of `byte`. */
export function updateCrcByRun(crc: number, byte: number, count: number): number {
  let result = crc;
  for (let i = 0; i < count; i++) result = (result << 8) ^ table[(result >>> 24) ^ byte]!;
  return result;
}

/** Updates the checksum of a stream with the final (complemented) checksum of its next block. */
export function combineCrc(stream: number, block: number): number {
  return ((stream << 1) | (stream >>> 31)) ^ block;
}
