import { type Masker, type ReceiveBuffer, type TextUnmasker, UTF8_REJECT, type Utf8Validator } from '@ws/types';
import { portableMasker, portableUtf8 } from '@ws/util';
import type { Kernel } from './kernel.ts';
import { type IsUtf8, validateNatively } from './native-utf8.ts';
import { RECEIVE_SIZE, RECEIVE_START, SCRATCH_SIZE, SCRATCH_START } from './nvx.generated.ts';
import {
  MASK_COPY_FROM,
  NATIVE_AFTER_PROBE_FROM,
  PROBE_LENGTH,
  TEXT_COPY_FROM,
  UTF8_COPY_FROM,
  UTF8_NATIVE_FROM,
} from './thresholds.ts';

// The kernels touch up to 15 bytes past an end. They are only ever given addresses inside the two buffers of
// nvx.generated.ts, which have that much behind them: so they cannot trap, and what lies there is written as it was.

/** A {@link TextUnmasker} that can also tell whether a text is ASCII, for a faster way to a string. */
export interface AsciiTextUnmasker extends TextUnmasker {
  /** Whether all that the last call of `unmaskText` saw was ASCII. May be `false` for ASCII, never `true` for other text. */
  readonly wasAscii: boolean;
}

/** The ports over the kernels: in place for views of their memory, else by copy or without them, as the length wants. */
export class KernelPorts implements Masker, Utf8Validator, AsciiTextUnmasker, ReceiveBuffer {
  wasAscii = true;
  readonly #kernel: Kernel;
  readonly #isUtf8: IsUtf8 | null;
  readonly #scratch: Uint8Array;
  readonly #receive: Uint8Array;
  // perf: bench/frames.bench.ts. A transport lends the same view for many frames: the last one that was found to lie in
  // the memory is known again without a look at its properties. No other bytes are held.
  #view: Uint8Array;
  #length: number;
  #address: number;

  constructor(kernel: Kernel, isUtf8: IsUtf8 | null) {
    this.#kernel = kernel;
    this.#isUtf8 = isUtf8;
    this.#scratch = new Uint8Array(kernel.memory.buffer, SCRATCH_START, SCRATCH_SIZE);
    this.#receive = new Uint8Array(kernel.memory.buffer, RECEIVE_START, RECEIVE_SIZE);
    this.#view = this.#receive;
    this.#length = RECEIVE_SIZE;
    this.#address = RECEIVE_START;
  }

  bytes(): Uint8Array {
    return this.#receive;
  }

