export { CompressionError, type CompressionErrorCode } from '../compression-error.ts';
export {
  PerMessageCompress,
  PerMessageCompressOffer,
  PerMessageCompressOfferAccept,
  PerMessageCompressResponse,
  PerMessageCompressResponseAccept,
} from '../per-message-compress.ts';
export type { ReadyAcceptor, ReadyOffer } from '../ready-made.ts';
export { bzip2Extension } from './bzip2-extension.ts';
export { type Bzip2OfferFields, PerMessageBzip2Offer } from './bzip2-offer.ts';
export { type Bzip2OfferAcceptFields, PerMessageBzip2OfferAccept } from './bzip2-offer-accept.ts';
export { type Bzip2ResponseFields, PerMessageBzip2Response } from './bzip2-response.ts';
export { PerMessageBzip2ResponseAccept } from './bzip2-response-accept.ts';
export type { Bzip2OwnDirection } from './own-direction.ts';
export {
  type AcceptedBzip2Offer,
  type AcceptedBzip2Response,
  type Bzip2ProcessorFields,
  PerMessageBzip2,
} from './per-message-bzip2.ts';
export { portableBzip2 } from './portable-bzip2.ts';
export { acceptBzip2, type OfferBzip2Options, offerBzip2 } from './ready-bzip2.ts';
