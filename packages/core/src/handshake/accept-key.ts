import type { Digest } from '@ws/types';
import { encodeBase64, encodeLatin1 } from '@ws/util/primitives';

/** RFC 6455, 1.3: appended to the client's key. A server that does not know the protocol would not do that. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455, 4.2.2). */
export function createAcceptKey(key: string, digest: Digest): string {
  const text = key + GUID;
  return digest.sha1Base64?.(text) ?? encodeBase64(digest.sha1(encodeLatin1(text)));
}

/** Whether the text is the base64 of 16 bytes (RFC 6455, 4.2.1). The 4 unused bits must be 0: one text per key. */
export function isValidKey(key: string): boolean {
  return /^[A-Za-z\d+/]{21}[AQgw]==$/.test(key);
}
