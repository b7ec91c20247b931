// What one payload holds, one after another: nothing is read before it is asked for.

/** Reads the values, or the messages, of one payload. */
export interface ValueReader<Value = unknown> {
  /** Whether one more has to be read. */
  readonly hasMore: boolean;
  /** Reads the next. Called while `hasMore`. @throws ProtocolError */
  next(): Value;
}

/** Gives what was read already. */
export class ListReader<Value> implements ValueReader<Value> {
  readonly #list: readonly Value[];
  #at = 0;

  constructor(list: readonly Value[]) {
    this.#list = list;
  }

  get hasMore(): boolean {
    return this.#at < this.#list.length;
  }

  next(): Value {
    return this.#list[this.#at++]!;
  }
}

/** All that a reader has. */
export function readAll(reader: ValueReader): unknown[] {
  const values: unknown[] = [];
  while (reader.hasMore) values.push(reader.next());
  return values;
}
