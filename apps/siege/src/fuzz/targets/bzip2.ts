import { portableBzip2 } from '@ws/compress/bzip2';
import Bunzip from 'seek-bzip';
import { cut, type FuzzTarget, promise, same } from './target.ts';

/** The most bytes of a message: less than what seek-bzip takes a noticeable time for. */
const LIMIT = 1 << 20;
const STEP = 65_536;
/** The first block's checksum stands at this bit, behind the header and the beginning of the block. */
const BLOCK_CHECKSUM = 32 + 48;
const FOOTER = 0x177245385090n.toString(2).padStart(48, '0');
/** What seek-bzip accepts though it should not (a run of more than 32 digits begins anew), or does not look at. */
const EXPLAINED =
  /selector of a table that there is not|block without bytes|something follows|more blocks than|longer than a block/;

/** What came out, or that nothing did and why. */
type Outcome = { readonly bytes: string } | { readonly refused: string };

/** One message by our decoder, in pieces and in all the steps that it takes. */
function decompress(pieces: readonly Uint8Array[]): Outcome {
  const decompressor = portableBzip2.decompressor({ level: 9 });
  const steps: Uint8Array[] = [];
  let left = LIMIT;
  try {
    for (const [i, piece] of pieces.entries()) {
      let given = piece;
      do {
        const step = decompressor.decompress(given, i === pieces.length - 1, left);
        promise(step.length <= Math.min(STEP, left), 'a step is 64 KiB at most, and within the limit');
        left -= step.length;
        steps.push(step);
        given = new Uint8Array(0);
      } while (decompressor.hasMore);
    }
    return { bytes: Buffer.concat(steps).toString('latin1') };
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    if (code !== 'ERR_COMPRESSED_DATA' && code !== 'ERR_MESSAGE_TOO_BIG') throw error;
    promise(!decompressor.hasMore, 'there is no more after an error');
    return { refused: message };
  } finally {
    decompressor.close();
  }
}

/** The same by seek-bzip. */
function decode(stream: Uint8Array): Outcome {
  let at = 0;
  const readByte = (): number => {
    if (at >= stream.length) throw new Error('cut off');
    return stream[at++]!;
  };
  const read = (target: Uint8Array, offset: number, length: number): number => {
    for (let i = 0; i < length; i++) target[offset + i] = readByte();
    return length;
  };
  const bytes: number[] = [];
  const writeByte = (byte: number): void => {
    if (bytes.length >= LIMIT) throw new Error('too long');
    bytes.push(byte);
  };
  try {
    Bunzip.decode({ readByte, read }, { writeByte });
    return { bytes: Buffer.from(bytes).toString('latin1') };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

/** A stream of one block with the checksums of what it holds: else a change of its bits would never get beyond them. */
function withChecksums(stream: Uint8Array): Uint8Array {
  const checksum = /Bad block CRC \(got ([\da-f]+)/.exec(refusal(decode(stream)))?.[1];
  if (checksum === undefined) return stream;
  const word = Number.parseInt(checksum, 16).toString(2).padStart(32, '0');
  let bits = Array.from(stream, byte => byte.toString(2).padStart(8, '0')).join('');
  const footer = bits.lastIndexOf(FOOTER);
  for (const start of [BLOCK_CHECKSUM, ...(footer < 0 ? [] : [footer + 48])]) {
    bits = bits.slice(0, start) + word + bits.slice(start + 32);
  }
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
    Number.parseInt(bits.slice(i * 8, i * 8 + 8).padEnd(8, '0'), 2),
  );
}

function refusal(outcome: Outcome): string {
  return 'refused' in outcome ? outcome.refused : '';
}

/** bzip2 streams, as one message: by our decoder, which works in steps, and by another, which does not. */
export const bzip2Target: FuzzTarget = {
  name: 'bzip2',
  dictionary: [
    'BZh1',
    'BZh9',
    '1AY&SY',
    '\x17rE8P\x90',
    '\x00\x00\x00\x00',
    '\xff\xff\xff\xff',
    '\xaa\xaa',
    '\x55\x55',
  ],
  seeds: ['', 'Hello', 'a'.repeat(3000), 'abcdefghij'.repeat(30), '\x00'.repeat(200_000)].map(text =>
    Buffer.from(portableBzip2.compressor({ level: 1 }).compress(Buffer.from(text, 'latin1'), true)).toString('latin1'),
  ),
  run(input) {
    const stream = withChecksums(input);
    const whole = decompress([stream]);
    same(decompress([...cut(stream), new Uint8Array(0)]), whole, 'the same stream, cut elsewhere');
    const expected = decode(stream);
    if ('refused' in whole && ('refused' in expected || EXPLAINED.test(whole.refused))) return;
    promise(!('refused' in whole), `seek-bzip takes it: ${refusal(whole)}`);
    promise(!('refused' in expected), `seek-bzip refuses it: ${refusal(expected)}`);
    promise(whole.bytes === expected.bytes, 'seek-bzip gives the same');
  },
};
