import type {
  CompressionExtension,
  CompressionOffer,
  CompressionOfferAccept,
  CompressionResponse,
  CompressionResponseAccept,
} from '@ws/types';

/**
 * One offer that fits wherever offers are expected. It is an array of the offer, to be the value of
 * `perMessageCompressionOffers` or to be spread (`[...offerDeflate(), ...offerBzip2()]`), and at the same time the offer
 * itself, to be an element of such an array (`[offerDeflate(), offerBzip2()]`).
 */
export type ReadyOffer = readonly CompressionOffer[] & CompressionOffer;

/** Makes a {@link ReadyOffer} from an offer that has an `extension` and an `acceptResponse`. */
export function readyOffer(offer: CompressionOffer): ReadyOffer {
  return Object.assign([offer], {
    extensionName: offer.extensionName,
    extension: offer.extension,
    getExtensionString: () => offer.getExtensionString(),
    acceptResponse: (response: CompressionResponse) => offer.acceptResponse?.(response) ?? null,
  });
}

/**
 * An acceptor for servers and clients. Given offers it accepts one of them, given a response it accepts that. It carries its
 * extension, so that nothing else has to be set up.
 */
export interface ReadyAcceptor {
  (offers: readonly CompressionOffer[]): CompressionOfferAccept | null;
  (response: CompressionResponse): CompressionResponseAccept | null;
  readonly extensions: readonly CompressionExtension[];
}

/** Makes a {@link ReadyAcceptor}. */
export function readyAcceptor(
  extension: CompressionExtension,
  acceptOffer: (offer: CompressionOffer) => CompressionOfferAccept | null,
  acceptResponse: (response: CompressionResponse) => CompressionResponseAccept | null,
): ReadyAcceptor {
  function accept(offers: readonly CompressionOffer[]): CompressionOfferAccept | null;
  function accept(response: CompressionResponse): CompressionResponseAccept | null;
  function accept(
    value: readonly CompressionOffer[] | CompressionResponse,
  ): CompressionOfferAccept | CompressionResponseAccept | null {
    if (!isList(value)) return acceptResponse(value);
    for (const offer of value) {
      const accepted = acceptOffer(offer);
      if (accepted !== null) return accepted;
    }
    return null;
  }
  return Object.assign(accept, { extensions: [extension] });
}

function isList(value: readonly CompressionOffer[] | CompressionResponse): value is readonly CompressionOffer[] {
  return Array.isArray(value);
}
