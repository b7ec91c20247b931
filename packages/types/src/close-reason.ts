import { CloseCode } from './close-code.ts';

/** Why a connection was closed, as told by the Close frame or by the lack of one. Immutable. */
export class CloseReason {
  /** The close code (RFC 6455, 7.4). 1005: the Close frame had no code. 1006: there was no Close frame. */
  readonly code: number;
  /** The name of the code, such as `GOING_AWAY`; for a code without a name, the name of its range (RFC 6455, 7.4.2). */
  readonly name: string;
  /** The reason; `null`: none was given. */
  readonly reason: string | null;

  /** @throws TypeError when `code` is not a number or `reason` not a string */
  constructor(code: number, reason: string | null = null) {
    if (typeof code !== 'number') throw new TypeError('code must be a number');
    if (reason !== null && typeof reason !== 'string') throw new TypeError('reason must be a string or null');
    this.code = code;
    this.name = nameOf(code);
    this.reason = reason === '' ? null : reason;
    Object.freeze(this);
  }

  toJSON(): { code: number; name: string; reason: string | null } {
    const { code, name, reason } = this;
    return { code, name, reason };
  }

  toString(): string {
    return `CloseReason<code=${this.code}, name=${this.name}, reason=${this.reason}>`;
  }
}

/** Names as in RFC 6455, 7.4.1, and in IANA's registry. One of them is longer than its key in {@link CloseCode}. */
function nameOf(code: number): string {
  if (code === CloseCode.NORMAL) return 'NORMAL_CLOSURE';
  const known = Object.entries(CloseCode).find(([, value]) => value === code);
  if (known !== undefined) return known[0];
  if (!Number.isInteger(code) || code < 1000 || code > 4999) return 'INVALID_CODE';
  return code < 3000 ? 'RFC_RESERVED' : code < 4000 ? 'IANA_RESERVED' : 'PRIVATE_RESERVED';
}
