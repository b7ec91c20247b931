export { CompressionError, type CompressionErrorCode } from '../compression-error.ts';
export {
  PerMessageCompress,
  PerMessageCompressOffer,
  PerMessageCompressOfferAccept,
  PerMessageCompressResponse,
  PerMessageCompressResponseAccept,
} from '../per-message-compress.ts';
export type { ReadyAcceptor, ReadyOffer } from '../ready-made.ts';
export { DEFAULT_LEVEL } from './default-level.ts';
export { deflateExtension } from './deflate-extension.ts';
export { type DeflateOfferFields, PerMessageDeflateOffer } from './deflate-offer.ts';
export { type DeflateOfferAcceptFields, PerMessageDeflateOfferAccept } from './deflate-offer-accept.ts';
export { type DeflateResponseFields, PerMessageDeflateResponse } from './deflate-response.ts';
export { PerMessageDeflateResponseAccept } from './deflate-response-accept.ts';
export { IdlePool } from './idle-pool.ts';
export { type DeflaterSource, MessageDeflater, type RawDeflater } from './message-deflater.ts';
export { type InflaterSource, type InflateWhole, MessageInflater, type RawInflater } from './message-inflater.ts';
export { compressedData, messageTooBig, Output } from './output.ts';
export type { DeflateOwnDirection } from './own-direction.ts';
export {
  type AcceptedDeflateOffer,
  type AcceptedDeflateResponse,
  type DeflateProcessorFields,
  PerMessageDeflate,
} from './per-message-deflate.ts';
export { exactInflaters, portableDeflate } from './portable-deflate.ts';
export { type AcceptDeflateOptions, acceptDeflate, type OfferDeflateOptions, offerDeflate } from './ready-deflate.ts';
export { SlidingWindow } from './sliding-window.ts';
export { END_PROBE, MAX_FINAL_BLOCKS, PROBE_ROOM, SYNC_TAIL } from './trailer.ts';
