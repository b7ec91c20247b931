// An independent reading of RFC 6455, 5: slow, from the whole stream at once, and without any state machine.

interface OracleRules {
  readonly hasCompression: boolean;
  readonly maxMessageSize: number;
}

type Parsed = { kind: string; opcode: number; payload: number[] }[];

/** The frames that a client sent, or the name of the first rule that it broke. */
export function parseFrames(wire: Uint8Array, rules: OracleRules): Parsed | string {
  const parsed: Parsed = [];
  const view = new DataView(wire.buffer, wire.byteOffset, wire.length);
  let message: { opcode: number; compressed: boolean; size: number; text: number[] } | null = null;
  let at = 0;
  while (wire.length - at >= 2) {
    const [first, second] = [wire[at]!, wire[at + 1]!];
    const [fin, rsv, opcode] = [first >= 128, (first >> 4) & 7, first & 15];
    const isControl = opcode > 7;
    if (rsv !== 0 && !(rsv === 4 && rules.hasCompression)) return 'ERR_RESERVED_BITS';
    if (second < 128) return 'ERR_UNMASKED_FRAME';
    if (![0, 1, 2, 8, 9, 10].includes(opcode)) return 'ERR_RESERVED_OPCODE';
    let length = second & 127;
    if (isControl && !fin) return 'ERR_FRAGMENTED_CONTROL';
    if (isControl && length > 125) return 'ERR_CONTROL_TOO_LONG';
    if (isControl && rsv) return 'ERR_COMPRESSED_CONTROL';
    if (opcode === 8 && length === 1) return 'ERR_CLOSE_PAYLOAD';
    if (opcode === 0 && !message) return 'ERR_UNEXPECTED_CONTINUATION';
    if (opcode === 0 && rsv) return 'ERR_COMPRESSED_CONTINUATION';
    if ((opcode === 1 || opcode === 2) && message) return 'ERR_EXPECTED_CONTINUATION';
    const size = length === 126 ? 2 : length === 127 ? 8 : 0;
    const start: number = at + 2 + size + 4;
    if (wire.length < start) break;
    if (size === 2) length = view.getUint16(at + 2);
    if (size === 8) length = Number(view.getBigUint64(at + 2));
    if (!isControl) {
      message ??= { opcode, compressed: rsv === 4, size: 0, text: [] };
      message.size += length;
      if (!message.compressed && message.size > rules.maxMessageSize) return 'ERR_MESSAGE_TOO_BIG';
    }
    const key = wire.subarray(start - 4, start);
    const payload = [...wire.subarray(start, start + length)].map((byte, i) => byte ^ key[i % 4]!);
    const isWhole = payload.length === length;
    if (isControl) {
      if (!isWhole) break;
      parsed.push({ kind: 'control', opcode, payload });
    } else if (message) {
      const isText = message.opcode === 1 && !message.compressed;
      message.text.push(...payload);
      if (isText && !isUtf8(message.text, fin && isWhole)) return 'ERR_INVALID_UTF8';
      parsed.push({ kind: fin && isWhole ? 'final' : 'part', opcode: message.opcode, payload });
      if (!isWhole) break;
      if (fin) message = null;
    }
    at = start + length;
  }
  return parsed;
}

/** Whether bytes are UTF-8, or, unless it ends here, may become it. */
function isUtf8(bytes: readonly number[], isEnd: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes), { stream: !isEnd });
    return true;
  } catch {
    return false;
  }
}
