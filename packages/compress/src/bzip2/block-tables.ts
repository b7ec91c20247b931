import type { BitReader } from './bit-reader.ts';
import { brokenStream } from './errors.ts';
import { HuffmanTable, MAX_CODE_LENGTH } from './huffman-table.ts';
import type { StepBudget } from './step-budget.ts';

const MIN_TABLES = 2;
const MAX_TABLES = 6;

/** The tables that precede the symbols of a block. */
export interface BlockTables {
  /** The byte values that occur, in order. */
  readonly used: Uint8Array;
  readonly tables: readonly HuffmanTable[];
  /** Index of the table that each group of symbols uses. */
  readonly selectors: Uint8Array;
}

/**
 * Reads the tables of a block, and yields whenever the budget is used up.
 *
 * @throws {@link DecompressionError}
 */
export function* readBlockTables(reader: BitReader, budget: StepBudget): Generator<void, BlockTables, void> {
  const used = readUsedBytes(reader);
  const count = reader.read(3);
  if (count < MIN_TABLES || count > MAX_TABLES) throw brokenStream(`${count} tables in a block`);
  const selectors = yield* readSelectors(reader, budget, count);
  const tables: HuffmanTable[] = [];
  for (let i = 0; i < count; i++) {
    const table = new HuffmanTable(yield* readLengths(reader, budget, used.length + 2));
    budget.left -= table.lookup.length >> 4;
    tables.push(table);
  }
  return { used, tables, selectors };
}

/** Reads two levels of bit maps: which ranges of 16 byte values occur, then which values within each of those ranges. */
function readUsedBytes(reader: BitReader): Uint8Array {
  const used = new Uint8Array(256);
  let count = 0;
  const sixteenths = reader.read(16);
  for (let high = 0; high < 16; high++) {
    if ((sixteenths & (0x8000 >> high)) === 0) continue;
    const values = reader.read(16);
    for (let low = 0; low < 16; low++) if ((values & (0x8000 >> low)) !== 0) used[count++] = high * 16 + low;
  }
  if (count === 0) throw brokenStream('a block without bytes');
  return used.subarray(0, count);
}

/**
 * Reads selectors. Each is its position in a list with the previous selector in front, written as that many ones and a zero.
 */
function* readSelectors(reader: BitReader, budget: StepBudget, tables: number): Generator<void, Uint8Array, void> {
  const selectors = new Uint8Array(reader.read(15));
  const recent = Uint8Array.of(0, 1, 2, 3, 4, 5);
  for (let i = 0; i < selectors.length; i++) {
    let place = 0;
    while (reader.read(1) === 1) {
      if (++place >= tables) throw brokenStream('a selector of a table that there is not');
    }
    const selector = recent[place]!;
    recent.copyWithin(1, 0, place);
    recent[0] = selector;
    selectors[i] = selector;
    if (--budget.left <= 0) yield;
  }
  return selectors;
}

/** Reads code lengths: the first one, then for each symbol the difference from the length before, in steps of one. */
function* readLengths(reader: BitReader, budget: StepBudget, symbols: number): Generator<void, Uint8Array, void> {
  const lengths = new Uint8Array(symbols);
  let length = reader.read(5);
  for (let symbol = 0; symbol < symbols; ) {
    if (length < 1 || length > MAX_CODE_LENGTH) throw brokenStream(`a code of ${length} bits`);
    if (--budget.left <= 0) yield;
    if (reader.read(1) === 0) lengths[symbol++] = length;
    else length += reader.read(1) === 0 ? 1 : -1;
  }
  return lengths;
}
