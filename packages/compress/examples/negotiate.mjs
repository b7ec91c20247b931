// Both sides of permessage-deflate without a connection: offer, answer, and what runs afterwards.
import assert from 'node:assert/strict';
import { acceptDeflate, offerDeflate } from '@ws/compress/deflate';

const offers = offerDeflate({ threshold: 64 }); // for a client's perMessageCompressionOffers
const accept = acceptDeflate({ windowBits: 12, maxMessageSize: 1 << 20 }); // for a server's perMessageCompressionAccept
assert.equal(offers.getExtensionString(), 'permessage-deflate; client_max_window_bits');

// What the handshake does: the server parses the offer and answers, the client parses the answer.
const [extension] = accept.extensions;
assert(extension && offers.acceptResponse);
const accepted = accept([extension.parseOffer({ client_max_window_bits: [true] })]);
assert.equal(accepted?.getExtensionString(), 'permessage-deflate');
const response = offers.acceptResponse(extension.parseResponse({}, offers));

const server = accepted?.createCompression({});
const client = response?.createCompression({});
assert(server && client);
const text = JSON.stringify({ message: 'Hello', to: 'everybody' });
for (const expected of [44, 8]) {
  const payload = client.compress(new TextEncoder().encode(text), true);
  console.log(`${text.length} bytes, sent as ${payload.length}`);
  assert(payload.length <= expected); // the second time it is a reference to the first
  assert.equal(new TextDecoder().decode(server.decompress(payload, true, 1 << 20)), text);
}
