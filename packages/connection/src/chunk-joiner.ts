// Joins short chunks of a message that nobody takes yet. A chunk of one byte is an object of more than a hundred, so a
// message of a hundred thousand fragments would take many times its length.

/** Chunks of up to this many bytes are joined. */
const SHORT = 1024;

/** The most bytes that are joined into one chunk. */
const LONGEST = 65_536;

/** Adds chunks to the list of one message. */
export class ChunkJoiner {
  #memory: Uint8Array | null = null;
  #length = 0;
  /** The chunk at the end of the list, when it is in `#memory` and may grow. */
  #last: Uint8Array | null = null;

  /** @param mayJoin whether nobody takes the chunks as they come */
  add(chunks: Uint8Array[], chunk: Uint8Array, mayJoin: boolean): void {
    const before = chunks.at(-1);
    if (!mayJoin || before === undefined || chunk.length > SHORT) {
      chunks.push(chunk);
      return;
    }
    if (before !== this.#last) {
      if (before.length > SHORT) {
        chunks.push(chunk);
        return;
      }
      this.#begin(before);
    }
    if (this.#length + chunk.length > LONGEST) {
      this.#last = null;
      chunks.push(chunk);
      return;
    }
    chunks[chunks.length - 1] = this.#append(chunk);
  }

  #begin(chunk: Uint8Array): void {
    this.#memory = new Uint8Array(4 * SHORT);
    this.#length = 0;
    this.#append(chunk);
  }

  #append(chunk: Uint8Array): Uint8Array {
    const length = this.#length + chunk.length;
    let memory = this.#memory!;
    if (length > memory.length) {
      memory = new Uint8Array(Math.min(LONGEST, memory.length * 4));
      memory.set(this.#memory!.subarray(0, this.#length));
      this.#memory = memory;
    }
    memory.set(chunk, this.#length);
    this.#length = length;
    this.#last = memory.subarray(0, length);
    return this.#last;
  }
}
