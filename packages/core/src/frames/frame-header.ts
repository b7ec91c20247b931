// Writes the header of a frame (RFC 6455, 5.2). The decoder reads headers itself, since bytes may end anywhere in one.

/** The longest header: 2 bytes, a 64-bit length, a masking key. */
export const MAX_FRAME_HEADER = 14;

export const FIN = 0x80;
export const RSV1 = 0x40;
export const MASKED = 0x80;

/** How many bytes the header of a frame takes. */
export function frameHeaderLength(payloadLength: number, isMasked: boolean): number {
  const length = payloadLength < 126 ? 2 : payloadLength < 65536 ? 4 : 10;
  return isMasked ? length + 4 : length;
}

/**
 * Writes a header at `offset`, the payload length in the shortest form (RFC 6455, 5.2).
 *
 * @param firstByte FIN, RSV bits and opcode
 * @param maskingKey unsigned 32 bits, first byte highest; `null`: not masked
 * @returns where the payload begins
 */
export function writeFrameHeader(
  target: Uint8Array,
  offset: number,
  firstByte: number,
  payloadLength: number,
  maskingKey: number | null,
): number {
  const masked = maskingKey === null ? 0 : MASKED;
  target[offset] = firstByte;
  let position = offset + 2;
  if (payloadLength < 126) {
    target[offset + 1] = masked | payloadLength;
  } else if (payloadLength < 65536) {
    target[offset + 1] = masked | 126;
    target[position] = payloadLength >> 8;
    target[position + 1] = payloadLength;
    position += 2;
  } else {
    target[offset + 1] = masked | 127;
    writeUint32(target, position, Math.floor(payloadLength / 0x1_0000_0000));
    writeUint32(target, position + 4, payloadLength >>> 0);
    position += 8;
  }
  if (maskingKey === null) return position;
  writeUint32(target, position, maskingKey);
  return position + 4;
}

function writeUint32(target: Uint8Array, offset: number, value: number): void {
  target[offset] = value >>> 24;
  target[offset + 1] = value >>> 16;
  target[offset + 2] = value >>> 8;
  target[offset + 3] = value;
}

/** Reads an unsigned 32-bit integer, big-endian, as all numbers of a header are. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Reads a 64-bit length, highest byte first (RFC 6455, 5.2). Beyond 2^53 the result is not exact. */
export function readLength64(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) * 0x1_0000_0000 + readUint32(bytes, at + 4);
}
