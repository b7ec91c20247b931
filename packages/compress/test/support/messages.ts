import type { SeededRandom } from '@ws/testkit';
import { encodeText } from '@ws/util/primitives';

const NAMES = ['alice', 'bob', 'carol', 'dave', 'eve'];
const WORDS = ['price', 'quantity', 'symbol', 'currency', 'timestamp', 'Gödel', '日本語'];

/** Something like what applications send. */
export function jsonMessage(random: SeededRandom, length: number): Uint8Array {
  let text = '';
  while (text.length < length) {
    const word = WORDS[random.below(WORDS.length)]!;
    text += JSON.stringify({
      id: random.below(1e6),
      user: NAMES[random.below(NAMES.length)],
      [word]: random.below(1e5),
    });
  }
  return encodeText(text).subarray(0, length);
}

/** Random bytes, JSON, runs and mixtures, of 0 to about `maxLength` bytes, short ones more often. */
export function anyMessage(random: SeededRandom, maxLength: number): Uint8Array {
  const length = random.below(random.below(maxLength) + 1);
  switch (random.below(4)) {
    case 0:
      return random.bytes(length);
    case 1:
      return new Uint8Array(length).fill(random.below(256));
    case 2: {
      const bytes = jsonMessage(random, length);
      for (let i = 0; i < 5 && length > 0; i++) bytes[random.below(length)] = random.below(256);
      return bytes;
    }
    default:
      return jsonMessage(random, length);
  }
}

/** Cuts bytes anywhere, into pieces that may be empty. */
export function anyPieces(random: SeededRandom, bytes: Uint8Array): Uint8Array[] {
  const cuts = Array.from({ length: random.below(4) }, () => random.below(bytes.length + 1)).sort((a, b) => a - b);
  const starts = [0, ...cuts];
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1] ?? bytes.length));
}

/** Breaks bytes somehow: bits turned, bytes replaced, cut off, put in, or doubled. */
export function corrupt(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const result = bytes.slice();
  const at = random.below(bytes.length);
  switch (random.below(5)) {
    case 0:
      return result.subarray(0, at);
    case 1:
      return Uint8Array.from([...result.subarray(0, at), random.below(256), ...result.subarray(at)]);
    case 2:
      return Uint8Array.from([...result, ...result.subarray(at)]);
    default:
      for (let i = random.below(3); i >= 0; i--) result[random.below(bytes.length)]! ^= 1 << random.below(8);
      return result;
  }
}
