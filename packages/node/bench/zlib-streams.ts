import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from 'node:zlib';

const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

/** permessage-deflate as most servers for Node do it: by zlib's streams, in the thread pool, with context takeover. */
export class ZlibStreams {
  readonly #deflate = new FlushedStream(createDeflateRaw());
  readonly #inflate = new FlushedStream(createInflateRaw());

  async compress(message: Uint8Array): Promise<Uint8Array> {
    return (await this.#deflate.transform([message])).subarray(0, -4);
  }

  decompress(payload: Uint8Array): Promise<Uint8Array> {
    return this.#inflate.transform([payload, TAIL]);
  }
}

/** A stream whose output is gathered from flush to flush. */
class FlushedStream {
  readonly #stream: DeflateRaw | InflateRaw;
  #chunks: Buffer[] = [];

  constructor(stream: DeflateRaw | InflateRaw) {
    this.#stream = stream;
    stream.on('data', chunk => this.#chunks.push(chunk as Buffer));
  }

  async transform(pieces: readonly Uint8Array[]): Promise<Buffer> {
    for (const piece of pieces) this.#stream.write(piece);
    await new Promise<void>(resolve => this.#stream.flush(constants.Z_SYNC_FLUSH, resolve));
    const result = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return result;
  }
}
