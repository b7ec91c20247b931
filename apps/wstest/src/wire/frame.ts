import { randomBytes } from 'node:crypto';

/** The frame types of RFC 6455, 5.2. */
export const Opcode = {
  CONTINUATION: 0,
  TEXT: 1,
  BINARY: 2,
  CLOSE: 8,
  PING: 9,
  PONG: 10,
} as const;

/** One frame as it stands on the wire, right or wrong: nothing here forbids a reserved opcode or an RSV bit. */
export interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  /** The three reserved bits as a number: RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv: number;
  readonly payload: Buffer;
}

/** How a frame departs from what a correct endpoint would write. */
export interface FrameEncoding {
  /** Masks the payload, as a client must. */
  readonly isMasked: boolean;
  /** Writes the length in 2 or 8 bytes although fewer would do (RFC 6455, 5.2, forbids it). */
  readonly lengthBytes?: 2 | 8;
  /** Declares this length instead of the payload's own. */
  readonly declaredLength?: bigint;
}

/** Builds a frame; `fin` is set and the RSV bits are clear unless told otherwise. */
export function frame(opcode: number, payload: Uint8Array | string = '', options: Partial<Frame> = {}): Frame {
  return { opcode, fin: true, rsv: 0, payload: toBuffer(payload), ...options };
}

/** The payload of a Close frame (RFC 6455, 5.5.1), of any code, legal or not. */
export function closePayload(code: number, reason: Uint8Array | string = ''): Buffer {
  const text = toBuffer(reason);
  const payload = Buffer.alloc(2 + text.length);
  payload.writeUInt16BE(code);
  payload.set(text, 2);
  return payload;
}

/** Text as UTF-8, bytes as they are. */
export function toBuffer(data: Uint8Array | string): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Writes a frame as octets (RFC 6455, 5.2). */
export function encodeFrame(source: Frame, encoding: FrameEncoding): Buffer {
  const { payload } = source;
  const length = encoding.declaredLength ?? BigInt(payload.length);
  const lengthBytes = encoding.lengthBytes ?? (length < 126n ? 0 : length < 65536n ? 2 : 8);
  const keyStart = 2 + lengthBytes;
  const start = keyStart + (encoding.isMasked ? 4 : 0);
  const octets = Buffer.allocUnsafe(start + payload.length);
  octets[0] = (source.fin ? 0x80 : 0) | (source.rsv << 4) | source.opcode;
  octets[1] = (encoding.isMasked ? 0x80 : 0) | (lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) octets.writeUInt16BE(Number(length), 2);
  if (lengthBytes === 8) octets.writeBigUInt64BE(length, 2);
  octets.set(payload, start);
  if (encoding.isMasked) {
    const key = randomKey();
    octets.set(key, keyStart);
    mask(octets.subarray(start), key);
  }
  return octets;
}

// perf: the long cases mask a million frames, and asking for 4 bytes costs as much as asking for many.
let keys: Buffer = Buffer.alloc(0);

function randomKey(): Buffer {
  if (keys.length === 0) keys = randomBytes(4096);
  const key = keys.subarray(0, 4);
  keys = keys.subarray(4);
  return key;
}

/** Applies a masking key in place (RFC 6455, 5.3); doing it twice gives the original back. */
export function mask(payload: Buffer, key: Uint8Array): void {
  let i = 0;
  const lead = (4 - (payload.byteOffset & 3)) & 3;
  if (payload.length >= 16) {
    // perf: 16 MiB messages go through here; whole words where the memory is aligned.
    const word = Buffer.from([key[0]!, key[1]!, key[2]!, key[3]!]).readUInt32LE();
    for (; i < lead; i++) payload[i]! ^= key[i]!;
    const turned = lead === 0 ? word : (word >>> (lead * 8)) | (word << (32 - lead * 8));
    const words = new Uint32Array(payload.buffer, payload.byteOffset + lead, (payload.length - lead) >>> 2);
    for (let w = 0; w < words.length; w++) words[w]! ^= turned;
    i += words.length * 4;
  }
  for (; i < payload.length; i++) payload[i]! ^= key[i & 3]!;
}
