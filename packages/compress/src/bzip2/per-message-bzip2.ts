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

/** What was negotiated for both directions, and how this endpoint goes about it. */
export interface Bzip2ProcessorFields {
  readonly isServer: boolean;
  /** 1..9, 0 (default): 9. */
  readonly serverMaxCompressLevel?: number;
  /** 1..9, 0 (default): 9. */
  readonly clientMaxCompressLevel?: number;
  /** Bytes of a decompressed message; `null` (default) and 0: the protocol's limit only. */
  readonly maxMessageSize?: number | null;
  /** Bytes below which a message is better sent as it is; default 0. */
  readonly threshold?: number;
}

/** What the processor reads of an offer that a server has accepted: `PerMessageBzip2OfferAccept` has all of it. */
export interface AcceptedBzip2Offer extends Required<Bzip2OwnDirection> {
  readonly offer: PerMessageBzip2Offer;
  readonly requestMaxCompressLevel: number;
}

/** What the processor reads of a response that a client has accepted: `PerMessageBzip2ResponseAccept` has all of it. */
export interface AcceptedBzip2Response extends Required<Bzip2OwnDirection> {
  readonly response: PerMessageBzip2Response;
}

/** permessage-bzip2 at work on one connection: every message is one complete bzip2 stream. */
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

  /** @throws TypeError or RangeError */
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

  /** What a server runs after it accepted an offer. */
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

  /** What a client runs after it accepted a response. */
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
