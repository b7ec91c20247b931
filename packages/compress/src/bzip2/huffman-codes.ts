/** Code lengths are limited to this, though the format allows 20: what the `bzip2` program does since 1.0.3. */
const MAX_LENGTH = 17;

/**
 * Huffman code lengths for symbols that occur so often. Of the many codes that are equally good this finds the one that
 * the `bzip2` program finds: ties go by the depth of the trees, and by the order in which a heap holds them.
 */
export function codeLengths(frequencies: Uint32Array): Uint8Array {
  const symbols = frequencies.length;
  // A weight is a frequency above 8 bits that hold the depth of the tree. Symbols count from 1.
  const weights = new Int32Array(symbols * 2);
  for (let i = 0; i < symbols; i++) weights[i + 1] = Math.max(frequencies[i]!, 1) << 8;
  for (;;) {
    const lengths = depths(parentsOf(weights, symbols), symbols);
    if (lengths !== null) return lengths;
    // Flatter frequencies give a flatter tree.
    for (let i = 1; i <= symbols; i++) weights[i] = (1 + ((weights[i]! >> 8) >> 1)) << 8;
  }
}

/** The codes that belong to the lengths: in the order of length, then of symbol. */
export function assignCodes(lengths: Uint8Array): Uint32Array {
  const codes = new Uint32Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    for (let i = 0; i < lengths.length; i++) if (lengths[i] === length) codes[i] = code++;
    code <<= 1;
  }
  return codes;
}

/** Builds the tree: for every node the one above it, 0 for the root. */
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

/** How deep each symbol lies, or `null` when one lies too deep. */
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

/** A binary heap of nodes. */
class LightestFirst {
  size = 0;
  readonly #weights: Int32Array;
  /** From 1; below everything lies node 0, which weighs nothing. */
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
