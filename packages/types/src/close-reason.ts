import { CloseCode } from './close-code.ts';

/** Why a connection was closed, as far as a Close frame tells, or the lack of one. It never changes. */
export class CloseReason {
  /** RFC 6455, 7.4; 1005 for a Close frame without a code, 1006 for none at all. */
  readonly code: number;
  /** Such as `GOING_AWAY`; for codes without a name of their own the range (RFC 6455, 7.4.2). */
  readonly name: string;
  /** `null` where there is none. */
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

/** The names that stand in RFC 6455, 7.4.1, and at IANA; one of them is longer than {@link CloseCode} has it. */
function nameOf(code: number): string {
  if (code === CloseCode.NORMAL) return 'NORMAL_CLOSURE';
  const known = Object.entries(CloseCode).find(([, value]) => value === code);
  if (known !== undefined) return known[0];
  if (!Number.isInteger(code) || code < 1000 || code > 4999) return 'INVALID_CODE';
  return code < 3000 ? 'RFC_RESERVED' : code < 4000 ? 'IANA_RESERVED' : 'PRIVATE_RESERVED';
}
