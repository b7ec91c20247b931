import { bench, describe } from 'vitest';
import { portableMasker } from '../src/primitives.ts';

/** Byte by byte, as RFC 6455, 5.3, has it. */
function plainMask(bytes: Uint8Array, key: number): void {
  const keyBytes = [key >>> 24, (key >>> 16) & 255, (key >>> 8) & 255, key & 255];
  for (let i = 0; i < bytes.length; i++) bytes[i]! ^= keyBytes[i & 3]!;
}

describe.each([8, 64, 96, 128, 192, 256, 1024, 65536])('mask %i bytes', size => {
  // Two bytes off, as payloads behind a header are.
  const bytes = new Uint8Array(new ArrayBuffer(size + 2), 2);
  bench('plain', () => plainMask(bytes, 0x37fa213d));
  bench('portable', () => portableMasker.mask(bytes, 0, size, 0x37fa213d, 0));
});
