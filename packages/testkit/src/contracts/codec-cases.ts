import { type Compressor, DECOMPRESSION_STEP, type DecompressionErrorCode, type Decompressor } from '@ws/types';
import { ContractError, check, checkEqual, show } from '../assert.ts';
import { seededRandom } from '../seeded-random.ts';
import { join } from './stream-rule.ts';

/** Sample messages of all kinds, by name. */
export function sampleMessages(): Readonly<Record<string, Uint8Array>> {
  const random = seededRandom(5);
  const words = ['{"type":', '"sensor",', '"id":', '"value":', '42', '17.5', '},', '[', ']', '\n'];
  let text = '';
  while (text.length < 70_000) text += words[random.below(words.length)];
  return {
    'no byte': new Uint8Array(0),
    'one byte': Uint8Array.of(0x61),
    'a short text': ascii('Hello, Hello, Hello'),
    'random bytes': random.bytes(3000),
    zeros: new Uint8Array(100_000),
    'a long text': ascii(text),
  };
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Cuts bytes into `count` pieces, the last of which is often the largest. */
export function piecesOf(bytes: Uint8Array, count: number): Uint8Array[] {
  const size = Math.floor(bytes.length / count);
  return Array.from({ length: count }, (_, i) =>
    bytes.subarray(i * size, i === count - 1 ? bytes.length : (i + 1) * size),
  );
}

/** Compresses one message in pieces. Each result is copied before the next call. */
export function compressPieces(compressor: Compressor, pieces: readonly Uint8Array[]): Uint8Array {
  return gather(pieces, (piece, isFinal) => compressor.compress(piece, isFinal));
}

/** Decompresses one message in pieces, in as many steps as it takes. */
export function decompressPieces(
  decompressor: Decompressor,
  pieces: readonly Uint8Array[],
  maxLength: number = Number.POSITIVE_INFINITY,
): Uint8Array {
  const steps = new DecompressionSteps(decompressor, maxLength);
  return gather(pieces, (piece, isFinal) => join([...steps.of(piece, isFinal)]));
}

/** More steps than any message of the rules takes. */
const MANY_STEPS = 10_000;

/** Decompresses one message in steps; each call gets the rest of the message's limit. */
export class DecompressionSteps {
  readonly #decompressor: Decompressor;
  #left: number;
  #count = 0;

  constructor(decompressor: Decompressor, maxLength: number = Number.POSITIVE_INFINITY) {
    this.#decompressor = decompressor;
    this.#left = maxLength;
  }

  /** Decompresses one piece of the message. Yields the output of each call. */
  *of(piece: Uint8Array, isFinal: boolean): Generator<Uint8Array, void, void> {
    yield this.#call(piece, isFinal);
    while (this.#decompressor.hasMore) yield this.#call(new Uint8Array(0), isFinal);
  }

  #call(piece: Uint8Array, isFinal: boolean): Uint8Array {
    check(++this.#count < MANY_STEPS, `there is more after ${MANY_STEPS} steps`);
    const result = new Uint8Array(this.#decompressor.decompress(piece, isFinal, this.#left));
    const isResumable = this.#decompressor.hasMore !== undefined;
    check(!isResumable || result.length <= DECOMPRESSION_STEP, `a call gave ${result.length} bytes`);
    this.#left -= result.length;
    return result;
  }
}

function gather(pieces: readonly Uint8Array[], run: (piece: Uint8Array, isFinal: boolean) => Uint8Array): Uint8Array {
  const parts = pieces.map((piece, i) => {
    const before = new Uint8Array(piece);
    const part = new Uint8Array(run(piece, i === pieces.length - 1));
    checkEqual(piece, before, 'the input afterwards');
    return part;
  });
  return join(parts);
}

/** @throws {@link ContractError} unless `run` throws an error with this code */
export function checkRefused(run: () => unknown, code: DecompressionErrorCode, what: string): void {
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    if ((error as { code?: unknown }).code === code) return;
    throw new ContractError(`${what}: threw ${show(error)} instead of ${code}`);
  }
  throw new ContractError(`${what}: gave ${show(result)} instead of ${code}`);
}
