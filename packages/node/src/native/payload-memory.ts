// Memory for the payloads that applications get.

import { markAsUntransferable } from 'node:worker_threads';

/** After so many bytes of payloads it is worth the while to have freed memory kept. */
const MUCH = 16 * 2 ** 20;

/** In bytes; glibc's limit is 32 MiB. */
const BLOCK = 8 * 2 ** 20;

let total = 0;

/**
 * Memory that several payloads share: what one application transferred away would be gone for others.
 *
 * perf: not zeroed, as that of Node's own pool of buffers is not; that took a twelfth of an echo of 16 KiB (the server
 * bench, `echo-16k`).
 */
export function allocateSlab(length: number): ArrayBuffer {
  const slab = allocateUninitialised(length);
  markAsUntransferable(slab);
  return slab;
}

/** Memory for one payload, to be filled at once. */
export function allocateUninitialised(length: number): ArrayBuffer {
  count(length);
  return Buffer.allocUnsafeSlow(length).buffer as ArrayBuffer;
}

/**
 * Once, when much was received, has memory kept that was freed.
 *
 * perf: V8 frees payloads 32 MiB at a time; glibc gives that back to the system when it lies at the top, and each page of
 * it is got anew by a page fault: a tenth of an echo of 16 KiB, and more of one of 1 MiB (the server bench, `echo-16k`,
 * `echo-1m`). When a block of 8 MiB that it had mapped is freed, glibc keeps up to 16 MiB from then on (mallopt(3),
 * `M_MMAP_THRESHOLD`), unless told otherwise by the environment. The block is never touched, so it takes no memory.
 */
function count(length: number): void {
  if (total >= MUCH) return;
  total += length;
  if (total >= MUCH) void new ArrayBuffer(BLOCK);
}
