import type { CompressionResponse } from '@ws/types';
import { checkOptions } from '../checks.ts';
import { type ReadyAcceptor, type ReadyOffer, readyAcceptor, readyOffer } from '../ready-made.ts';
import { bzip2Extension } from './bzip2-extension.ts';
import { type Bzip2OfferFields, PerMessageBzip2Offer } from './bzip2-offer.ts';
import { type Bzip2OfferAcceptFields, PerMessageBzip2OfferAccept } from './bzip2-offer-accept.ts';
import { PerMessageBzip2Response } from './bzip2-response.ts';
import { PerMessageBzip2ResponseAccept } from './bzip2-response-accept.ts';
import type { Bzip2OwnDirection } from './own-direction.ts';

const OWN = ['compressLevel', 'maxMessageSize', 'threshold'] as const;

/** Options of {@link offerBzip2}. */
export interface OfferBzip2Options extends Bzip2OwnDirection, Bzip2OfferFields {}

/**
 * Makes a ready-made value for a client's `perMessageCompressionOffers`. The offer carries its parser and its acceptor of the
 * response, so `perMessageCompressionAccept` may be left out.
 *
 * @throws TypeError or RangeError when an option is invalid
 * @example
 * factory.setProtocolOptions({ perMessageCompressionOffers: [...offerBzip2(), ...offerDeflate()] });
 */
export function offerBzip2(options: OfferBzip2Options = {}): ReadyOffer {
  checkOptions(options, [...OWN, 'acceptMaxCompressLevel', 'requestMaxCompressLevel']);
  return readyOffer(new ReadyBzip2Offer(options));
}

/**
 * Makes a ready-made value for `perMessageCompressionAccept`. A server accepts the first offer of permessage-bzip2, a client
 * accepts the response to its offer. `compressLevel` and the requested level are lowered to what the peer allows.
 *
 * @throws TypeError or RangeError when an option is invalid
 */
export function acceptBzip2(options: Bzip2OfferAcceptFields = {}): ReadyAcceptor {
  checkOptions(options, [...OWN, 'requestMaxCompressLevel']);
  // Validates against the most permissive offer: options that it does not allow are wrong for every peer.
  new PerMessageBzip2OfferAccept(new PerMessageBzip2Offer(), options);
  return readyAcceptor(
    bzip2Extension,
    offer => (offer instanceof PerMessageBzip2Offer ? acceptOffer(offer, options) : null),
    response => acceptResponse(response, options),
  );
}

class ReadyBzip2Offer extends PerMessageBzip2Offer {
  override readonly extension = bzip2Extension;
  readonly #options: OfferBzip2Options;

  constructor(options: OfferBzip2Options) {
    super(options);
    new PerMessageBzip2ResponseAccept(new PerMessageBzip2Response(), options);
    this.#options = options;
  }

  override acceptResponse(response: CompressionResponse): PerMessageBzip2ResponseAccept | null {
    const isAnswer = response instanceof PerMessageBzip2Response && response.answers(this);
    return isAnswer ? acceptResponse(response, this.#options) : null;
  }
}

function acceptOffer(offer: PerMessageBzip2Offer, options: Bzip2OfferAcceptFields): PerMessageBzip2OfferAccept {
  return new PerMessageBzip2OfferAccept(offer, {
    ...options,
    compressLevel: lowered(options.compressLevel, offer.requestMaxCompressLevel),
    requestMaxCompressLevel: offer.acceptMaxCompressLevel ? (options.requestMaxCompressLevel ?? 0) : 0,
  });
}

function acceptResponse(
  response: CompressionResponse,
  options: Bzip2OwnDirection,
): PerMessageBzip2ResponseAccept | null {
  if (!(response instanceof PerMessageBzip2Response)) return null;
  return new PerMessageBzip2ResponseAccept(response, {
    ...options,
    compressLevel: lowered(options.compressLevel, response.clientMaxCompressLevel),
  });
}

function lowered(level: number | null = null, asked: number): number | null {
  return level === null ? null : Math.min(level, asked || 9);
}
