// What a server accepts and what a client offers, as values for their options.
import assert from 'node:assert/strict';
import { acceptDeflate, offerDeflate } from '@ws/compress/deflate';

const serverOptions = { perMessageCompressionAccept: acceptDeflate({ threshold: 128 }) };
const clientOptions = { perMessageCompressionOffers: offerDeflate() };

// For factory.setProtocolOptions(…). They fit:
const accepted = serverOptions.perMessageCompressionAccept(clientOptions.perMessageCompressionOffers);
assert.equal(accepted?.getExtensionString(), 'permessage-deflate');
