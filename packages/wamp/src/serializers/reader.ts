// Values and messages of one payload, one after another: none is read before it is asked for.

import type { AnyMessage } from '../messages/message-types.ts';

/** Reads the values of one payload. */
export interface ValueReader {
  /** Whether one more has to be read. */
  readonly hasMore: boolean;
  /** Reads the next. Called while `hasMore`. @throws ProtocolError */
  next(): unknown;
}

/** Reads the messages of one payload. */
export interface MessageReader {
  /** Whether one more has to be read. */
  readonly hasMore: boolean;
  /** Reads the next. Called while `hasMore`. @throws ProtocolError */
  next(): AnyMessage;
}

/** Reads what was read already. */
export class ListReader<Value> {
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
