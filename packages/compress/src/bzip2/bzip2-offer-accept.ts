import type { CompressionCodecs } from '@ws/types';
import { checkIntegerOrZero } from '../checks.ts';
import { formatExtension } from '../parameters.ts';
import { PerMessageCompressOfferAccept } from '../per-message-compress.ts';
import { PerMessageBzip2Offer } from './bzip2-offer.ts';
import { type Bzip2OwnDirection, checkOwnDirection } from './own-direction.ts';
import { PerMessageBzip2 } from './per-message-bzip2.ts';
import { CLIENT_LEVEL, EXTENSION_NAME, SERVER_LEVEL } from './wire-names.ts';

/** How a server answers an offer of permessage-bzip2. */
export interface Bzip2OfferAcceptFields extends Bzip2OwnDirection {
  /** Asks the client to limit its level, 1..9. Default 0: not asked. */
  readonly requestMaxCompressLevel?: number;
}

/** A server's answer to an offer of permessage-bzip2. */
export class PerMessageBzip2OfferAccept extends PerMessageCompressOfferAccept {
  static readonly EXTENSION_NAME: string = EXTENSION_NAME;
  readonly extensionName: string = EXTENSION_NAME;
  readonly offer: PerMessageBzip2Offer;
  readonly requestMaxCompressLevel: number;
  readonly compressLevel: number | null;
  readonly maxMessageSize: number | null;
  readonly threshold: number;

  /** @throws TypeError or RangeError when a field is invalid or asks for something that the offer does not allow */
  constructor(offer: PerMessageBzip2Offer, fields: Bzip2OfferAcceptFields = {}) {
    super();
    if (!(offer instanceof PerMessageBzip2Offer)) throw new TypeError('offer must be a PerMessageBzip2Offer');
    const { requestMaxCompressLevel = 0 } = fields;
    checkIntegerOrZero('requestMaxCompressLevel', requestMaxCompressLevel, 1, 9);
    if (requestMaxCompressLevel !== 0 && !offer.acceptMaxCompressLevel) {
      throw new RangeError('requestMaxCompressLevel is not supported by the client');
    }
    const own = checkOwnDirection(fields, offer.requestMaxCompressLevel);
    this.offer = offer;
    this.requestMaxCompressLevel = requestMaxCompressLevel;
    this.compressLevel = own.compressLevel;
    this.maxMessageSize = own.maxMessageSize;
    this.threshold = own.threshold;
  }

  override getExtensionString(): string {
    return formatExtension(EXTENSION_NAME, [
      this.offer.requestMaxCompressLevel !== 0 && `${SERVER_LEVEL}=${this.offer.requestMaxCompressLevel}`,
      this.requestMaxCompressLevel !== 0 && `${CLIENT_LEVEL}=${this.requestMaxCompressLevel}`,
    ]);
  }

  override createCompression(codecs: CompressionCodecs): PerMessageBzip2 {
    return PerMessageBzip2.createFromOfferAccept(true, this, codecs);
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return {
      extension: EXTENSION_NAME,
      offer: this.offer.toJSON(),
      requestMaxCompressLevel: this.requestMaxCompressLevel,
      compressLevel: this.compressLevel,
    };
  }
}
