// bzip2 streams bit by bit, for what no compressor makes.

import { hex } from '@ws/testkit';
import { encodeText } from '@ws/util/primitives';
import { portableBzip2 } from '../../src/bzip2/index.ts';

const FOOTER = 0x177245385090n.toString(2).padStart(48, '0');

/** What the program bzip2 makes of Hello. */
export const HELLO = hex('425a68393141592653591a546492000000050000400204a000219a68334d13338bb9229c28480d2a324900');
/** What it makes of 45,000,000 zeros: one block. */
export const ZEROS = hex(
  '425a6839314159265359c901b6c80158ab4020c00010000008200030cc0529a65248526c5492149e2ee48a70a12192036d90',
);

export function bitsOf(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(2).padStart(8, '0')).join('');
}

export function bytesOf(bits: string): Uint8Array {
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
    Number.parseInt(bits.slice(i * 8, i * 8 + 8).padEnd(8, '0'), 2),
  );
}

/** A stream with other bits from `at` on, instead of `length` of its own. */
export function withBits(stream: Uint8Array, at: number, length: number, bits: string): Uint8Array {
  const all = bitsOf(stream);
  return bytesOf(all.slice(0, at) + bits + all.slice(at + length));
}

/** A stream of `count` blocks of one byte each: the one that the encoder makes, over and over. */
export function manyBlocks(count: number): Uint8Array {
  const bits = bitsOf(portableBzip2.compressor({ level: 9 }).compress(encodeText('A'), true));
  const block = bits.slice(32, bits.indexOf(FOOTER, 32));
  const checksum = Number.parseInt(block.slice(48, 80), 2);
  let combined = 0;
  for (let i = 0; i < count; i++) combined = (((combined << 1) | (combined >>> 31)) ^ checksum) >>> 0;
  return bytesOf(bits.slice(0, 32) + block.repeat(count) + FOOTER + combined.toString(2).padStart(32, '0'));
}
