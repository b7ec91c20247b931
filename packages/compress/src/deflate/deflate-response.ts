import type { ExtensionParams } from '@ws/types';
import { ownOptions } from '@ws/util/primitives';
import { checkBoolean, checkIntegerOrZero } from '../checks.ts';
import { flagParameter, numberParameter, singleParameters } from '../parameters.ts';
import { PerMessageCompressResponse } from '../per-message-compress.ts';
import type { PerMessageDeflateOffer } from './deflate-offer.ts';
import { CLIENT_BITS, CLIENT_NO_TAKEOVER, EXTENSION_NAME, SERVER_BITS, SERVER_NO_TAKEOVER } from './wire-names.ts';

/** Parameters of a server's response to an offer of permessage-deflate. */
export interface DeflateResponseFields {
  /** Base-2 logarithm of the largest window that the client may use, 8..15. Default 0: any. */
  readonly clientMaxWindowBits?: number;
  /** Whether the client must send without context takeover. Default `false`. */
  readonly clientNoContextTakeover?: boolean;
  /** Base-2 logarithm of the largest window that the server will use, 8..15. Default 0: 15. */
  readonly serverMaxWindowBits?: number;
  /** Whether the server will send without context takeover. Default `false`. */
  readonly serverNoContextTakeover?: boolean;
}

/** A server's response to an offer of permessage-deflate, as parsed by the client (RFC 7692, 7.1). */
export class PerMessageDeflateResponse extends PerMessageCompressResponse {
  static readonly EXTENSION_NAME: string = EXTENSION_NAME;
  readonly extensionName: string = EXTENSION_NAME;
  readonly clientMaxWindowBits: number;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly serverNoContextTakeover: boolean;

  /** @throws TypeError or RangeError when a field is invalid */
  constructor(fields: DeflateResponseFields = {}) {
    super();
    const { clientMaxWindowBits = 0, clientNoContextTakeover = false } = ownOptions(fields);
    const { serverMaxWindowBits = 0, serverNoContextTakeover = false } = ownOptions(fields);
    checkIntegerOrZero('clientMaxWindowBits', clientMaxWindowBits, 8, 15);
    checkBoolean('clientNoContextTakeover', clientNoContextTakeover);
    checkIntegerOrZero('serverMaxWindowBits', serverMaxWindowBits, 8, 15);
    checkBoolean('serverNoContextTakeover', serverNoContextTakeover);
    this.clientMaxWindowBits = clientMaxWindowBits;
    this.clientNoContextTakeover = clientNoContextTakeover;
    this.serverMaxWindowBits = serverMaxWindowBits;
    this.serverNoContextTakeover = serverNoContextTakeover;
  }

  /** @throws {@link CompressionError} when a parameter is unknown, repeated or invalid */
  static parse(params: ExtensionParams): PerMessageDeflateResponse {
    const values = singleParameters(params, [CLIENT_BITS, CLIENT_NO_TAKEOVER, SERVER_BITS, SERVER_NO_TAKEOVER]);
    return new PerMessageDeflateResponse({
      clientMaxWindowBits: numberParameter(values, CLIENT_BITS, 8, 15),
      clientNoContextTakeover: flagParameter(values, CLIENT_NO_TAKEOVER),
      serverMaxWindowBits: numberParameter(values, SERVER_BITS, 8, 15),
      serverNoContextTakeover: flagParameter(values, SERVER_NO_TAKEOVER),
    });
  }

  /**
   * Whether this response fits `offer`: the server confirmed what the offer asked of it (RFC 7692, 7.1.1.1, 7.1.2.1), and
   * limits the client's window only if the offer allows that (7.1.2.2). A server may send the other parameters unasked.
   */
  answers(offer: PerMessageDeflateOffer): boolean {
    if (this.clientMaxWindowBits !== 0 && !offer.acceptMaxWindowBits) return false;
    if (offer.requestNoContextTakeover && !this.serverNoContextTakeover) return false;
    if (offer.requestMaxWindowBits === 0) return true;
    return this.serverMaxWindowBits !== 0 && this.serverMaxWindowBits <= offer.requestMaxWindowBits;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return {
      extension: EXTENSION_NAME,
      clientMaxWindowBits: this.clientMaxWindowBits,
      clientNoContextTakeover: this.clientNoContextTakeover,
      serverMaxWindowBits: this.serverMaxWindowBits,
      serverNoContextTakeover: this.serverNoContextTakeover,
    };
  }
}
