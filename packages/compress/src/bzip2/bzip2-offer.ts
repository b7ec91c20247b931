import type { ExtensionParams } from '@ws/types';
import { checkBoolean, checkIntegerOrZero } from '../checks.ts';
import { flagParameter, formatExtension, numberParameter, singleParameters } from '../parameters.ts';
import { PerMessageCompressOffer } from '../per-message-compress.ts';
import { CLIENT_LEVEL, EXTENSION_NAME, SERVER_LEVEL } from './wire-names.ts';

/** What a client says in an offer of permessage-bzip2. */
export interface Bzip2OfferFields {
  /** Says that the client can limit its level; default `true`. */
  readonly acceptMaxCompressLevel?: boolean;
  /** Asks the server to limit its level, 1..9; default 0: no wish. */
  readonly requestMaxCompressLevel?: number;
}

/** An offer of permessage-bzip2. */
export class PerMessageBzip2Offer extends PerMessageCompressOffer {
  static readonly EXTENSION_NAME: string = EXTENSION_NAME;
  readonly extensionName: string = EXTENSION_NAME;
  readonly acceptMaxCompressLevel: boolean;
  readonly requestMaxCompressLevel: number;

  /** @throws TypeError or RangeError */
  constructor(fields: Bzip2OfferFields = {}) {
    super();
    const { acceptMaxCompressLevel = true, requestMaxCompressLevel = 0 } = fields;
    checkBoolean('acceptMaxCompressLevel', acceptMaxCompressLevel);
    checkIntegerOrZero('requestMaxCompressLevel', requestMaxCompressLevel, 1, 9);
    this.acceptMaxCompressLevel = acceptMaxCompressLevel;
    this.requestMaxCompressLevel = requestMaxCompressLevel;
  }

  /**
   * Reads an offer, for a server.
   *
   * @throws {@link CompressionError} when a parameter is unknown, doubled or has an invalid value: the offer is declined
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
