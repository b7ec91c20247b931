import type { CompressionCodecs } from '@ws/types';
import { ownOptions } from '@ws/util/primitives';
import { checkBoolean, checkIntegerOrZero } from '../checks.ts';
import { formatExtension } from '../parameters.ts';
import { PerMessageCompressOfferAccept } from '../per-message-compress.ts';
import { PerMessageDeflateOffer } from './deflate-offer.ts';
import { checkOwnDirection, type DeflateOwnDirection } from './own-direction.ts';
import { PerMessageDeflate } from './per-message-deflate.ts';
import { CLIENT_BITS, CLIENT_NO_TAKEOVER, EXTENSION_NAME, SERVER_BITS, SERVER_NO_TAKEOVER } from './wire-names.ts';

/** How a server answers an offer of permessage-deflate. */
export interface DeflateOfferAcceptFields extends DeflateOwnDirection {
  /**
   * Asks the client not to use context takeover. Default `false`. When the offer has `client_no_context_takeover`, the
   * response confirms it in any case: that costs the client nothing, and some clients (gorilla/websocket) insist on it.
   */
  readonly requestNoContextTakeover?: boolean;
  /**
   * Asks the client to limit its window; 8..15, for 2^8..2^15 bytes. Default 0: not asked. The value is lowered to that of
   * `client_max_window_bits` in the offer, if it has one (RFC 7692, 7.1.2.2).
   */
  readonly requestMaxWindowBits?: number;
}

/** A server's response to an offer of permessage-deflate (RFC 7692, 7.1). */
export class PerMessageDeflateOfferAccept extends PerMessageCompressOfferAccept {
  static readonly EXTENSION_NAME: string = EXTENSION_NAME;
  readonly extensionName: string = EXTENSION_NAME;
  readonly offer: PerMessageDeflateOffer;
  /** Whether the response names `client_no_context_takeover`: it was requested, or the client offered it unasked. */
  readonly requestNoContextTakeover: boolean;
  /** The `client_max_window_bits` of the response: the requested value, but at most that of the offer. */
  readonly requestMaxWindowBits: number;
  readonly noContextTakeover: boolean | null;
  readonly windowBits: number | null;
  readonly memLevel: number | null;
  readonly level: number | null;
  readonly maxMessageSize: number | null;
  readonly threshold: number;

  /** @throws TypeError or RangeError when a field is invalid or asks for something that the offer does not allow */
  constructor(offer: PerMessageDeflateOffer, fields: DeflateOfferAcceptFields = {}) {
    super();
    if (!(offer instanceof PerMessageDeflateOffer)) throw new TypeError('offer must be a PerMessageDeflateOffer');
    const { requestNoContextTakeover = false, requestMaxWindowBits = 0 } = ownOptions(fields);
    checkBoolean('requestNoContextTakeover', requestNoContextTakeover);
    if (requestNoContextTakeover && !offer.acceptNoContextTakeover) {
      throw new RangeError('requestNoContextTakeover is not supported by the client');
    }
    checkIntegerOrZero('requestMaxWindowBits', requestMaxWindowBits, 8, 15);
    if (requestMaxWindowBits !== 0 && !offer.acceptMaxWindowBits) {
      throw new RangeError('requestMaxWindowBits is not supported by the client');
    }
    const own = checkOwnDirection(fields, offer.requestNoContextTakeover, offer.requestMaxWindowBits);
    this.offer = offer;
    this.requestNoContextTakeover = requestNoContextTakeover || offer.clientNoContextTakeover;
    this.requestMaxWindowBits = Math.min(requestMaxWindowBits, offer.clientMaxWindowBits || 15);
    this.noContextTakeover = own.noContextTakeover;
    this.windowBits = own.windowBits;
    this.memLevel = own.memLevel;
    this.level = own.level;
    this.maxMessageSize = own.maxMessageSize;
    this.threshold = own.threshold;
  }

  /** Confirms what the offer asked for. Stricter local settings of the server are not announced. */
  override getExtensionString(): string {
    return formatExtension(EXTENSION_NAME, [
      this.offer.requestNoContextTakeover && SERVER_NO_TAKEOVER,
      this.offer.requestMaxWindowBits !== 0 && `${SERVER_BITS}=${this.offer.requestMaxWindowBits}`,
      this.requestNoContextTakeover && CLIENT_NO_TAKEOVER,
      this.requestMaxWindowBits !== 0 && `${CLIENT_BITS}=${this.requestMaxWindowBits}`,
    ]);
  }

  override createCompression(codecs: CompressionCodecs): PerMessageDeflate {
    return PerMessageDeflate.createFromOfferAccept(true, this, codecs);
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return {
      extension: EXTENSION_NAME,
      offer: this.offer.toJSON(),
      requestNoContextTakeover: this.requestNoContextTakeover,
      requestMaxWindowBits: this.requestMaxWindowBits,
      noContextTakeover: this.noContextTakeover,
      windowBits: this.windowBits,
      memLevel: this.memLevel,
      level: this.level,
      maxMessageSize: this.maxMessageSize,
      threshold: this.threshold,
    };
  }
}
