import type { Recorder } from './recorder.ts';

/** The tools of one rule, which tests the direction from `from` to `to`. */
export interface StreamRuleContext {
  readonly from: Recorder;
  /** Attached on the first access. */
  readonly to: Recorder;
  /** Gives the transport time, so that a call that must not come would be noticed. */
  settle(): Promise<void>;
}

/** One rule of the port, and its test. */
export interface StreamRule {
  readonly name: string;
  readonly run: (context: StreamRuleContext) => Promise<void>;
}

/** Sends a few single bytes and waits for each. When this direction has moved, the other one had time to move too. */
export async function pings(from: Recorder, to: Recorder): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const received = to.received;
    from.stream.write(Uint8Array.of(i));
    await to.untilReceived(received + 1);
  }
}

/**
 * Makes bytes in which no four aligned ones repeat; the same for the same seed. Fast, since contracts need many MiB of them.
 */
export function pattern(length: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let word = Math.imul(seed, 0x9e3779b1);
  for (let i = 0; i < words.length; i++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0;
    words[i] = word;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** Joins pieces. */
export function join(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}
