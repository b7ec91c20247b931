import { UTF8_REJECT } from '@ws/types';
import type { Kernel } from './kernel.ts';
import { SCRATCH_SIZE, SCRATCH_START } from './nvx.generated.ts';

/** Runs the kernels on bytes outside their memory, by copying them in and back in pieces of 32 KiB. */
export class KernelCopy {
  readonly #kernel: Kernel;
  readonly #scratch: Uint8Array;
  // perf: bench/thresholds.mjs. Making a view costs more than copying 1 KiB, and payloads of one length come in rows.
  #view: Uint8Array;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#scratch = new Uint8Array(kernel.memory.buffer, SCRATCH_START, SCRATCH_SIZE);
    this.#view = this.#scratch;
  }

  mask(bytes: Uint8Array, start: number, end: number, key: number, offset: number): void {
    for (let at = start; at < end; at += SCRATCH_SIZE) {
      const piece = this.#copyIn(bytes, at, end);
      this.#kernel.mask(SCRATCH_START, SCRATCH_START + piece, key, offset + (at - start));
      this.#copyOut(bytes, at, piece);
    }
  }

  validate(bytes: Uint8Array, state: number, start: number, end: number): number {
    for (let at = start; at < end && state !== UTF8_REJECT; at += SCRATCH_SIZE) {
      const piece = this.#copyIn(bytes, at, end);
      state = this.#kernel.validate(SCRATCH_START, SCRATCH_START + piece, state) & 15;
    }
    return state;
  }

  /** @returns the state, plus 16 when there was a byte that is not ASCII */
  unmaskText(bytes: Uint8Array, start: number, end: number, key: number, offset: number, state: number): number {
    let beyondAscii = 0;
    for (let at = start; at < end && state !== UTF8_REJECT; at += SCRATCH_SIZE) {
      const piece = this.#copyIn(bytes, at, end);
      const result = this.#kernel.unmaskText(SCRATCH_START, SCRATCH_START + piece, key, offset + (at - start), state);
      this.#copyOut(bytes, at, piece);
      state = result & 15;
      beyondAscii |= result & 16;
    }
    return state | beyondAscii;
  }

  /** @returns the number of bytes copied */
  #copyIn(bytes: Uint8Array, at: number, end: number): number {
    const piece = Math.min(SCRATCH_SIZE, end - at);
    this.#scratch.set(piece === bytes.length ? bytes : bytes.subarray(at, at + piece));
    return piece;
  }

  #copyOut(bytes: Uint8Array, at: number, piece: number): void {
    if (this.#view.length !== piece) this.#view = this.#scratch.subarray(0, piece);
    bytes.set(this.#view, at);
  }
}
