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
/** The fewest bytes that an encoder puts into a block other than the last, at the lowest level and after run-length coding. */
const LEAST_IN_BLOCK = 50_000;

/** The output buffer that all decoders share: each step copies its output out of it before it returns. */
const chunk = /* @__PURE__ */ new Uint8Array(DECOMPRESSION_STEP);

/** Limits of a {@link Bzip2Decoder}. */
export interface Bzip2DecoderRules {
  /** Largest level of the stream, 1..9. */
  readonly maxLevel: number;
  /** The most bytes that the decoded message may have. */
  readonly maxLength: number;
}

/**
 * Decodes one complete bzip2 stream in steps. Each step yields at most `DECOMPRESSION_STEP` bytes, takes about a millisecond
 * ({@link STEP_WORK}), and may stop anywhere in a block. The decoder holds the input and the memory of one
 * {@link Bzip2Block}.
 */
export class Bzip2Decoder {
  readonly #reader: BitReader;
  readonly #rules: Bzip2DecoderRules;
  readonly #budget = new StepBudget();
  readonly #steps: Generator<void, void, void>;
  /**
   * State of the current step: the most bytes it may write, the bytes written, and the most that the message may still yield.
   */
  #room = 0;
  #written = 0;
  #maxLength = 0;
  #isDone = false;

  /** @param pieces the stream; the decoder owns them from now on */
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

  /** Yields at the end of each step but the last. */
  *#decode(): Generator<void, void, void> {
    const reader = this.#reader;
    const block = new Bzip2Block(this.#readLevel() * BLOCK_UNIT);
    let streamCrc = 0;
    for (let blocks = 1; this.#readIsBlock(); blocks++) {
      // Every block costs the work of building tables, so a stream of many nearly empty blocks is an attack.
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

  /** @returns whether the whole block has been written */
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

  /** Reads the next magic number. `true`: a block follows. `false`: the footer follows. */
  #readIsBlock(): boolean {
    const [first, second] = [this.#reader.read(24), this.#reader.read(24)];
    if (first === BLOCK_MAGIC[0] && second === BLOCK_MAGIC[1]) return true;
    if (first === FOOTER_MAGIC[0] && second === FOOTER_MAGIC[1]) return false;
    throw brokenStream('neither a block nor the end of the stream');
  }
}
