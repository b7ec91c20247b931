import { isUtf8 } from 'node:buffer';
import type { Frame } from './frame.ts';

/** Who wrote the octets of a log entry. */
export type Author = 'tester' | 'peer';

/** One line of the wire log. */
export interface WireLogEntry {
  /** Milliseconds since the connection was made. */
  readonly at: number;
  readonly author: Author;
  readonly text: string;
  /** The first octets of it; null for a remark. */
  readonly octets: Buffer | null;
  /** How many octets it had. */
  readonly length: number;
  /** Its header when it was a frame. */
  readonly frame: FrameHeader | null;
}

/** What the header of a frame said. */
export interface FrameHeader {
  readonly opcode: number;
  readonly fin: boolean;
  readonly rsv: number;
  /** What the peer masked with; null where it did not, and for frames of the tester. */
  readonly maskingKey: number | null;
}

/** Counts of what went over the wire, in the shape of the reports. */
export interface WireStatistics {
  /** Size of a read or write in octets, to how often. */
  readonly octets: Record<string, number>;
  /** Opcode, to how many frames. */
  readonly frames: Record<string, number>;
}

const MAX_ENTRIES = 400;
const MAX_OCTETS = 96;
const SHOWN_OCTETS = 64;
const OPCODE_NAMES: Readonly<Record<number, string>> = {
  0: 'continuation',
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
};

/** What was said on one connection; long payloads and long conversations are cut, so that memory is bounded. */
export class WireLog {
  readonly entries: WireLogEntry[] = [];
  readonly statistics: Readonly<Record<Author, WireStatistics>> = {
    tester: { octets: {}, frames: {} },
    peer: { octets: {}, frames: {} },
  };
  readonly #began = performance.now();
  /** Entries that found no room. */
  omitted = 0;

  /** Milliseconds since the connection was made. */
  get elapsed(): number {
    return Math.round((performance.now() - this.#began) * 10) / 10;
  }

  /** Counts a read or a write. */
  countOctets(author: Author, size: number): void {
    const { octets } = this.statistics[author];
    octets[size] = (octets[size] ?? 0) + 1;
  }

  /** Notes a frame, and counts it. */
  frame(author: Author, { opcode, fin, rsv, payload }: Frame, maskingKey: number | null = null): void {
    const { frames } = this.statistics[author];
    frames[opcode] = (frames[opcode] ?? 0) + 1;
    if (this.#isFull()) return;
    const name = OPCODE_NAMES[opcode] ?? `opcode ${opcode}`;
    const bits = `fin=${fin ? 1 : 0} rsv=${rsv}`;
    const text = `${name} frame, ${bits}, ${payload.length} bytes${maskingKey === null ? '' : ', masked'}`;
    this.#add(author, text, payload, { opcode, fin, rsv, maskingKey });
  }

  /** Notes octets that are no frame: the handshake, or junk on purpose. */
  octets(author: Author, text: string, octets: Buffer): void {
    if (!this.#isFull()) this.#add(author, text, octets);
  }

  /** Notes something that happened. */
  remark(author: Author, text: string): void {
    if (!this.#isFull()) this.#add(author, text, null);
  }

  #isFull(): boolean {
    if (this.entries.length < MAX_ENTRIES) return false;
    this.omitted++;
    return true;
  }

  #add(author: Author, text: string, octets: Buffer | null, header: FrameHeader | null = null): void {
    // A copy, so that the log does not hold on to the large buffers that things arrive in.
    const first = octets === null ? null : Buffer.from(octets.subarray(0, MAX_OCTETS));
    this.entries.push({ at: this.elapsed, author, text, octets: first, length: octets?.length ?? 0, frame: header });
  }
}

/** Octets as text where they are text, else in hex after `0x`; long ones are cut. For the reports. */
export function shownText(octets: Buffer): string {
  const first = octets.subarray(0, SHOWN_OCTETS);
  const cut = octets.length > SHOWN_OCTETS ? ' ...' : '';
  return isUtf8(first) ? `${first}${cut}` : `0x${shownHex(octets)}`;
}

/** Octets in hex; long ones are cut. */
export function shownHex(octets: Buffer): string {
  return octets.toString('hex', 0, SHOWN_OCTETS) + (octets.length > SHOWN_OCTETS ? ' ...' : '');
}