  mask(bytes: Uint8Array, start: number, end: number, key: number, offset: number): void {
    if (!this.#isInside(bytes, start, end)) this.#maskElsewhere(bytes, start, end, key, offset);
    else this.#kernel.mask(this.#address + start, this.#address + end, key, offset);
  }

  validate(bytes: Uint8Array, state: number, start = 0, end: number = bytes.length): number {
    if (!this.#isInside(bytes, start, end)) return this.#validateElsewhere(bytes, state, start, end);
    if (this.#isUtf8 === null || end - start < NATIVE_AFTER_PROBE_FROM) {
      return this.#kernel.validate(this.#address + start, this.#address + end, state) & 15;
    }
    const probed = start + PROBE_LENGTH;
    const result = this.#kernel.validate(this.#address + start, this.#address + probed, state);
    if (result >= 16) return validateNatively(this.#isUtf8, bytes, result & 15, probed, end);
    return this.#kernel.validate(this.#address + probed, this.#address + end, result) & 15;
  }

  unmaskText(bytes: Uint8Array, start: number, end: number, key: number, offset: number, state: number): number {
    if (!this.#isInside(bytes, start, end)) return this.#unmaskTextElsewhere(bytes, start, end, key, offset, state);
    if (this.#isUtf8 !== null && end - start >= NATIVE_AFTER_PROBE_FROM) {
      return this.#unmaskLongText(this.#isUtf8, bytes, start, end, key, offset, state);
    }
    const result = this.#kernel.unmaskText(this.#address + start, this.#address + end, key, offset, state);
    this.wasAscii = result < 16;
    return result & 15;
  }

  /** Whether the bytes lie in the receive buffer. If so, their first byte is at `#address`. */
  #isInside(bytes: Uint8Array, start: number, end: number): boolean {
    if (bytes !== this.#view && !this.#find(bytes)) {
      checkRange(start, end, bytes.length);
      return false;
    }
    checkRange(start, end, this.#length);
    return true;
  }

  #find(bytes: Uint8Array): boolean {
    const address = bytes.byteOffset;
    // perf: to ask a small array for its `buffer` makes the engine allocate one. The offset alone rules out nearly all.
    if (address < RECEIVE_START || bytes.buffer !== this.#receive.buffer) return false;
    if (address + bytes.length > RECEIVE_START + RECEIVE_SIZE) return false;
    this.#view = bytes;
    this.#length = bytes.length;
    this.#address = address;
    return true;
  }

  #unmaskLongText(
    isUtf8: IsUtf8,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
    offset: number,
    state: number,
  ): number {
    const { mask, unmaskText } = this.#kernel;
    const at = this.#address + start;
    const rest = at + PROBE_LENGTH;
    const last = this.#address + end;
    let result = unmaskText(at, rest, key, offset, state);
    if (result < 16) {
      result = unmaskText(rest, last, key, offset + PROBE_LENGTH, result);
      this.wasAscii = result < 16;
      return result & 15;
    }
    this.wasAscii = false;
    mask(rest, last, key, offset + PROBE_LENGTH);
    return validateNatively(isUtf8, bytes, result & 15, start + PROBE_LENGTH, end);
  }

  #maskElsewhere(bytes: Uint8Array, start: number, end: number, key: number, offset: number): void {
    if (end - start < MASK_COPY_FROM) {
      portableMasker.mask(bytes, start, end, key, offset);
      return;
    }
    for (let at = start; at < end; at += SCRATCH_SIZE) {
      const piece = this.#copyIn(bytes, at, end);
      this.#kernel.mask(SCRATCH_START, SCRATCH_START + piece, key, offset + (at - start));
      this.#copyOut(bytes, at, piece);
    }
  }

  #validateElsewhere(bytes: Uint8Array, state: number, start: number, end: number): number {
    const length = end - start;
    if (length < UTF8_COPY_FROM) return portableUtf8.validate(bytes, state, start, end);
    if (this.#isUtf8 !== null && length >= UTF8_NATIVE_FROM) {
      return validateNatively(this.#isUtf8, bytes, state, start, end);
    }
    for (let at = start; at < end && state !== UTF8_REJECT; at += SCRATCH_SIZE) {
      const piece = this.#copyIn(bytes, at, end);
      state = this.#kernel.validate(SCRATCH_START, SCRATCH_START + piece, state) & 15;
    }
    return state;
  }

  #unmaskTextElsewhere(
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
    offset: number,
    state: number,
  ): number {
    this.wasAscii = false;
    if (end - start < TEXT_COPY_FROM) {
      portableMasker.mask(bytes, start, end, key, offset);
      return portableUtf8.validate(bytes, state, start, end);
    }
    let seen = 0;
    for (let at = start; at < end && state !== UTF8_REJECT; at += SCRATCH_SIZE) {
      const piece = this.#copyIn(bytes, at, end);
      const result = this.#kernel.unmaskText(SCRATCH_START, SCRATCH_START + piece, key, offset + (at - start), state);
      this.#copyOut(bytes, at, piece);
      state = result & 15;
      seen |= result;
    }
    this.wasAscii = seen < 16;
    return state;
  }

  /** @returns how many bytes were copied */
  #copyIn(bytes: Uint8Array, at: number, end: number): number {
    const piece = Math.min(SCRATCH_SIZE, end - at);
    this.#scratch.set(bytes.subarray(at, at + piece));
    return piece;
  }

  #copyOut(bytes: Uint8Array, at: number, piece: number): void {
    bytes.set(this.#scratch.subarray(0, piece), at);
  }
}

function checkRange(start: number, end: number, length: number): void {
  // Written so that NaN fails too.
  if (!(start >= 0 && start <= end && end <= length)) throw outOfRange(start, end, length);
}

function outOfRange(start: number, end: number, length: number): RangeError {
  return new RangeError(`bytes ${start} to ${end} of ${length}`);
}
