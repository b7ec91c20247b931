const table: Uint32Array = /* @__PURE__ */ Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

/** What the checksum of a block begins with. Complemented, it is the checksum of no bytes. */
export const FIRST_CRC = -1;

/** Goes on with a block's checksum over `bytes[start, end)`. */
export function updateCrc(crc: number, bytes: Uint8Array, start: number, end: number): number {
  let result = crc;
  for (let i = start; i < end; i++) result = (result << 8) ^ table[(result >>> 24) ^ bytes[i]!]!;
  return result;
}

/** Goes on with a block's checksum over `count` equal bytes. */
export function updateCrcByRun(crc: number, byte: number, count: number): number {
  let result = crc;
  for (let i = 0; i < count; i++) result = (result << 8) ^ table[(result >>> 24) ^ byte]!;
  return result;
}

/** Goes on with the checksum of a stream, which is made of its blocks' (complemented). */
export function combineCrc(stream: number, block: number): number {
  return ((stream << 1) | (stream >>> 31)) ^ block;
}
