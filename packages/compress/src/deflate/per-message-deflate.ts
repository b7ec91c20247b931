import type { CompressionCodecs, DeflateCodec, DeflateParameters } from '@ws/types';
import { ownOptions } from '@ws/util/primitives';
import { checkBoolean, checkIntegerOrNull, checkIntegerOrZero, checkSizes } from '../checks.ts';
import { MessageCompressor } from '../message-compressor.ts';
import { MessageDecompressor } from '../message-decompressor.ts';
import { PerMessageCompress } from '../per-message-compress.ts';
import { DEFAULT_LEVEL } from './default-level.ts';
import type { PerMessageDeflateOffer } from './deflate-offer.ts';
import type { PerMessageDeflateResponse } from './deflate-response.ts';
import type { DeflateOwnDirection } from './own-direction.ts';
import { portableDeflate } from './portable-deflate.ts';
import { EXTENSION_NAME } from './wire-names.ts';

/** What was negotiated for both directions, and the local settings of this endpoint. */
export interface DeflateProcessorFields {
  readonly isServer: boolean;
  readonly serverNoContextTakeover?: boolean;
  readonly clientNoContextTakeover?: boolean;
  /** 8..15. Default 0: 15. */
  readonly serverMaxWindowBits?: number;
  /** 8..15. Default 0: 15. */
  readonly clientMaxWindowBits?: number;
  /** 1..9. Default `null`: 8. */
  readonly memLevel?: number | null;
  /** 0..9. Default `null`: 5, see {@link DEFAULT_LEVEL}. */
  readonly level?: number | null;
  /** The most bytes of a decompressed message. Default `null`, and 0: only the protocol's limit applies. */
  readonly maxMessageSize?: number | null;
  /** Messages with fewer bytes than this are better sent uncompressed. Default 0. */
  readonly threshold?: number;
}

/** The fields that the processor reads of an accepted offer, on a server. `PerMessageDeflateOfferAccept` has all of them. */
export interface AcceptedDeflateOffer extends Required<DeflateOwnDirection> {
  readonly offer: PerMessageDeflateOffer;
  readonly requestNoContextTakeover: boolean;
  readonly requestMaxWindowBits: number;
}

/**
 * The fields that the processor reads of an accepted response, on a client. `PerMessageDeflateResponseAccept` has all of them.
 */
export interface AcceptedDeflateResponse extends Required<DeflateOwnDirection> {
  readonly response: PerMessageDeflateResponse;
}

/**
 * Compresses and decompresses the messages of one connection by permessage-deflate (RFC 7692, 7.2). The compressor and the
 * decompressor are created when first needed, so an idle connection owns neither.
 */
export class PerMessageDeflate extends PerMessageCompress {
  static readonly EXTENSION_NAME: string = EXTENSION_NAME;
  readonly extensionName: string = EXTENSION_NAME;
  readonly isServer: boolean;
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
  readonly memLevel: number;
  readonly level: number;
  readonly maxMessageSize: number;
  readonly threshold: number;
  readonly sharedKey: string | null;
  readonly #compressor: MessageCompressor;
  readonly #decompressor: MessageDecompressor;

  /** @throws TypeError or RangeError when a field is invalid */
  constructor(fields: DeflateProcessorFields, codec: DeflateCodec = portableDeflate) {
    super();
    const { isServer, serverNoContextTakeover = false, clientNoContextTakeover = false } = ownOptions(fields);
    const { serverMaxWindowBits = 0, clientMaxWindowBits = 0, memLevel = null, level = null } = ownOptions(fields);
    const { maxMessageSize = null, threshold = 0 } = ownOptions(fields);
    checkBoolean('isServer', isServer);
    checkBoolean('serverNoContextTakeover', serverNoContextTakeover);
    checkBoolean('clientNoContextTakeover', clientNoContextTakeover);
    checkIntegerOrZero('serverMaxWindowBits', serverMaxWindowBits, 8, 15);
    checkIntegerOrZero('clientMaxWindowBits', clientMaxWindowBits, 8, 15);
    checkIntegerOrNull('memLevel', memLevel, 1, 9);
    checkIntegerOrNull('level', level, 0, 9);
    checkSizes(maxMessageSize, threshold);
    this.isServer = isServer;
    this.serverNoContextTakeover = serverNoContextTakeover;
    this.clientNoContextTakeover = clientNoContextTakeover;
    this.serverMaxWindowBits = serverMaxWindowBits || 15;
    this.clientMaxWindowBits = clientMaxWindowBits || 15;
    this.memLevel = memLevel ?? 8;
    this.level = level ?? DEFAULT_LEVEL;
    this.maxMessageSize = maxMessageSize ?? 0;
    this.threshold = threshold;
    const own = this.#parameters(isServer);
    this.sharedKey = own.contextTakeover ? null : `deflate ${own.windowBits} ${own.memLevel} ${own.level}`;
    this.#compressor = new MessageCompressor(() => codec.compressor(this.#parameters(isServer)));
    this.#decompressor = new MessageDecompressor(this.maxMessageSize, () =>
      codec.decompressor(this.#parameters(!isServer)),
    );
  }

  /** Creates a server's processor from the offer that it accepted. */
  static createFromOfferAccept(
    isServer: boolean,
    accept: AcceptedDeflateOffer,
    codecs: CompressionCodecs = {},
  ): PerMessageDeflate {
    const fields = {
      isServer,
      serverNoContextTakeover: accept.noContextTakeover ?? accept.offer.requestNoContextTakeover,
      clientNoContextTakeover: accept.requestNoContextTakeover,
      serverMaxWindowBits: accept.windowBits ?? accept.offer.requestMaxWindowBits,
      clientMaxWindowBits: accept.requestMaxWindowBits,
      memLevel: accept.memLevel,
      level: accept.level,
      maxMessageSize: accept.maxMessageSize,
      threshold: accept.threshold,
    };
    return new PerMessageDeflate(fields, codecs.deflate);
  }

  /** Creates a client's processor from the response that it accepted. */
  static createFromResponseAccept(
    isServer: boolean,
    accept: AcceptedDeflateResponse,
    codecs: CompressionCodecs = {},
  ): PerMessageDeflate {
    const fields = {
      isServer,
      serverNoContextTakeover: accept.response.serverNoContextTakeover,
      clientNoContextTakeover: accept.noContextTakeover ?? accept.response.clientNoContextTakeover,
      serverMaxWindowBits: accept.response.serverMaxWindowBits,
      clientMaxWindowBits: accept.windowBits ?? accept.response.clientMaxWindowBits,
      memLevel: accept.memLevel,
      level: accept.level,
      maxMessageSize: accept.maxMessageSize,
      threshold: accept.threshold,
    };
    return new PerMessageDeflate(fields, codecs.deflate);
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
      serverNoContextTakeover: this.serverNoContextTakeover,
      clientNoContextTakeover: this.clientNoContextTakeover,
      serverMaxWindowBits: this.serverMaxWindowBits,
      clientMaxWindowBits: this.clientMaxWindowBits,
      memLevel: this.memLevel,
    };
  }

  /** The negotiated parameters of what the server sends, or of what the client sends. */
  #parameters(ofServer: boolean): DeflateParameters {
    return {
      windowBits: ofServer ? this.serverMaxWindowBits : this.clientMaxWindowBits,
      contextTakeover: !(ofServer ? this.serverNoContextTakeover : this.clientNoContextTakeover),
      memLevel: this.memLevel,
      level: this.level,
    };
  }
}
