import type { Bzip2Codec, CompressionCodecs } from '@ws/types';
import { checkBoolean, checkIntegerOrZero, checkSizes } from '../checks.ts';
import { MessageCompressor } from '../message-compressor.ts';
import { MessageDecompressor } from '../message-decompressor.ts';
import { PerMessageCompress } from '../per-message-compress.ts';
import type { PerMessageBzip2Offer } from './bzip2-offer.ts';
import type { PerMessageBzip2Response } from './bzip2-response.ts';
import type { Bzip2OwnDirection } from './own-direction.ts';
import { portableBzip2 } from './portable-bzip2.ts';
import { EXTENSION_NAME } from './wire-names.ts';

/** What was negotiated for both directions, and the local settings of this endpoint. */
export interface Bzip2ProcessorFields {
  readonly isServer: boolean;
  /** 1..9. Default 0: 9. */
  readonly serverMaxCompressLevel?: number;
  /** 1..9. Default 0: 9. */
  readonly clientMaxCompressLevel?: number;
  /** The most bytes of a decompressed message. Default `null`, and 0: only the protocol's limit applies. */
  readonly maxMessageSize?: number | null;
  /** Messages with fewer bytes than this are better sent uncompressed. Default 0. */
  readonly threshold?: number;
}

/** The fields that the processor reads of an accepted offer, on a server. `PerMessageBzip2OfferAccept` has all of them. */
export interface AcceptedBzip2Offer extends Required<Bzip2OwnDirection> {
  readonly offer: PerMessageBzip2Offer;
  readonly requestMaxCompressLevel: number;
}

/**
 * The fields that the processor reads of an accepted response, on a client. `PerMessageBzip2ResponseAccept` has all of them.
 */
export interface AcceptedBzip2Response extends Required<Bzip2OwnDirection> {
  readonly response: PerMessageBzip2Response;
}

/** Compresses and decompresses the messages of one connection by permessage-bzip2. Every message is a complete bzip2 stream. */
export class PerMessageBzip2 extends PerMessageCompress {
  static readonly EXTENSION_NAME: string = EXTENSION_NAME;
  readonly extensionName: string = EXTENSION_NAME;
  readonly isServer: boolean;
  readonly serverMaxCompressLevel: number;
  readonly clientMaxCompressLevel: number;
  readonly maxMessageSize: number;
  readonly threshold: number;
  readonly sharedKey: string;
  readonly #compressor: MessageCompressor;
  readonly #decompressor: MessageDecompressor;

  /** @throws TypeError or RangeError when a field is invalid */
  constructor(fields: Bzip2ProcessorFields, codec: Bzip2Codec = portableBzip2) {
    super();
    const { isServer, serverMaxCompressLevel = 0, clientMaxCompressLevel = 0 } = fields;
    const { maxMessageSize = null, threshold = 0 } = fields;
    checkBoolean('isServer', isServer);
    checkIntegerOrZero('serverMaxCompressLevel', serverMaxCompressLevel, 1, 9);
    checkIntegerOrZero('clientMaxCompressLevel', clientMaxCompressLevel, 1, 9);
    checkSizes(maxMessageSize, threshold);
    this.isServer = isServer;
    this.serverMaxCompressLevel = serverMaxCompressLevel || 9;
    this.clientMaxCompressLevel = clientMaxCompressLevel || 9;
    this.maxMessageSize = maxMessageSize ?? 0;
    this.threshold = threshold;
    this.sharedKey = `bzip2 ${this.#level(isServer)}`;
    this.#compressor = new MessageCompressor(() => codec.compressor({ level: this.#level(isServer) }));
    this.#decompressor = new MessageDecompressor(this.maxMessageSize, () =>
      codec.decompressor({ level: this.#level(!isServer) }),
    );
  }

  /** Creates a server's processor from the offer that it accepted. */
  static createFromOfferAccept(
    isServer: boolean,
    accept: AcceptedBzip2Offer,
    codecs: CompressionCodecs = {},
  ): PerMessageBzip2 {
    const fields = {
      isServer,
      serverMaxCompressLevel: accept.compressLevel ?? accept.offer.requestMaxCompressLevel,
      clientMaxCompressLevel: accept.requestMaxCompressLevel,
      maxMessageSize: accept.maxMessageSize,
      threshold: accept.threshold,
    };
    return new PerMessageBzip2(fields, codecs.bzip2);
  }

  /** Creates a client's processor from the response that it accepted. */
  static createFromResponseAccept(
    isServer: boolean,
    accept: AcceptedBzip2Response,
    codecs: CompressionCodecs = {},
  ): PerMessageBzip2 {
    const fields = {
      isServer,
      serverMaxCompressLevel: accept.response.serverMaxCompressLevel,
      clientMaxCompressLevel: accept.compressLevel ?? accept.response.clientMaxCompressLevel,
      maxMessageSize: accept.maxMessageSize,
      threshold: accept.threshold,
    };
    return new PerMessageBzip2(fields, codecs.bzip2);
  }

  override compress(bytes: Uint8Array, isFinal: boolean): Uint8Array {
    return this.#compressor.compress(bytes, isFinal);
  }

  override get hasMore(): boolean {
    return this.#decompressor.hasMore;
  }

  override decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array {
    return this.#decompressor.decompress(bytes, isFinal, maxLength);
  }

  override close(): void {
    this.#compressor.close();
    this.#decompressor.close();
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return {
      extension: EXTENSION_NAME,
      isServer: this.isServer,
      serverMaxCompressLevel: this.serverMaxCompressLevel,
      clientMaxCompressLevel: this.clientMaxCompressLevel,
    };
  }

  #level(ofServer: boolean): number {
    return ofServer ? this.serverMaxCompressLevel : this.clientMaxCompressLevel;
  }
}
