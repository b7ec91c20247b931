import type { Masker, ReceiveBuffer, TextUnmasker, Utf8Validator } from '@ws/types';
import { portableMasker, portableUtf8 } from '@ws/util/primitives';
import type { Kernel } from './kernel.ts';
import { KernelCopy } from './kernel-copy.ts';
import { type IsUtf8, validateNatively } from './native-utf8.ts';
import { RECEIVE_SIZE, RECEIVE_START } from './nvx.generated.ts';
import {
  MASK_COPY_FROM,
  NATIVE_AFTER_PROBE_FROM,
  PROBE_LENGTH,
  TEXT_COPY_FROM,
  UTF8_COPY_FROM,
  UTF8_NATIVE_FROM,
} from './thresholds.ts';

// The kernels touch up to 15 bytes past an end. They only get addresses inside the two buffers of nvx.generated.ts, which
// have that much slack behind them, so they cannot trap. Bytes past the end are written back unchanged.

/** A {@link TextUnmasker} that can also tell whether a text is ASCII, for a faster way to a string. */
export interface AsciiTextUnmasker extends TextUnmasker {
  /** Whether the last call of `unmaskText` saw only ASCII. May be `false` for ASCII, is never `true` for other text. */
  readonly wasAscii: boolean;
}

/**
 * The ports over the kernels: in place for views of their memory, else by copy or in JavaScript, whichever suits the length.
 */
export class KernelPorts implements Masker, Utf8Validator, AsciiTextUnmasker, ReceiveBuffer {
  readonly #kernel: Kernel;
  readonly #isUtf8: IsUtf8 | null;
  readonly #longFrom: number;
  readonly #copy: KernelCopy;
  readonly #receive: Uint8Array;
  // perf: bench/side-by-side.mjs. A transport lends the same view for many frames, so the last view found to lie in the memory
  // is recognised by identity, without reading its properties. Other views are not kept.
  #view: Uint8Array;
  #length: number;
  #address: number;
  /** Result of the last call of `unmaskText`: a state, plus 16 when there was a byte that is not ASCII. */
  #result = 0;

  constructor(kernel: Kernel, isUtf8: IsUtf8 | null) {
    this.#kernel = kernel;
    this.#isUtf8 = isUtf8;
    this.#longFrom = isUtf8 === null ? Number.MAX_SAFE_INTEGER : NATIVE_AFTER_PROBE_FROM;
    this.#copy = new KernelCopy(kernel);
    this.#receive = new Uint8Array(kernel.memory.buffer, RECEIVE_START, RECEIVE_SIZE);
    this.#view = this.#receive;
    this.#length = RECEIVE_SIZE;
    this.#address = RECEIVE_START;
  }

  get wasAscii(): boolean {
    return this.#result < 16;
  }

  bytes(): Uint8Array {
    return this.#receive;
  }

  // perf: bench/side-by-side.mjs. Each port repeats the same first check. As a method it cost each frame about one nanosecond
  // of ten.

