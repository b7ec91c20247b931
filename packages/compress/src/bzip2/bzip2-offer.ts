import type { ExtensionParams } from '@ws/types';
import { checkBoolean, checkIntegerOrZero } from '../checks.ts';
import { flagParameter, formatExtension, numberParameter, singleParameters } from '../parameters.ts';
import { PerMessageCompressOffer } from '../per-message-compress.ts';
import { CLIENT_LEVEL, EXTENSION_NAME, SERVER_LEVEL } from './wire-names.ts';

/** Parameters of a client's offer of permessage-bzip2. */
export interface Bzip2OfferFields {
  /** Says that the client can limit its level. Default `true`. */
  readonly acceptMaxCompressLevel?: boolean;
  /** Asks the server to limit its level, 1..9. Default 0: not asked. */
  readonly requestMaxCompressLevel?: number;
}

/** An offer of permessage-bzip2. */
export class PerMessageBzip2Offer extends PerMessageCompressOffer {
  static readonly EXTENSION_NAME: string = EXTENSION_NAME;
  readonly extensionName: string = EXTENSION_NAME;
  readonly acceptMaxCompressLevel: boolean;
  readonly requestMaxCompressLevel: number;

  /** @throws TypeError or RangeError when a field is invalid */
  constructor(fields: Bzip2OfferFields = {}) {
    super();
    const { acceptMaxCompressLevel = true, requestMaxCompressLevel = 0 } = fields;
    checkBoolean('acceptMaxCompressLevel', acceptMaxCompressLevel);
    checkIntegerOrZero('requestMaxCompressLevel', requestMaxCompressLevel, 1, 9);
    this.acceptMaxCompressLevel = acceptMaxCompressLevel;
    this.requestMaxCompressLevel = requestMaxCompressLevel;
  }

  /**
   * Parses an offer. For servers.
   *
   * @throws {@link CompressionError} when a parameter is unknown, repeated or invalid; the server then declines the offer
   */
  static parse(params: ExtensionParams): PerMessageBzip2Offer {
    const values = singleParameters(params, [CLIENT_LEVEL, SERVER_LEVEL]);
    return new PerMessageBzip2Offer({
      acceptMaxCompressLevel: flagParameter(values, CLIENT_LEVEL),
      requestMaxCompressLevel: numberParameter(values, SERVER_LEVEL, 1, 9),
    });
  }

  override getExtensionString(): string {
    return formatExtension(EXTENSION_NAME, [
      this.acceptMaxCompressLevel && CLIENT_LEVEL,
      this.requestMaxCompressLevel !== 0 && `${SERVER_LEVEL}=${this.requestMaxCompressLevel}`,
    ]);
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return {
      extension: EXTENSION_NAME,
      acceptMaxCompressLevel: this.acceptMaxCompressLevel,
      requestMaxCompressLevel: this.requestMaxCompressLevel,
    };
  }
}
