// Whether the bytes can be what their headers claim, before a decoder makes room for it: each value takes a byte at
// least, so that a few bytes cannot ask for gigabytes. What lies inside of text is left to the decoder.

/** Thrown text; the caller makes an error of its own of it. */
const CUT_OFF = 'the end is missing';

/**
 * Checks MessagePack.
 *
 * @returns whether it holds neither the text `__proto__`, be it as a key or not, nor an integer of more than 53 bits
 * @throws RangeError
 */
export function checkMsgpackShape(bytes: Uint8Array): boolean {
  let isUsual = true;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  for (let pending = 1; pending > 0; pending--) {
    const left = bytes.length - at;
    if (pending > left) throw new RangeError(CUT_OFF);
    const head = bytes[at]!;
    if (head >= 0xa0 && head < 0xc0) {
      if (head === 0xa9 && isProto(bytes, at + 1)) isUsual = false;
      at += 1 + (head & 0x1f);
    } else if (head < 0x80 || head >= 0xe0) at += 1;
    else if (head < 0x90) {
      pending += 2 * (head & 0x0f);
      at += 1;
    } else if (head < 0xa0) {
      pending += head & 0x0f;
      at += 1;
    } else {
      const size = MSGPACK_LENGTH_SIZE[head - 0xc0]!;
      if (left <= size) throw new RangeError(CUT_OFF);
      const length = size === 0 ? 0 : readLength(view, at + 1, size);
      at += 1 + size + MSGPACK_EXTRA[head - 0xc0]!;
      if (length === PROTO.length && isProto(bytes, at)) isUsual = false;
      if ((head === 0xcf || head === 0xd3) && at <= bytes.length && isWide(view, at - 8, head)) isUsual = false;
      if (head === 0xdc || head === 0xdd) pending += length;
      else if (head >= 0xde) pending += 2 * length;
      else at += length;
    }
    if (at > bytes.length) throw new RangeError(CUT_OFF);
  }
  return isUsual;
}

const PROTO: readonly number[] = [0x5f, 0x5f, 0x70, 0x72, 0x6f, 0x74, 0x6f, 0x5f, 0x5f];

function isProto(bytes: Uint8Array, at: number): boolean {
  return PROTO.every((byte, i) => bytes[at + i] === byte);
}

/** Whether the integer of 64 bits has more than 53. */
function isWide(view: DataView, at: number, head: number): boolean {
  const high = head === 0xcf ? view.getUint32(at) : view.getInt32(at);
  return high >= 0x20_0000 || high < -0x20_0000;
}

// For the heads 0xc0 to 0xdf: how many bytes the length takes, and how many follow beside those that it counts.
const MSGPACK_LENGTH_SIZE = [
  0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4,
];
const MSGPACK_EXTRA = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0];

/** Dates, big integers, decimals, and bytes as a typed array. Others make objects that a payload has no need of. */
const CBOR_TAGS: readonly number[] = [0, 1, 2, 3, 4, 5, 64];

/**
 * Checks CBOR: also that there are only tags of plain values, no shared references, sets or patterns.
 *
 * @returns whether it holds integers of 64 bits
 * @throws RangeError
 */
export function checkCborShape(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  /** What is missing of the containers around; Infinity where a break ends it. */
  const outer: number[] = [];
  let pending = 1;
  let at = 0;
  let hasWideIntegers = false;
  for (;;) {
    while (pending === 0) {
      if (outer.length === 0) return hasWideIntegers;
      pending = outer.pop()!;
    }
    if (at >= bytes.length || (pending !== Infinity && pending > bytes.length - at)) throw new RangeError(CUT_OFF);
    const head = bytes[at++]!;
    if (head === 0xff) {
      if (pending !== Infinity) throw new RangeError('a break where there is nothing to end');
      pending = outer.pop()!;
      continue;
    }
    pending--;
    const [major, info] = [head >> 5, head & 0x1f];
    if (info === 31) {
      if (major < 2 || major > 5) throw new RangeError('reserved length');
      outer.push(pending);
      pending = Infinity;
      continue;
    }
    if (info > 27) throw new RangeError('reserved length');
    const size = info < 24 ? 0 : 1 << (info - 24);
    if (bytes.length - at < size) throw new RangeError(CUT_OFF);
    const length = size === 0 ? info : readLength(view, at, size);
    at += size;
    if (major < 2) hasWideIntegers ||= size === 8;
    if (major === 2 || major === 3) at += length;
    else if (major === 4 || major === 5) {
      outer.push(pending);
      pending = length * (major - 3);
    } else if (major === 6) {
      if (!CBOR_TAGS.includes(length)) throw new RangeError(`tag ${length} is not taken`);
      pending++;
    }
    if (at > bytes.length) throw new RangeError(CUT_OFF);
  }
}

function readLength(view: DataView, at: number, size: number): number {
  if (size === 1) return view.getUint8(at);
  if (size === 2) return view.getUint16(at);
  if (size === 4) return view.getUint32(at);
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}
