import type { ExtensionParams } from '@ws/types';
import { ownOptions } from '@ws/util/primitives';
import { checkBoolean, checkIntegerOrZero } from '../checks.ts';
import { flagParameter, formatExtension, numberParameter, singleParameters } from '../parameters.ts';
import { PerMessageCompressOffer } from '../per-message-compress.ts';
import { CLIENT_BITS, CLIENT_NO_TAKEOVER, EXTENSION_NAME, SERVER_BITS, SERVER_NO_TAKEOVER } from './wire-names.ts';

/** Parameters of a client's offer of permessage-deflate. */
export interface DeflateOfferFields {
  /**
   * Says that the client can send without context takeover. Default `true`. By RFC 7692, 7.1.1.2 this is a promise to send
   * without it, even when the response does not ask for that. `offerDeflate` keeps the promise; users of this class keep
   * it by setting `noContextTakeover` of `PerMessageDeflateResponseAccept`.
   */
  readonly acceptNoContextTakeover?: boolean;
  /** Says that the client can limit the window of what it sends. Default `true`. */
  readonly acceptMaxWindowBits?: boolean;
  /** Asks the server to send without context takeover. Default `false`. */
  readonly requestNoContextTakeover?: boolean;
  /** Asks the server to limit the window of what it sends; 8..15, for 2^8..2^15 bytes. Default 0: not asked. */
  readonly requestMaxWindowBits?: number;
}

/** An offer of permessage-deflate (RFC 7692, 7.1). */
export class PerMessageDeflateOffer extends PerMessageCompressOffer {
  static readonly EXTENSION_NAME: string = EXTENSION_NAME;
  readonly extensionName: string = EXTENSION_NAME;
  readonly acceptNoContextTakeover: boolean;
  readonly acceptMaxWindowBits: boolean;
  readonly requestNoContextTakeover: boolean;
  readonly requestMaxWindowBits: number;
  #clientNoContextTakeover = false;
  #clientMaxWindowBits = 0;

  /** @throws TypeError or RangeError when a field is invalid */
  constructor(fields: DeflateOfferFields = {}) {
    super();
    const { acceptNoContextTakeover = true, acceptMaxWindowBits = true } = ownOptions(fields);
    const { requestNoContextTakeover = false, requestMaxWindowBits = 0 } = ownOptions(fields);
    checkBoolean('acceptNoContextTakeover', acceptNoContextTakeover);
    checkBoolean('acceptMaxWindowBits', acceptMaxWindowBits);
    checkBoolean('requestNoContextTakeover', requestNoContextTakeover);
    checkIntegerOrZero('requestMaxWindowBits', requestMaxWindowBits, 8, 15);
    this.acceptNoContextTakeover = acceptNoContextTakeover;
    this.acceptMaxWindowBits = acceptMaxWindowBits;
    this.requestNoContextTakeover = requestNoContextTakeover;
    this.requestMaxWindowBits = requestMaxWindowBits;
  }

  /**
   * Parses an offer. For servers. `acceptNoContextTakeover` of the result is always `true`: a server may ask for it whether
   * or not the client named it (RFC 7692, 7.1.1.2).
   *
   * @throws {@link CompressionError} when a parameter is unknown, repeated or invalid; the server then declines the offer
   */
  static parse(params: ExtensionParams): PerMessageDeflateOffer {
    const values = singleParameters(params, [CLIENT_BITS, CLIENT_NO_TAKEOVER, SERVER_BITS, SERVER_NO_TAKEOVER]);
    const offer = new PerMessageDeflateOffer({
      acceptMaxWindowBits: values.has(CLIENT_BITS),
      requestNoContextTakeover: flagParameter(values, SERVER_NO_TAKEOVER),
      requestMaxWindowBits: numberParameter(values, SERVER_BITS, 8, 15),
    });
    offer.#clientNoContextTakeover = flagParameter(values, CLIENT_NO_TAKEOVER);
    if (values.get(CLIENT_BITS) !== true) offer.#clientMaxWindowBits = numberParameter(values, CLIENT_BITS, 8, 15);
    return offer;
  }

  /**
   * Whether the parsed offer names `client_no_context_takeover`: the client then sends without context takeover in any case
   * (RFC 7692, 7.1.1.2). `false` for an offer that {@link parse} did not make.
   */
  get clientNoContextTakeover(): boolean {
    return this.#clientNoContextTakeover;
  }

  /**
   * The value of `client_max_window_bits` in the parsed offer, 8..15: the client uses no larger window in any case, and the
   * response must not name a larger one (RFC 7692, 7.1.2.2). 0 when the parameter is absent or has no value, and for an offer
   * that {@link parse} did not make.
   */
  get clientMaxWindowBits(): number {
    return this.#clientMaxWindowBits;
  }

  override getExtensionString(): string {
    return formatExtension(EXTENSION_NAME, [
      this.acceptNoContextTakeover && CLIENT_NO_TAKEOVER,
      this.acceptMaxWindowBits && CLIENT_BITS,
      this.requestNoContextTakeover && SERVER_NO_TAKEOVER,
      this.requestMaxWindowBits !== 0 && `${SERVER_BITS}=${this.requestMaxWindowBits}`,
    ]);
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return {
      extension: EXTENSION_NAME,
      acceptNoContextTakeover: this.acceptNoContextTakeover,
      acceptMaxWindowBits: this.acceptMaxWindowBits,
      requestNoContextTakeover: this.requestNoContextTakeover,
      requestMaxWindowBits: this.requestMaxWindowBits,
    };
  }
}