  mask(bytes: Uint8Array, start: number, end: number, key: number, offset: number): void {
    if (bytes === this.#view && start >= 0 && start <= end && end <= this.#length) {
      this.#kernel.mask(this.#address + start, this.#address + end, key, offset);
    } else if (this.#find(bytes, start, end)) this.mask(bytes, start, end, key, offset);
    else this.#maskElsewhere(bytes, start, end, key, offset);
  }

  validate(bytes: Uint8Array, state: number, start = 0, end: number = bytes.length): number {
    if (bytes === this.#view && start >= 0 && start <= end && end <= this.#length) {
      if (end - start >= this.#longFrom) return this.#validateLong(bytes, state, start, end);
      return this.#kernel.validate(this.#address + start, this.#address + end, state) & 15;
    }
    if (this.#find(bytes, start, end)) return this.validate(bytes, state, start, end);
    return this.#validateElsewhere(bytes, state, start, end);
  }

  unmaskText(bytes: Uint8Array, start: number, end: number, key: number, offset: number, state: number): number {
    if (bytes === this.#view && start >= 0 && start <= end && end <= this.#length) {
      if (end - start >= this.#longFrom) return this.#unmaskLongText(bytes, start, end, key, offset, state);
      const result = this.#kernel.unmaskText(this.#address + start, this.#address + end, key, offset, state);
      this.#result = result;
      return result & 15;
    }
    if (this.#find(bytes, start, end)) return this.unmaskText(bytes, start, end, key, offset, state);
    return this.#unmaskTextElsewhere(bytes, start, end, key, offset, state);
  }

  /**
   * Whether the bytes lie in the receive buffer. If so, their view is remembered.
   *
   * @throws RangeError when `start` and `end` are not a range of the bytes, wherever these lie
   */
  #find(bytes: Uint8Array, start: number, end: number): boolean {
    const length = bytes.length;
    // The condition is written so that NaN fails too.
    if (!(start >= 0 && start <= end && end <= length)) throw outOfRange(start, end, length);
    const address = bytes.byteOffset;
    // perf: reading `buffer` of a small array makes the engine allocate one. The offset alone rules out nearly all arrays.
    if (address < RECEIVE_START || bytes.buffer !== this.#receive.buffer) return false;
    if (address + length > RECEIVE_START + RECEIVE_SIZE) return false;
    this.#view = bytes;
    this.#length = length;
    this.#address = address;
    return true;
  }

  #validateLong(bytes: Uint8Array, state: number, start: number, end: number): number {
    const { validate } = this.#kernel;
    const rest = this.#address + start + PROBE_LENGTH;
    const result = validate(this.#address + start, rest, state);
    if (result < 16) return validate(rest, this.#address + end, result) & 15;
    return validateNatively(this.#isUtf8!, bytes, result & 15, start + PROBE_LENGTH, end);
  }

  #unmaskLongText(bytes: Uint8Array, start: number, end: number, key: number, offset: number, state: number): number {
    const { mask, unmaskText } = this.#kernel;
    const at = this.#address + start;
    const rest = at + PROBE_LENGTH;
    const last = this.#address + end;
    let result = unmaskText(at, rest, key, offset, state);
    if (result < 16) {
      result = unmaskText(rest, last, key, offset + PROBE_LENGTH, result);
      this.#result = result;
      return result & 15;
    }
    this.#result = 16;
    mask(rest, last, key, offset + PROBE_LENGTH);
    return validateNatively(this.#isUtf8!, bytes, result & 15, start + PROBE_LENGTH, end);
  }

  #maskElsewhere(bytes: Uint8Array, start: number, end: number, key: number, offset: number): void {
    if (end - start < MASK_COPY_FROM) portableMasker.mask(bytes, start, end, key, offset);
    else this.#copy.mask(bytes, start, end, key, offset);
  }

  #validateElsewhere(bytes: Uint8Array, state: number, start: number, end: number): number {
    const length = end - start;
    if (this.#isUtf8 !== null && length >= UTF8_NATIVE_FROM) {
      return validateNatively(this.#isUtf8, bytes, state, start, end);
    }
    if (length < UTF8_COPY_FROM) return portableUtf8.validate(bytes, state, start, end);
    return this.#copy.validate(bytes, state, start, end);
  }

  #unmaskTextElsewhere(
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
    offset: number,
    state: number,
  ): number {
    if (end - start < TEXT_COPY_FROM) {
      this.#result = 16;
      portableMasker.mask(bytes, start, end, key, offset);
      return portableUtf8.validate(bytes, state, start, end);
    }
    let at = start;
    if (end - start >= this.#longFrom) {
      at += PROBE_LENGTH;
      state = this.#copy.unmaskText(bytes, start, at, key, offset, state);
      if (state >= 16) {
        this.#result = 16;
        this.#copy.mask(bytes, at, end, key, offset + PROBE_LENGTH);
        return validateNatively(this.#isUtf8!, bytes, state & 15, at, end);
      }
    }
    this.#result = this.#copy.unmaskText(bytes, at, end, key, offset + (at - start), state);
    return this.#result & 15;
  }
}

function outOfRange(start: number, end: number, length: number): RangeError {
  return new RangeError(`bytes ${start} to ${end} of ${length}`);
}
