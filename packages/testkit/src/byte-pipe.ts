/** Bytes that do not fit yet. Their memory still belongs to the writer. */
interface Kept {
  bytes: Uint8Array;
  /** A copy of the bytes as they were written. */
  copy: Uint8Array;
}

/** One direction of a pair: up to `capacity` bytes on their way, and behind them the bytes that the writer keeps. */
export class BytePipe {
  readonly #capacity: number;
  readonly #onTheWay: Uint8Array[] = [];
  readonly #kept: Kept[] = [];
  #length = 0;
  #keptBytes = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Number of bytes that can be read. */
  get length(): number {
    return this.#length;
  }

  /** Number of bytes that did not fit. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  get isEmpty(): boolean {
    return this.#length === 0 && this.#keptBytes === 0;
  }

  /** Length of the next piece. */
  get nextLength(): number {
    return this.#onTheWay[0]?.length ?? 0;
  }

  /** Copies the bytes that fit, and keeps the rest. */
  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const fitting = this.#kept.length > 0 ? 0 : Math.min(bytes.length, this.#capacity - this.#length);
    if (fitting > 0) this.#push(new Uint8Array(bytes.subarray(0, fitting)));
    if (fitting === bytes.length) return;
    const rest = bytes.subarray(fitting);
    this.#kept.push({ bytes: rest, copy: new Uint8Array(rest) });
    this.#keptBytes += rest.length;
  }

  /** Fills `target`. At least that many bytes must be readable. */
  readInto(target: Uint8Array): void {
    let filled = 0;
    while (filled < target.length) {
      const piece = this.#onTheWay[0] as Uint8Array;
      const part = piece.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      if (part.length === piece.length) this.#onTheWay.shift();
      else this.#onTheWay[0] = piece.subarray(part.length);
    }
    this.#length -= filled;
  }

  /**
   * Moves kept bytes on their way as far as there is room.
   *
   * @returns whether the last kept byte was moved
   * @throws Error when kept bytes were changed meanwhile
   */
  takeKept(): boolean {
    if (this.#keptBytes === 0) return false;
    for (let next = this.#kept[0]; next !== undefined; next = this.#kept[0]) {
      const room = this.#capacity - this.#length;
      if (room === 0) return false;
      const part = next.copy.subarray(0, room);
      if (!startsWith(next.bytes, part)) {
        this.dropKept();
        throw new Error('bytes that the stream kept (write returned false) were changed before onDrain');
      }
      this.#push(part);
      this.#keptBytes -= part.length;
      if (part.length === next.copy.length) this.#kept.shift();
      else this.#kept[0] = { bytes: next.bytes.subarray(room), copy: next.copy.subarray(room) };
    }
    return true;
  }

  dropKept(): void {
    this.#kept.length = 0;
    this.#keptBytes = 0;
  }

  #push(bytes: Uint8Array): void {
    this.#onTheWay.push(bytes);
    this.#length += bytes.length;
  }
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  for (let i = 0; i < start.length; i++) if (bytes[i] !== start[i]) return false;
  return true;
}
