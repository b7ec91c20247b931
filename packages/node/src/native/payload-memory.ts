// Allocates memory for the payloads that applications get.

import { markAsUntransferable } from 'node:worker_threads';

/** After this many bytes of payloads it is worthwhile to have glibc keep freed memory. */
const MUCH = 16 * 2 ** 20;

/** The size of the block that makes glibc keep freed memory, in bytes. glibc's limit is 32 MiB. */
const BLOCK = 8 * 2 ** 20;

let total = 0;

/**
 * Memory that several payloads share. It is marked untransferable: if one application transferred it away, the other
 * payloads would be gone too.
 *
 * perf: the memory is not zeroed, like that of Node's own pool of buffers; zeroing took a twelfth of an echo of 16 KiB
 * (apps/bench, `echo-16k`).
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
 * Counts the bytes of payloads and, once they are many, makes glibc keep freed memory.
 *
 * perf: V8 frees payloads 32 MiB at a time. glibc returns that memory to the system when it lies at the top of the
 * heap, and getting it back costs a page fault per page: a tenth of an echo of 16 KiB, and more of one of 1 MiB
 * (apps/bench, `echo-16k`, `echo-1m`). After a mapped block of 8 MiB has been freed, glibc keeps up to 16 MiB
 * (mallopt(3), `M_MMAP_THRESHOLD`), unless the environment says otherwise. The block is never touched, so it takes no
 * memory.
 */
function count(length: number): void {
  if (total >= MUCH) return;
  total += length;
  if (total >= MUCH) void new ArrayBuffer(BLOCK);
}
