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

/** What a client offers, and what a server read of it. */
export abstract class PerMessageCompressOffer implements CompressionOffer {
  abstract readonly extensionName: string;
  /** Present in ready-made offers. */
  readonly extension?: CompressionExtension;
  /** Present in ready-made offers. */
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

/** A server's answer, as the client read it. */
export abstract class PerMessageCompressResponse implements CompressionResponse {
  abstract readonly extensionName: string;
  abstract toJSON(): Json;
  toString(): string {
    return describe(this);
  }
}

/** How a client takes a server's answer. */
export abstract class PerMessageCompressResponseAccept implements CompressionResponseAccept {
  abstract readonly extensionName: string;
  abstract createCompression(codecs: CompressionCodecs): MessageCompression;
  abstract toJSON(): Json;
  toString(): string {
    return describe(this);
  }
}

/** A negotiated extension at work on one connection. */
export abstract class PerMessageCompress implements MessageCompression {
  abstract readonly extensionName: string;
  abstract readonly threshold: number;
  abstract readonly maxMessageSize: number;
  abstract readonly sharedKey: string | null;
  abstract compress(bytes: Uint8Array, isFinal: boolean): Uint8Array;
  abstract decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array;
  abstract close(): void;
  abstract toJSON(): Json;

  /** See `MessageCompression.hasMore`. Here: never. */
  get hasMore(): boolean {
    return false;
  }

  /** Begins a message. Nothing needs doing: a message begins with its first piece. */
  startCompressMessage(): void {}
  /** The next piece of the message. */
  compressMessageData(bytes: Uint8Array): Uint8Array {
    return this.compress(bytes, false);
  }
  /** Ends the message: what is left of its compressed form. */
  endCompressMessage(): Uint8Array {
    return this.compress(EMPTY_BYTES, true);
  }
  /** Begins a message. Nothing needs doing: a message begins with its first piece. */
  startDecompressMessage(): void {}
  /** The next piece of the message, all of it at once, limited by {@link maxMessageSize} only. */
  decompressMessageData(bytes: Uint8Array): Uint8Array {
    return this.#decompressAll(bytes, false);
  }
  /** Ends the message: what is left of it. */
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
