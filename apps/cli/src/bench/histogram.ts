/** Sub-buckets in each power of two: a value is known to within 1/32. */
const SUB_BUCKETS = 32;

/** Counts durations in buckets that grow with them, so that any number of them needs the same memory. */
export class Histogram {
  readonly #counts: Float64Array = new Float64Array(SUB_BUCKETS * 40);
  #count = 0;
  #sum = 0;
  #minimum: number = Number.POSITIVE_INFINITY;
  #maximum = 0;

  /** Counts a duration, in milliseconds. */
  add(milliseconds: number): void {
    const index = indexOf(milliseconds * 1000);
    this.#counts[index] = this.#counts[index]! + 1;
    this.#count++;
    this.#sum += milliseconds;
    if (milliseconds < this.#minimum) this.#minimum = milliseconds;
    if (milliseconds > this.#maximum) this.#maximum = milliseconds;
  }

  get count(): number {
    return this.#count;
  }

  /** Milliseconds; 0 when nothing was counted. */
  get minimum(): number {
    return this.#count === 0 ? 0 : this.#minimum;
  }

  get maximum(): number {
    return this.#maximum;
  }

  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  /** The milliseconds that this share (0 to 1) of the durations did not exceed. */
  quantile(share: number): number {
    let rest = Math.ceil(this.#count * share);
    for (let i = 0; i < this.#counts.length; i++) {
      rest -= this.#counts[i]!;
      if (rest <= 0) return Math.max(this.minimum, Math.min(upperEnd(i) / 1000, this.#maximum));
    }
    return this.#maximum;
  }

  /** The counts between limits 1, 2, 5, 10, … (times powers of ten), from the first that is not empty to the last. */
  rows(): { readonly upTo: number; readonly count: number }[] {
    if (this.#count === 0) return [];
    const rows: { upTo: number; count: number }[] = [];
    let i = 0;
    for (let limit = 10; rows.length < 40; limit = nextLimit(limit)) {
      let count = 0;
      for (; i < this.#counts.length && upperEnd(i) <= limit; i++) count += this.#counts[i]!;
      rows.push({ upTo: limit / 1000, count });
      if (limit / 1000 >= this.#maximum) break;
    }
    const first = rows.findIndex(({ count }) => count > 0);
    return rows.slice(first);
  }
}

/** The bucket of a number of microseconds. */
function indexOf(microseconds: number): number {
  const value = Math.floor(microseconds);
  if (value < SUB_BUCKETS) return Math.max(value, 0);
  const power = Math.min(31 - Math.clz32(Math.min(value, 2 ** 31 - 1)), 31);
  const shift = power - 5;
  return SUB_BUCKETS * (power - 4) + ((value >>> shift) - SUB_BUCKETS);
}

/** The microseconds at which a bucket ends. */
function upperEnd(index: number): number {
  if (index < SUB_BUCKETS) return index + 1;
  const power = Math.floor(index / SUB_BUCKETS) + 4;
  return 2 ** (power - 5) * (SUB_BUCKETS + (index % SUB_BUCKETS) + 1);
}

function nextLimit(limit: number): number {
  return String(limit).startsWith('2') ? limit * 2.5 : limit * 2;
}
