import type { ExtensionParams } from '@ws/types';
import { checkIntegerOrZero } from '../checks.ts';
import { numberParameter, singleParameters } from '../parameters.ts';
import { PerMessageCompressResponse } from '../per-message-compress.ts';
import type { PerMessageBzip2Offer } from './bzip2-offer.ts';
import { CLIENT_LEVEL, EXTENSION_NAME, SERVER_LEVEL } from './wire-names.ts';

/** Parameters of a server's response to an offer of permessage-bzip2. */
export interface Bzip2ResponseFields {
  /** The highest level that the client may use, 1..9. Default 0: any. */
  readonly clientMaxCompressLevel?: number;
  /** The highest level that the server will use, 1..9. Default 0: 9. */
  readonly serverMaxCompressLevel?: number;
}

/** A server's response to an offer of permessage-bzip2, as parsed by the client. */
export class PerMessageBzip2Response extends PerMessageCompressResponse {
  static readonly EXTENSION_NAME: string = EXTENSION_NAME;
  readonly extensionName: string = EXTENSION_NAME;
  readonly clientMaxCompressLevel: number;
  readonly serverMaxCompressLevel: number;

  /** @throws TypeError or RangeError when a field is invalid */
  constructor(fields: Bzip2ResponseFields = {}) {
    super();
    const { clientMaxCompressLevel = 0, serverMaxCompressLevel = 0 } = fields;
    checkIntegerOrZero('clientMaxCompressLevel', clientMaxCompressLevel, 1, 9);
    checkIntegerOrZero('serverMaxCompressLevel', serverMaxCompressLevel, 1, 9);
    this.clientMaxCompressLevel = clientMaxCompressLevel;
    this.serverMaxCompressLevel = serverMaxCompressLevel;
  }

  /** @throws {@link CompressionError} when a parameter is unknown, repeated or invalid */
  static parse(params: ExtensionParams): PerMessageBzip2Response {
    const values = singleParameters(params, [CLIENT_LEVEL, SERVER_LEVEL]);
    return new PerMessageBzip2Response({
      clientMaxCompressLevel: numberParameter(values, CLIENT_LEVEL, 1, 9),
      serverMaxCompressLevel: numberParameter(values, SERVER_LEVEL, 1, 9),
    });
  }

  /**
   * Whether this response fits `offer`: it grants the level asked for, and limits the client's only if the offer allows that.
   */
  answers(offer: PerMessageBzip2Offer): boolean {
    if (this.clientMaxCompressLevel !== 0 && !offer.acceptMaxCompressLevel) return false;
    if (offer.requestMaxCompressLevel === 0) return true;
    return this.serverMaxCompressLevel !== 0 && this.serverMaxCompressLevel <= offer.requestMaxCompressLevel;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return {
      extension: EXTENSION_NAME,
      clientMaxCompressLevel: this.clientMaxCompressLevel,
      serverMaxCompressLevel: this.serverMaxCompressLevel,
    };
  }
}
