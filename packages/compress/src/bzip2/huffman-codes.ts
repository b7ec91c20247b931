/** Longest code that the encoder makes. The format allows 20, but the `bzip2` program has used 17 since 1.0.3. */
const MAX_LENGTH = 17;

/**
 * Returns Huffman code lengths for symbols with these frequencies. Many codes are equally good; this function finds the same
 * one as the `bzip2` program, which breaks ties by the depth of the trees and then by their order in a heap.
 */
export function codeLengths(frequencies: Uint32Array): Uint8Array {
  const symbols = frequencies.length;
  // The lowest 8 bits of a weight are the depth of the tree, the bits above are the frequency. Symbols are numbered from 1.
  const weights = new Int32Array(symbols * 2);
  for (let i = 0; i < symbols; i++) weights[i + 1] = Math.max(frequencies[i]!, 1) << 8;
  for (;;) {
    const lengths = depths(parentsOf(weights, symbols), symbols);
    if (lengths !== null) return lengths;
    // A code was too long. Flatter frequencies give a flatter tree.
    for (let i = 1; i <= symbols; i++) weights[i] = (1 + ((weights[i]! >> 8) >> 1)) << 8;
  }
}

/** Assigns canonical codes to the lengths: in the order of length, then of symbol. */
export function assignCodes(lengths: Uint8Array): Uint32Array {
  const codes = new Uint32Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    for (let i = 0; i < lengths.length; i++) if (lengths[i] === length) codes[i] = code++;
    code <<= 1;
  }
  return codes;
}

/** Builds the tree. Returns the parent of every node, 0 for the root. */
function parentsOf(weights: Int32Array, symbols: number): Uint16Array {
  const parents = new Uint16Array(symbols * 2);
  const heap = new LightestFirst(weights);
  for (let i = 1; i <= symbols; i++) heap.push(i);
  for (let node = symbols + 1; heap.size > 1; node++) {
    const a = heap.pop();
    const b = heap.pop();
    parents[a] = node;
    parents[b] = node;
    const depth = 1 + Math.max(weights[a]! & 0xff, weights[b]! & 0xff);
    weights[node] = ((weights[a]! & ~0xff) + (weights[b]! & ~0xff)) | depth;
    heap.push(node);
  }
  return parents;
}

/** The depth of each symbol in the tree; `null` when one lies deeper than {@link MAX_LENGTH}. */
function depths(parents: Uint16Array, symbols: number): Uint8Array | null {
  const lengths = new Uint8Array(symbols);
  for (let i = 1; i <= symbols; i++) {
    let length = 0;
    for (let node = i; parents[node] !== 0; node = parents[node]!) length++;
    if (length > MAX_LENGTH) return null;
    lengths[i - 1] = length;
  }
  return lengths;
}

/** A binary heap of nodes, the lightest on top. */
class LightestFirst {
  size = 0;
  readonly #weights: Int32Array;
  /** Nodes from index 1 on. Index 0 holds node 0, whose weight of 0 stops every upward search. */
  readonly #nodes: Uint16Array;

  constructor(weights: Int32Array) {
    this.#weights = weights;
    this.#nodes = new Uint16Array(weights.length + 2);
  }

  push(node: number): void {
    const weight = this.#weights[node]!;
    let at = ++this.size;
    while (weight < this.#weights[this.#nodes[at >> 1]!]!) {
      this.#nodes[at] = this.#nodes[at >> 1]!;
      at >>= 1;
    }
    this.#nodes[at] = node;
  }

  pop(): number {
    const nodes = this.#nodes;
    const lightest = nodes[1]!;
    const node = nodes[this.size--]!;
    const weight = this.#weights[node]!;
    let at = 1;
    for (let child = 2; child <= this.size; child = at * 2) {
      if (child < this.size && this.#weights[nodes[child + 1]!]! < this.#weights[nodes[child]!]!) child++;
      if (weight < this.#weights[nodes[child]!]!) break;
      nodes[at] = nodes[child]!;
      at = child;
    }
    nodes[at] = node;
    return lightest;
  }
}
