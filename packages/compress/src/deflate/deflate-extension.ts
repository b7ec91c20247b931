import type { CompressionExtension } from '@ws/types';
import { CompressionError } from '../compression-error.ts';
import { PerMessageDeflateOffer } from './deflate-offer.ts';
import { PerMessageDeflateResponse } from './deflate-response.ts';
import { EXTENSION_NAME } from './wire-names.ts';

/** Parses offers and responses of permessage-deflate (RFC 7692). Pass it in the session option `extensions`. */
export const deflateExtension: CompressionExtension = {
  extensionName: EXTENSION_NAME,
  parseOffer: params => PerMessageDeflateOffer.parse(params),
  parseResponse(params, offered) {
    const response = PerMessageDeflateResponse.parse(params);
    // A ready-made offer is also an array that contains the offer.
    if (!offered.flat().some(offer => offer instanceof PerMessageDeflateOffer && response.answers(offer))) {
      throw new CompressionError('ERR_COMPRESSION_NOT_OFFERED', `${response} answers no offer`);
    }
    return response;
  },
};
