// How many blocks a bzip2 stream has, found without decompressing it.

/** Each block begins with these 48 bits, the decimals of pi; at any bit, not only where a byte begins. */
const BLOCK_MAGIC = 0x31_41_59_26_53_59n;

/** For each place of the first bit in a byte, the five bytes that lie wholly within; at the index of the first of them. */
const PATTERNS: readonly (readonly number[] | undefined)[] = /* @__PURE__ */ createPatterns();

function createPatterns(): (readonly number[])[] {
  const patterns: (readonly number[])[] = new Array(256);
  for (let bit = 0; bit < 8; bit++) {
    const shifted = BLOCK_MAGIC << BigInt(8 - bit);
    const bytes = [40n, 32n, 24n, 16n, 8n].map(shift => Number((shifted >> shift) & 0xffn));
    patterns[bytes[0]!] = bytes;
  }
  return patterns;
}

/** The fewest bytes that an encoder puts into a block that is not the last: of the lowest level, after run lengths. */
const LEAST_IN_BLOCK = 50_000;

/** A stream of that many bytes, decompressed, has at most so many blocks. */
export function mostBlocks(length: number): number {
  return 2 + length / LEAST_IN_BLOCK;
}

/** Counts blocks. What looks like the beginning of one is counted too: by chance once in a terabyte of them. */
export function countBlocks(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at + 4 < bytes.length; at++) {
    const pattern = PATTERNS[bytes[at]!];
    if (pattern?.every((byte, i) => bytes[at + i] === byte)) count++;
  }
  return count;
}
