// The attacker's own bytes: nothing of what is attacked is used to attack it.

import { createHash } from 'node:crypto';

/** What a frame may be made of, right or wrong. */
export interface FrameParts {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  readonly fin?: boolean;
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv?: number;
  readonly isMasked?: boolean;
  /** How the length is written: in 7, 16 or 64 bits; default: as short as can be. */
  readonly lengthBits?: 7 | 16 | 64;
  /** The length that the header tells, where it is not the payload's. */
  readonly length?: number | bigint;
}

const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

/** The bytes of a frame. */
export function frame(parts: FrameParts): Buffer {
  const { opcode, payload = '', fin = true, rsv = 0, isMasked = true } = parts;
  const bytes = Buffer.from(payload as string);
  const length = BigInt(parts.length ?? bytes.length);
  const bits = parts.lengthBits ?? (length < 126n ? 7 : length < 65536n ? 16 : 64);
  const header = Buffer.alloc(bits === 7 ? 2 : bits === 16 ? 4 : 10);
  header[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  header[1] = (isMasked ? 0x80 : 0) | (bits === 7 ? Number(length) : bits === 16 ? 126 : 127);
  if (bits === 16) header.writeUInt16BE(Number(length), 2);
  if (bits === 64) header.writeBigUInt64BE(length, 2);
  if (!isMasked) return Buffer.concat([header, bytes]);
  return Buffer.concat([header, KEY, bytes.map((byte, i) => byte ^ KEY[i % 4]!)]);
}

/** The payload of a Close frame. */
export function closePayload(code: number, reason: string | Uint8Array = ''): Buffer {
  return Buffer.concat([Uint8Array.of(code >> 8, code & 255), Buffer.from(reason as string)]);
}

/** A frame that came. */
export interface ReceivedFrame {
  readonly first: number;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Reads whole frames, masked or not. @returns them, and how many bytes they took */
export function readFrames(bytes: Buffer): { readonly frames: ReceivedFrame[]; readonly consumed: number } {
  const frames: ReceivedFrame[] = [];
  let at = 0;
  for (;;) {
    if (bytes.length < at + 2) break;
    const isMasked = bytes[at + 1]! >= 0x80;
    let length = bytes[at + 1]! & 0x7f;
    let start = at + 2;
    if (length >= 126) {
      const size = length === 126 ? 2 : 8;
      if (bytes.length < start + size) break;
      length = size === 2 ? bytes.readUInt16BE(start) : Number(bytes.readBigUInt64BE(start));
      start += size;
    }
    const key = isMasked ? bytes.subarray(start, start + 4) : null;
    if (isMasked) start += 4;
    if (bytes.length < start + length) break;
    const masked = bytes.subarray(start, start + length);
    const payload = key === null ? Buffer.from(masked) : Buffer.from(masked.map((byte, i) => byte ^ key[i % 4]!));
    frames.push({ first: bytes[at]!, opcode: bytes[at]! & 15, payload });
    at = start + length;
  }
  return { frames, consumed: at };
}

/** The key of every request here. */
export const REQUEST_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** The value that answers a key (RFC 6455, 4.2.2). */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/** The lines of a request that is right. */
const LINES: readonly (readonly [name: string, line: string])[] = [
  ['start', 'GET /chat HTTP/1.1'],
  ['host', 'Host: localhost'],
  ['upgrade', 'Upgrade: websocket'],
  ['connection', 'Connection: Upgrade'],
  ['key', `Sec-WebSocket-Key: ${REQUEST_KEY}`],
  ['version', 'Sec-WebSocket-Version: 13'],
];

/**
 * A request in which lines are replaced or left out, and others added.
 *
 * @param changes by the names `start`, `host`, `upgrade`, `connection`, `key`, `version`; `null` leaves one out; `more` adds lines
 */
export function request(changes: Readonly<Record<string, string | readonly string[] | null>> = {}): Buffer {
  const lines = LINES.flatMap(([name, line]) => changes[name] ?? (changes[name] === null ? [] : line));
  return Buffer.from([...lines, ...[changes.more ?? []].flat(), '', ''].join('\r\n'), 'latin1');
}

/** The head of an answer that is right, for a client whose request is given, with lines replaced or added. */
export function response(
  requestText: string,
  changes: Readonly<Record<string, string | readonly string[] | null>> = {},
): Buffer {
  const key = /^Sec-WebSocket-Key: (.*)$/m.exec(requestText)?.[1]?.trim() ?? '';
  const own: readonly (readonly [string, string])[] = [
    ['start', 'HTTP/1.1 101 Switching Protocols'],
    ['upgrade', 'Upgrade: websocket'],
    ['connection', 'Connection: Upgrade'],
    ['accept', `Sec-WebSocket-Accept: ${acceptKey(key)}`],
  ];
  const lines = own.flatMap(([name, line]) => changes[name] ?? (changes[name] === null ? [] : line));
  return Buffer.from([...lines, ...[changes.more ?? []].flat(), '', ''].join('\r\n'), 'latin1');
}
