import { createRequire } from 'node:module';
import { bzip2Vectors } from './bzip2-vectors.ts';
import type { ExtensionField } from './extensions.ts';
import type { MessageCodec } from './message-codec.ts';

const bunzip = createRequire(import.meta.url)('seek-bzip') as { decode(octets: Uint8Array): Uint8Array };
const MAGIC = 'BZh';

/** permessage-bzip2: each message one bzip2 stream of its own, in blocks no larger than agreed. */
export class Bzip2MessageCodec implements MessageCodec {
  readonly name = 'permessage-bzip2';
  readonly #maxLevel: number;

  /** @param field - what the server answered, or what the client offered; 1 to 9 limits the peer's block size. */
  constructor(field: ExtensionField) {
    const limit = field.parameters.find(([name]) => name === 'server_max_compress_level')?.[1];
    this.#maxLevel = typeof limit === 'string' ? Number(limit) : 9;
  }

  /** @throws RangeError for a message that is not in the table. */
  compress(message: Buffer): Buffer {
    const found = bzip2Vectors.find(vector => vector.message.equals(message));
    if (found === undefined) throw new RangeError('no compressed form of this message is known');
    return found.compressed;
  }

  decompress(octets: Buffer): Buffer {
    const level = Number(octets.toString('latin1', 3, 4));
    if (octets.toString('latin1', 0, 3) !== MAGIC) throw new RangeError('not a bzip2 stream');
    if (level > this.#maxLevel) throw new RangeError(`blocks of level ${level}, agreed were ${this.#maxLevel}`);
    return Buffer.from(bunzip.decode(octets));
  }
}
