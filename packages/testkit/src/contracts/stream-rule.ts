import type { Recorder } from './recorder.ts';

/** What one rule works with: it looks at what goes from `from` to `to`. */
export interface StreamRuleContext {
  readonly from: Recorder;
  /** Attached when it is first asked for. */
  readonly to: Recorder;
  /** Gives the transport time for calls that must not come. */
  settle(): Promise<void>;
}

/** One sentence of the port, and what proves it. */
export interface StreamRule {
  readonly name: string;
  readonly run: (context: StreamRuleContext) => Promise<void>;
}

/** Sends a few single bytes and waits for each: where one direction has moved, the other had time to. */
export async function pings(from: Recorder, to: Recorder): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const received = to.received;
    from.stream.write(Uint8Array.of(i));
    await to.untilReceived(received + 1);
  }
}

/** Bytes in which no four aligned ones repeat; the same for the same seed. Fast: contracts need many MiB of them. */
export function pattern(length: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let word = Math.imul(seed, 0x9e3779b1);
  for (let i = 0; i < words.length; i++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0;
    words[i] = word;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** Several pieces as one. */
export function join(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}
