import type { CompressionExtension } from '@ws/types';
import { CompressionError } from '../compression-error.ts';
import { PerMessageBzip2Offer } from './bzip2-offer.ts';
import { PerMessageBzip2Response } from './bzip2-response.ts';
import { EXTENSION_NAME } from './wire-names.ts';

/** Parses offers and responses of permessage-bzip2. Pass it in the session option `extensions`. */
export const bzip2Extension: CompressionExtension = {
  extensionName: EXTENSION_NAME,
  parseOffer: params => PerMessageBzip2Offer.parse(params),
  parseResponse(params, offered) {
    const response = PerMessageBzip2Response.parse(params);
    // A ready-made offer is also an array that contains the offer.
    if (!offered.flat().some(offer => offer instanceof PerMessageBzip2Offer && response.answers(offer))) {
      throw new CompressionError('ERR_COMPRESSION_NOT_OFFERED', `${response} answers no offer`);
    }
    return response;
  },
};
