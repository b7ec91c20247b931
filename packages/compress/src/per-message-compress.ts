import type {
  CompressionCodecs,
  CompressionExtension,
  CompressionOffer,
  CompressionOfferAccept,
  CompressionResponse,
  CompressionResponseAccept,
  MessageCompression,
} from '@ws/types';
import { concatBytes, EMPTY_BYTES } from '@ws/util/primitives';

type Json = Readonly<Record<string, unknown>>;

/** A client's offer of a compression extension, to send or as parsed by the server. */
export abstract class PerMessageCompressOffer implements CompressionOffer {
  abstract readonly extensionName: string;
  /** Present only in ready-made offers. */
  readonly extension?: CompressionExtension;
  /** Present only in ready-made offers. */
  acceptResponse?(response: CompressionResponse): CompressionResponseAccept | null;
  abstract getExtensionString(): string;
  abstract toJSON(): Json;
  toString(): string {
    return describe(this);
  }
}

/** How a server answers an offer. */
export abstract class PerMessageCompressOfferAccept implements CompressionOfferAccept {
  abstract readonly extensionName: string;
  abstract getExtensionString(): string;
  abstract createCompression(codecs: CompressionCodecs): MessageCompression;
  abstract toJSON(): Json;
  toString(): string {
    return describe(this);
  }
}

/** A server's response, as parsed by the client. */
export abstract class PerMessageCompressResponse implements CompressionResponse {
  abstract readonly extensionName: string;
  abstract toJSON(): Json;
  toString(): string {
    return describe(this);
  }
}

/** How a client accepts a server's response. */
export abstract class PerMessageCompressResponseAccept implements CompressionResponseAccept {
  abstract readonly extensionName: string;
  abstract createCompression(codecs: CompressionCodecs): MessageCompression;
  abstract toJSON(): Json;
  toString(): string {
    return describe(this);
  }
}

/** Compresses and decompresses the messages of one connection by a negotiated extension. */
export abstract class PerMessageCompress implements MessageCompression {
  abstract readonly extensionName: string;
  abstract readonly threshold: number;
  abstract readonly maxMessageSize: number;
  abstract readonly sharedKey: string | null;
  abstract compress(bytes: Uint8Array, isFinal: boolean): Uint8Array;
  abstract decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array;
  abstract close(): void;
  abstract toJSON(): Json;

  /** See `MessageCompression.hasMore`. Always `false` unless overridden. */
  get hasMore(): boolean {
    return false;
  }

  /** Begins a message. Does nothing, since a message begins with its first piece. */
  startCompressMessage(): void {}
  /** Compresses the next piece of the message. */
  compressMessageData(bytes: Uint8Array): Uint8Array {
    return this.compress(bytes, false);
  }
  /** Ends the message. Returns the rest of its compressed form. */
  endCompressMessage(): Uint8Array {
    return this.compress(EMPTY_BYTES, true);
  }
  /** Begins a message. Does nothing, since a message begins with its first piece. */
  startDecompressMessage(): void {}
  /** Decompresses the next piece of the message at once. Only {@link maxMessageSize} limits the output. */
  decompressMessageData(bytes: Uint8Array): Uint8Array {
    return this.#decompressAll(bytes, false);
  }
  /** Ends the message. Returns the rest of its output. */
  endDecompressMessage(): Uint8Array {
    return this.#decompressAll(EMPTY_BYTES, true);
  }
  toString(): string {
    return describe(this);
  }

  #decompressAll(bytes: Uint8Array, isFinal: boolean): Uint8Array {
    const steps = [this.decompress(bytes, isFinal, Number.POSITIVE_INFINITY)];
    while (this.hasMore) steps.push(this.decompress(EMPTY_BYTES, isFinal, Number.POSITIVE_INFINITY));
    return concatBytes(steps);
  }
}

function describe(value: { toJSON(): Json }): string {
  return `${value.constructor.name}(${JSON.stringify(value)})`;
}
