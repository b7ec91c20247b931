import type { Masker, ReceiveBuffer, TextUnmasker, Utf8Validator } from '@ws/types';
import { portableMasker, portableUtf8 } from '@ws/util';
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
  readonly #copy: KernelCopy;
  readonly #receive: Uint8Array;
  // perf: bench/side-by-side.mjs. A transport lends the same view for many frames: the last one that was found to lie in
  // the memory is known again without a look at its properties. No other bytes are held.
  #view: Uint8Array;
  #length: number;
  #address: number;

  constructor(kernel: Kernel, isUtf8: IsUtf8 | null) {
    this.#kernel = kernel;
    this.#isUtf8 = isUtf8;
    this.#copy = new KernelCopy(kernel);
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
      this.wasAscii = false;
      portableMasker.mask(bytes, start, end, key, offset);
      return portableUtf8.validate(bytes, state, start, end);
    }
    const result = this.#copy.unmaskText(bytes, start, end, key, offset, state);
    this.wasAscii = result < 16;
    return result & 15;
  }
}

function checkRange(start: number, end: number, length: number): void {
  // Written so that NaN fails too.
  if (!(start >= 0 && start <= end && end <= length)) throw outOfRange(start, end, length);
}

function outOfRange(start: number, end: number, length: number): RangeError {
  return new RangeError(`bytes ${start} to ${end} of ${length}`);
}
