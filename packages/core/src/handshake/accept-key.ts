import type { Digest } from '@ws/types';
import { encodeBase64, encodeLatin1 } from '@ws/util/primitives';

/** RFC 6455, 1.3: what no server sends that does not know the protocol. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455, 4.2.2). */
export function createAcceptKey(key: string, digest: Digest): string {
  const text = key + GUID;
  return digest.sha1Base64?.(text) ?? encodeBase64(digest.sha1(encodeLatin1(text)));
}

/** Whether the text is the base64 of 16 bytes (RFC 6455, 4.2.1), the 4 unused bits 0: then only one text is. */
export function isValidKey(key: string): boolean {
  return /^[A-Za-z\d+/]{21}[AQgw]==$/.test(key);
}
