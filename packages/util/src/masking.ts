import type { Masker } from '@ws/types';

/** From this many bytes on, creating a view of 32-bit words pays for itself. */
const LONG = 192;

/** Two views of one word, which convert the key to this machine's byte order. */
const keyBytes = /* @__PURE__ */ new Uint8Array(4);
const keyWord = /* @__PURE__ */ new Int32Array(keyBytes.buffer);

/** Masking in plain JavaScript (RFC 6455, 5.3). */
export const portableMasker: Masker = { mask };

function mask(bytes: Uint8Array, start: number, end: number, key: number, offset: number): void {
  const shift = (offset & 3) << 3;
  // The key is rotated so that its first byte meets byte `start`. Shifts count modulo 32: with 0 both halves are the key.
  const turned = (key << shift) | (key >>> -shift);
  // perf: bench/masking.bench.ts
  if (end - start < LONG) maskBytes(bytes, start, end, turned);
  else maskWords(bytes, start, end, turned);
}

function maskBytes(bytes: Uint8Array, start: number, end: number, key: number): void {
  const key0 = key >>> 24;
  const key1 = (key >>> 16) & 0xff;
  const key2 = (key >>> 8) & 0xff;
  const key3 = key & 0xff;
  let i = start;
  for (const last = end - 3; i < last; i += 4) {
    bytes[i]! ^= key0;
    bytes[i + 1]! ^= key1;
    bytes[i + 2]! ^= key2;
    bytes[i + 3]! ^= key3;
  }
  if (i < end) bytes[i]! ^= key0;
  if (i + 1 < end) bytes[i + 1]! ^= key1;
  if (i + 2 < end) bytes[i + 2]! ^= key2;
}

function maskWords(bytes: Uint8Array, start: number, end: number, key: number): void {
  const head = -(bytes.byteOffset + start) & 3;
  maskBytes(bytes, start, start + head, key);
  const turned = (key << (head << 3)) | (key >>> -(head << 3));
  keyWord[0] = 0;
  maskBytes(keyBytes, 0, 4, turned);
  const word = keyWord[0]!;
  const first = start + head;
  // Words are signed, since an unsigned one may not fit the engine's small integers.
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + first, (end - first) >> 2);
  const { length } = words;
  let i = 0;
  for (const last = length - 3; i < last; i += 4) {
    words[i]! ^= word;
    words[i + 1]! ^= word;
    words[i + 2]! ^= word;
    words[i + 3]! ^= word;
  }
  for (; i < length; i++) words[i]! ^= word;
  maskBytes(bytes, first + (length << 2), end, turned);
}
