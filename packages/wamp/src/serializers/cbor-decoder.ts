// Reads CBOR (RFC 8949). Every step takes bytes away, and room is made only for what has come: time and memory are
// linear in the bytes, whatever their headers claim. A decoder of our own, since the library's has tags that cost more.

import { decodeTag } from './cbor-tags.ts';
import { decodeShortText, readHalfFloat } from './cbor-values.ts';
import { MAX_DEPTH, TOO_DEEP } from './limits.ts';

/** A break is read as this, where one may stand. */
const BREAK = /* @__PURE__ */ Symbol('break');

const CUT_OFF = 'the end is missing';

/**
 * Reads the one value that the bytes are.
 *
 * Integers of more than 53 bits are bigints, bytes are views of `bytes`, and the key `__proto__` becomes `__proto_`.
 *
 * @throws RangeError when the bytes are not CBOR, go deeper than {@link MAX_DEPTH}, or have a tag that is not taken
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  return new CborDecoder(bytes).decode();
}

class CborDecoder {
  readonly #bytes: Uint8Array;
  #view: DataView | null = null;
  #at = 0;
  /** The containers around what is read. */
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  decode(): unknown {
    const value = this.#read();
    if (this.#at < this.#bytes.length) throw new RangeError('there are bytes behind the end');
    return value;
  }

  #read(): unknown {
    const value = this.#readOrBreak();
    if (value === BREAK) throw new RangeError('a break where there is nothing to end');
    return value;
  }

  #readOrBreak(): unknown {
    if (this.#at >= this.#bytes.length) throw new RangeError(CUT_OFF);
    const head = this.#bytes[this.#at++]!;
    const info = head & 0x1f;
    switch (head >> 5) {
      case 0:
        return this.#readPositive(info);
      case 1:
        return this.#readNegative(info);
      case 2:
        return this.#bytes.subarray(this.#skip(this.#readLength(info)), this.#at);
      case 3:
        return this.#readText(this.#readLength(info));
      case 4:
        return info === 31 ? this.#readUnendedList() : this.#readList(this.#readLength(info));
      case 5:
        return this.#readDict(info === 31 ? Infinity : this.#readLength(info));
      case 6:
        return this.#readTag(this.#readLength(info));
      default:
        return this.#readSimple(info);
    }
  }

  /** What stands behind a head: up to 2^53 as it is, and Infinity for more. */
  #readLength(info: number): number {
    if (info < 24) return info;
    if (info > 27) throw new RangeError('a length that is reserved, or indefinite where it may not be');
    const at = this.#skip(1 << (info - 24));
    const bytes = this.#bytes;
    if (info === 24) return bytes[at]!;
    if (info === 25) return (bytes[at]! << 8) | bytes[at + 1]!;
    const view = this.#dataView();
    if (info === 26) return view.getUint32(at);
    const high = view.getUint32(at);
    const low = view.getUint32(at + 4);
    return high < 0x20_0000 || (high === 0x20_0000 && low === 0) ? high * 2 ** 32 + low : Infinity;
  }

  #readPositive(info: number): number | bigint {
    const value = this.#readLength(info);
    return value === Infinity ? this.#dataView().getBigUint64(this.#at - 8) : value;
  }

  #readNegative(info: number): number | bigint {
    const value = this.#readLength(info);
    return value < Number.MAX_SAFE_INTEGER ? -1 - value : -1n - this.#dataView().getBigUint64(this.#at - 8);
  }

  #readText(length: number): string {
    const start = this.#skip(length);
    return decodeShortText(this.#bytes, start, this.#at);
  }

  #readList(count: number): unknown[] {
    this.#enter(count);
    const list: unknown[] = [];
    for (let i = 0; i < count; i++) list.push(this.#read());
    this.#depth--;
    return list;
  }

  #readUnendedList(): unknown[] {
    this.#enter(0);
    const list: unknown[] = [];
    for (let item = this.#readOrBreak(); item !== BREAK; item = this.#readOrBreak()) list.push(item);
    this.#depth--;
    return list;
  }

  /** @param count Infinity when a break ends it */
  #readDict(count: number): Record<string, unknown> {
    this.#enter(count === Infinity ? 0 : count);
    const dict: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) {
      const key = this.#readOrBreak();
      if (key === BREAK && count === Infinity) break;
      dict[typeof key === 'string' && key !== '__proto__' ? key : keyOf(key)] = this.#read();
    }
    this.#depth--;
    return dict;
  }

  #readTag(tag: number): unknown {
    // No tag that is taken stands before another: that would be depth too.
    if (this.#bytes[this.#at]! >> 5 === 6) throw new RangeError('a tag before a tag');
    return decodeTag(tag, this.#read());
  }

  #readSimple(info: number): unknown {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 23:
        return undefined;
      case 25:
        return readHalfFloat(this.#dataView().getUint16(this.#skip(2)));
      case 26:
        return this.#dataView().getFloat32(this.#skip(4));
      case 27:
        return this.#dataView().getFloat64(this.#skip(8));
      case 31:
        return BREAK;
      default:
        throw new RangeError('a simple value that has no meaning');
    }
  }

  /** Goes into a container that says to hold so many values, which take a byte each at least. */
  #enter(count: number): void {
    if (count > this.#bytes.length - this.#at) throw new RangeError(CUT_OFF);
    if (++this.#depth > MAX_DEPTH) throw new RangeError(TOO_DEEP);
  }

  /** Goes past so many bytes. @returns where they begin */
  #skip(size: number): number {
    const start = this.#at;
    if (size > this.#bytes.length - start) throw new RangeError(CUT_OFF);
    this.#at = start + size;
    return start;
  }

  #dataView(): DataView {
    const bytes = this.#bytes;
    this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return this.#view;
  }
}

/** The key of a dictionary, which JavaScript has as text only. */
function keyOf(key: unknown): string {
  if (key === '__proto__') return '__proto_';
  if (typeof key === 'object' && key !== null) throw new RangeError('a key that is a list, a dictionary or bytes');
  if (key === BREAK) throw new RangeError('a break where there is nothing to end');
  return String(key);
}
