import type { CompressionResponse } from '@ws/types';
import { ownOptions } from '@ws/util/primitives';
import { checkOptions } from '../checks.ts';
import { type ReadyAcceptor, type ReadyOffer, readyAcceptor, readyOffer } from '../ready-made.ts';
import { deflateExtension } from './deflate-extension.ts';
import { type DeflateOfferFields, PerMessageDeflateOffer } from './deflate-offer.ts';
import { type DeflateOfferAcceptFields, PerMessageDeflateOfferAccept } from './deflate-offer-accept.ts';
import { PerMessageDeflateResponse } from './deflate-response.ts';
import { PerMessageDeflateResponseAccept } from './deflate-response-accept.ts';
import type { DeflateOwnDirection } from './own-direction.ts';

const OWN = ['threshold', 'level', 'memLevel', 'windowBits', 'noContextTakeover', 'maxMessageSize'] as const;
const REQUESTS = ['requestNoContextTakeover', 'requestMaxWindowBits'] as const;
const ACCEPTS = ['acceptNoContextTakeover', 'acceptMaxWindowBits'] as const;

/** Options of {@link offerDeflate}. */
export interface OfferDeflateOptions extends DeflateOwnDirection, DeflateOfferFields {}

/** Options of {@link acceptDeflate}. */
export interface AcceptDeflateOptions extends DeflateOwnDirection {
  /**
   * For servers: asks clients to send without context takeover. Default `false`. A client that offers to send without it is
   * held to that in any case.
   */
  readonly requestNoContextTakeover?: boolean;
  /**
   * For servers: asks clients that are able to do so to limit their window, 8..15. Default 0: not asked. A client that named
   * a smaller window is asked for that one.
   */
  readonly requestMaxWindowBits?: number;
}

/**
 * Makes a ready-made value for a client's `perMessageCompressionOffers`. The offer carries its parser and its acceptor of the
 * response, so `perMessageCompressionAccept` may be left out.
 *
 * `threshold`, `level`, `memLevel`, `windowBits` and `noContextTakeover` apply to messages that the client sends,
 * `maxMessageSize` to messages that it receives. Unlike a bare `PerMessageDeflateOffer`, this offer has
 * `client_no_context_takeover` only when `noContextTakeover` or `acceptNoContextTakeover` is set: as a hint it would make
 * some servers ask for it.
 *
 * @throws TypeError or RangeError when an option is invalid
 * @example
 * factory.setProtocolOptions({ perMessageCompressionOffers: offerDeflate({ threshold: 64 }) });
 */
export function offerDeflate(options: OfferDeflateOptions = {}): ReadyOffer {
  checkOptions(options, [...OWN, ...REQUESTS, ...ACCEPTS]);
  return readyOffer(new ReadyDeflateOffer(options));
}

/**
 * Makes a ready-made value for `perMessageCompressionAccept`. A server accepts the first offer of permessage-deflate, a
 * client accepts the response to its offer. `windowBits` and the requests are lowered to what the peer allows.
 *
 * @throws TypeError or RangeError when an option is invalid
 * @example
 * factory.setProtocolOptions({ perMessageCompressionAccept: acceptDeflate({ threshold: 64 }) });
 */
export function acceptDeflate(options: AcceptDeflateOptions = {}): ReadyAcceptor {
  checkOptions(options, [...OWN, ...REQUESTS]);
  // Validates against the most permissive offer: options that it does not allow are wrong for every peer.
  new PerMessageDeflateOfferAccept(new PerMessageDeflateOffer(), options);
  return readyAcceptor(
    deflateExtension,
    offer => (offer instanceof PerMessageDeflateOffer ? acceptOffer(offer, options) : null),
    response => acceptResponse(response, options, false),
  );
}

class ReadyDeflateOffer extends PerMessageDeflateOffer {
  override readonly extension = deflateExtension;
  readonly #options: OfferDeflateOptions;

  constructor(given: OfferDeflateOptions) {
    const options = ownOptions(given);
    super({
      ...options,
      acceptNoContextTakeover: options.acceptNoContextTakeover ?? options.noContextTakeover ?? false,
    });
    new PerMessageDeflateResponseAccept(new PerMessageDeflateResponse(), options);
    this.#options = options;
  }

  override acceptResponse(response: CompressionResponse): PerMessageDeflateResponseAccept | null {
    const isAnswer = response instanceof PerMessageDeflateResponse && response.answers(this);
    return isAnswer ? acceptResponse(response, this.#options, this.acceptNoContextTakeover) : null;
  }
}

function acceptOffer(offer: PerMessageDeflateOffer, options: DeflateOfferAcceptFields): PerMessageDeflateOfferAccept {
  const { requestNoContextTakeover = false, requestMaxWindowBits = 0 } = ownOptions(options);
  return new PerMessageDeflateOfferAccept(offer, {
    ...options,
    ...ownWithin(options, offer.requestNoContextTakeover, offer.requestMaxWindowBits),
    requestNoContextTakeover: requestNoContextTakeover && offer.acceptNoContextTakeover,
    requestMaxWindowBits: offer.acceptMaxWindowBits ? requestMaxWindowBits : 0,
  });
}

/** @param promisedNoTakeover whether our offer promised to send without context takeover (RFC 7692, 7.1.1.2) */
function acceptResponse(
  response: CompressionResponse,
  options: DeflateOwnDirection,
  promisedNoTakeover: boolean,
): PerMessageDeflateResponseAccept | null {
  if (!(response instanceof PerMessageDeflateResponse)) return null;
  const noTakeover = promisedNoTakeover || response.clientNoContextTakeover;
  return new PerMessageDeflateResponseAccept(response, {
    ...options,
    ...ownWithin(options, noTakeover, response.clientMaxWindowBits),
  });
}

/** The options for our direction, limited to what was negotiated. */
function ownWithin(
  options: DeflateOwnDirection,
  askedNoTakeover: boolean,
  askedWindowBits: number,
): { noContextTakeover: boolean | null; windowBits: number | null } {
  const { noContextTakeover = null, windowBits = null } = ownOptions(options);
  return {
    noContextTakeover: askedNoTakeover ? true : noContextTakeover,
    windowBits: windowBits === null ? null : Math.min(windowBits, askedWindowBits || 15),
  };
}
