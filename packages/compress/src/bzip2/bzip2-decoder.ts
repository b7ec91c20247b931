import { DECOMPRESSION_STEP } from '@ws/types';
import { BitReader } from './bit-reader.ts';
import { BlockOutput } from './block-output.ts';
import { BlockSymbols } from './block-symbols.ts';
import { readBlockTables } from './block-tables.ts';
import { Bzip2Block } from './bzip2-block.ts';
import { combineCrc } from './crc.ts';
import { brokenStream, longerThan } from './errors.ts';
import { STEP_WORK, StepBudget } from './step-budget.ts';

const BLOCK_MAGIC = [0x314159, 0x265359] as const;
const FOOTER_MAGIC = [0x177245, 0x385090] as const;
const BLOCK_UNIT = 100_000;
/** The fewest bytes that an encoder puts into a block that is not the last: of the lowest level, after run lengths. */
const LEAST_IN_BLOCK = 50_000;

/** The output buffer that all decoders share: each step copies its output out of it before it returns. */
const chunk = /* @__PURE__ */ new Uint8Array(DECOMPRESSION_STEP);

/** How the stream is read: see {@link Bzip2Decoder}. */
export interface Bzip2DecoderRules {
  /** Largest level of the stream, 1..9. */
  readonly maxLevel: number;
  /** Most bytes of the message. */
  readonly maxLength: number;
}

/**
 * Decodes one bzip2 stream that is there as a whole, in steps: each yields at most `DECOMPRESSION_STEP` bytes and takes
 * about a millisecond ({@link STEP_WORK}), wherever in a block it stops. Its memory is that of one block
 * ({@link Bzip2Block}), and the input.
 */
export class Bzip2Decoder {
  readonly #reader: BitReader;
  readonly #rules: Bzip2DecoderRules;
  readonly #budget = new StepBudget();
  readonly #steps: Generator<void, void, void>;
  /** Of the step: the most bytes that it may write, how many there are, and the most that the message may still yield. */
  #room = 0;
  #written = 0;
  #maxLength = 0;
  #isDone = false;

  /** @param pieces of the stream, which the decoder owns from now on */
  constructor(pieces: readonly Uint8Array[], rules: Bzip2DecoderRules) {
    this.#reader = new BitReader(pieces);
    this.#rules = rules;
    this.#steps = this.#decode();
  }

  /** Whether the stream was decoded to its end. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /**
   * @param maxLength the most bytes that the message may still yield
   * @throws {@link DecompressionError}
   */
  step(maxLength: number): Uint8Array {
    this.#maxLength = maxLength;
    this.#room = Math.min(DECOMPRESSION_STEP, maxLength + 1);
    this.#written = 0;
    this.#budget.left = STEP_WORK;
    this.#isDone = this.#steps.next().done === true;
    return chunk.slice(0, this.#written);
  }

  /** Yields wherever a step ends. */
  *#decode(): Generator<void, void, void> {
    const reader = this.#reader;
    const block = new Bzip2Block(this.#readLevel() * BLOCK_UNIT);
    let streamCrc = 0;
    for (let blocks = 1; this.#readIsBlock(); blocks++) {
      // Each block costs tables: many that are next to empty are an attack.
      if (blocks > 2 + this.#rules.maxLength / LEAST_IN_BLOCK)
        throw brokenStream('more blocks than the limit can have');
      const crc = reader.readInt32();
      yield* this.#decodeBlock(block, crc);
      streamCrc = combineCrc(streamCrc, crc);
    }
    if (reader.readInt32() !== streamCrc) throw brokenStream('a wrong checksum of the stream');
    if (!reader.isAtEnd) throw brokenStream('something follows the bzip2 stream');
  }

  *#decodeBlock(block: Bzip2Block, crc: number): Generator<void, void, void> {
    const reader = this.#reader;
    const budget = this.#budget;
    if (reader.read(1) === 1) throw brokenStream('a randomised block, as before bzip2 0.9.5');
    const origin = reader.read(24);
    const symbols = new BlockSymbols(yield* readBlockTables(reader, budget));
    block.begin(this.#maxLength - this.#written);
    while (!symbols.read(reader, block, budget)) yield;
    if (origin >= block.length) throw brokenStream('a block that begins behind its end');
    while (!block.link(budget)) yield;
    const output = new BlockOutput(block, origin);
    while (!this.#write(output)) yield;
    if (output.crc !== crc) throw brokenStream('a wrong checksum of a block');
  }

  /** @returns whether all of the block was written */
  #write(output: BlockOutput): boolean {
    this.#written = output.write(chunk, this.#written, this.#room, this.#budget);
    if (this.#written > this.#maxLength) throw longerThan(this.#maxLength);
    return output.isDone;
  }

  #readLevel(): number {
    const isStream = this.#reader.read(24) === 0x425a68;
    const level = this.#reader.read(8) - 0x30;
    if (!isStream || level < 1 || level > 9) throw brokenStream('not a bzip2 stream');
    const { maxLevel } = this.#rules;
    if (level > maxLevel) throw brokenStream(`larger blocks than those of level ${maxLevel}`);
    return level;
  }

  /** Whether a block follows, or else the footer. */
  #readIsBlock(): boolean {
    const [first, second] = [this.#reader.read(24), this.#reader.read(24)];
    if (first === BLOCK_MAGIC[0] && second === BLOCK_MAGIC[1]) return true;
    if (first === FOOTER_MAGIC[0] && second === FOOTER_MAGIC[1]) return false;
    throw brokenStream('neither a block nor the end of the stream');
  }
}
