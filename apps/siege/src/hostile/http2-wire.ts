// The attacker's own bytes of HTTP/2 (RFC 9113): nothing of what is attacked is used to attack it.

/** Frame types, and the flags of them that are used (RFC 9113, 6). */
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const GOAWAY = 7;
const ACK = 0x1;
export const END_STREAM = 0x1;
const END_HEADERS = 0x4;

/** Error codes (RFC 9113, 7). */
export const NO_ERROR = 0;
export const CANCEL = 8;

const PREFACE: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** What a client sends first: the preface, empty settings, and that it has taken the server's. */
export const HTTP2_PREFACE: Buffer = Buffer.concat([PREFACE, http2Frame(SETTINGS, 0, 0), http2Frame(SETTINGS, ACK, 0)]);

/** What a server sends first: that it allows extended CONNECT (RFC 8441, 3), and that it has taken the client's settings. */
export const HTTP2_SERVER_GREETING: Buffer = Buffer.concat([
  http2Frame(SETTINGS, 0, 0, Uint8Array.of(0, 8, 0, 0, 0, 1)),
  http2Frame(SETTINGS, ACK, 0),
]);

/** The bytes of a frame. */
export function http2Frame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array = new Uint8Array(),
): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}

/** A request or a response: literal fields that are not indexed, and not Huffman coded (RFC 7541, 6.2.2). */
export function http2Head(streamId: number, fields: Readonly<Record<string, string>>, flags: number = 0): Buffer {
  const block = Object.entries(fields).flatMap(([name, value]) => [Uint8Array.of(0), literal(name), literal(value)]);
  return http2Frame(HEADERS, END_HEADERS | flags, streamId, Buffer.concat(block));
}

/** Ends a stream at once. */
export function http2Reset(streamId: number, errorCode: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(errorCode);
  return http2Frame(RST_STREAM, 0, streamId, payload);
}

/** Says that the session ends. */
export function http2GoAway(errorCode: number): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(errorCode, 4);
  return http2Frame(GOAWAY, 0, 0, payload);
}

/** Whether a client's request is among its bytes: a HEADERS frame behind preface and settings. */
export function hasHttp2Request(bytes: Buffer): boolean {
  let at = PREFACE.length;
  while (at + 9 <= bytes.length) {
    if (bytes[at + 3] === HEADERS) return true;
    at += 9 + bytes.readUIntBE(at, 3);
  }
  return false;
}

/** A string of less than 127 bytes. */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length >= 127) throw new RangeError('a string this long needs more than one byte of length');
  return Buffer.concat([Uint8Array.of(bytes.length), bytes]);
}
