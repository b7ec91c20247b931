import type { Frame } from './frame.ts';

/** Who wrote the octets of a log entry. */
export type Author = 'tester' | 'peer';

/** One line of the wire log. */
export interface WireLogEntry {
  /** Milliseconds since the connection was made. */
  readonly at: number;
  readonly author: Author;
  readonly text: string;
  /** The first octets in hex, or null for a remark. */
  readonly hex: string | null;
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
  frame(author: Author, { opcode, fin, rsv, payload }: Frame, remark = ''): void {
    const { frames } = this.statistics[author];
    frames[opcode] = (frames[opcode] ?? 0) + 1;
    if (this.#isFull()) return;
    const name = OPCODE_NAMES[opcode] ?? `opcode ${opcode}`;
    const bits = `fin=${fin ? 1 : 0} rsv=${rsv}`;
    this.#add(author, `${name} frame, ${bits}, ${payload.length} bytes${remark}`, payload);
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

  #add(author: Author, text: string, octets: Buffer | null): void {
    const cut = octets !== null && octets.length > MAX_OCTETS;
    const hex = octets === null ? null : octets.toString('hex', 0, MAX_OCTETS) + (cut ? '…' : '');
    this.entries.push({ at: this.elapsed, author, text, hex });
  }
}
