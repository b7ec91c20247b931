import type { ExtensionParams } from '@ws/types';
import { ownOptions } from '@ws/util/primitives';
import { checkBoolean, checkIntegerOrZero } from '../checks.ts';
import { flagParameter, formatExtension, numberParameter, singleParameters } from '../parameters.ts';
import { PerMessageCompressOffer } from '../per-message-compress.ts';
import { CLIENT_BITS, CLIENT_NO_TAKEOVER, EXTENSION_NAME, SERVER_BITS, SERVER_NO_TAKEOVER } from './wire-names.ts';

/** What a client says in an offer of permessage-deflate. */
export interface DeflateOfferFields {
  /**
   * Says that the client can do without context takeover for what it sends; default `true`. RFC 7692, 7.1.1.2 takes it
   * for a promise to do without even when the answer does not ask for it. `offerDeflate` keeps that promise; with this
   * class it is kept by `noContextTakeover` of `PerMessageDeflateResponseAccept`.
   */
  readonly acceptNoContextTakeover?: boolean;
  /** Says that the client can limit the window for what it sends; default `true`. */
  readonly acceptMaxWindowBits?: boolean;
  /** Asks the server to do without context takeover for what it sends; default `false`. */
  readonly requestNoContextTakeover?: boolean;
  /** Asks the server to limit the window for what it sends to 2^8..2^15 bytes; default 0: no wish. */
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

  /** @throws TypeError or RangeError */
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
   * Reads an offer, for a server. `acceptNoContextTakeover` is true in any case: a server may ask for it whether or
   * not the client spoke of it (RFC 7692, 7.1.1.2).
   *
   * @throws {@link CompressionError} when a parameter is unknown, doubled or has an invalid value: the offer is declined
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
   * Whether the offer that was read names `client_no_context_takeover`: the client then does without context takeover
   * in any case (RFC 7692, 7.1.1.2). `false` for an offer that was not read by {@link parse}.
   */
  get clientNoContextTakeover(): boolean {
    return this.#clientNoContextTakeover;
  }

  /**
   * The value of `client_max_window_bits` in the offer that was read, 8..15: the client uses no larger window in any
   * case, and the answer must not name a larger one (RFC 7692, 7.1.2.2). 0 where the parameter has no value, and for an
   * offer that was not read by {@link parse}.
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
