import type { CompressionOffer } from '@ws/types';
import { describe, expect, test } from 'vitest';
import {
  acceptDeflate,
  deflateExtension,
  offerDeflate,
  type PerMessageDeflateOfferAccept,
  type PerMessageDeflateResponseAccept,
} from '../../src/deflate/index.ts';

/** One handshake, by way of the strings and of what the values carry with them. */
function negotiate(offered: readonly CompressionOffer[], acceptOptions = {}) {
  const acceptor = acceptDeflate(acceptOptions);
  const offers = offered.map(offer => acceptor.extensions[0]!.parseOffer(paramsOf(offer.getExtensionString())));
  const accept = acceptor(offers) as PerMessageDeflateOfferAccept;
  const params = paramsOf(accept.getExtensionString());
  const response = offered[0]!.extension!.parseResponse(params, offered);
  const responseAccept = offered[0]!.acceptResponse?.(response) as PerMessageDeflateResponseAccept;
  return { server: accept.createCompression({}), client: responseAccept.createCompression({}) };
}

function paramsOf(text: string): Record<string, (string | true)[]> {
  const params = text.split('; ').slice(1);
  return Object.fromEntries(params.map(param => [param.split('=')[0]!, [param.split('=')[1] ?? (true as const)]]));
}

describe('offerDeflate', () => {
  test('says that the window can be limited, and nothing else', () => {
    expect(offerDeflate()[0]!.getExtensionString()).toBe('permessage-deflate; client_max_window_bits');
    expect(offerDeflate({ noContextTakeover: true })[0]!.getExtensionString()).toBe(
      'permessage-deflate; client_no_context_takeover; client_max_window_bits',
    );
    expect(offerDeflate({ requestMaxWindowBits: 9, acceptMaxWindowBits: false })[0]!.getExtensionString()).toBe(
      'permessage-deflate; server_max_window_bits=9',
    );
  });
  test.each([
    ['the list of offers', (offer: ReturnType<typeof offerDeflate>): readonly CompressionOffer[] => offer],
    ['an element of it', (offer: ReturnType<typeof offerDeflate>): readonly CompressionOffer[] => [offer]],
    ['spread into it', (offer: ReturnType<typeof offerDeflate>): readonly CompressionOffer[] => [...offer]],
  ])('can stand as %s', (_name, place) => {
    const offers = place(offerDeflate({ threshold: 7, level: 1, memLevel: 2, maxMessageSize: 100 }));
    expect(offers).toHaveLength(1);
    expect(offers[0]!.extensionName).toBe('permessage-deflate');
    const { client } = negotiate(offers);
    expect(client).toMatchObject({ isServer: false, threshold: 7, level: 1, memLevel: 2, maxMessageSize: 100 });
  });
  test('lowers its window to what the server asks for', () => {
    expect(negotiate(offerDeflate({ windowBits: 14 }), { requestMaxWindowBits: 10 }).client.clientMaxWindowBits).toBe(
      10,
    );
    expect(negotiate(offerDeflate({ windowBits: 9 }), { requestMaxWindowBits: 10 }).client.clientMaxWindowBits).toBe(9);
  });
  test.each([{}, { noContextTakeover: false }])(
    'does without takeover where it said so, though the answer is silent (RFC 7692, 7.1.1.2): %j',
    own => {
      const offer = offerDeflate({ acceptNoContextTakeover: true, ...own });
      const response = deflateExtension.parseResponse({}, offer);
      const accept = offer.acceptResponse?.(response) as PerMessageDeflateResponseAccept;
      expect(accept.createCompression({}).clientNoContextTakeover).toBe(true);
    },
  );
  test('refuses what can never be', () => {
    expect(() => offerDeflate({ windowBits: 16 })).toThrow(RangeError);
    expect(() => offerDeflate({ treshold: 16 } as object)).toThrow(/treshold/);
  });
  test('does not take a response to another offer', () => {
    const response = deflateExtension.parseResponse({}, [...offerDeflate()]);
    expect(offerDeflate({ requestNoContextTakeover: true }).acceptResponse?.(response)).toBeNull();
    expect(offerDeflate()[0]!.acceptResponse?.({ extensionName: 'other' })).toBeNull();
  });
});

describe('acceptDeflate', () => {
  test('takes the first offer of its kind', () => {
    const acceptor = acceptDeflate();
    const offers = [{ extensionName: 'other', getExtensionString: () => 'other' }, offerDeflate()[0]!];
    expect((acceptor(offers) as PerMessageDeflateOfferAccept).offer).toBe(offers[1]);
    expect(acceptor([])).toBeNull();
    expect(acceptor(offers.slice(0, 1))).toBeNull();
  });
  test('works for a client too', () => {
    const acceptor = acceptDeflate({ windowBits: 12, threshold: 3 });
    const response = deflateExtension.parseResponse({ client_max_window_bits: ['11'] }, offerDeflate());
    const accept = acceptor(response) as PerMessageDeflateResponseAccept;
    expect(accept).toMatchObject({ windowBits: 11, threshold: 3 });
    expect(acceptor({ extensionName: 'other' })).toBeNull();
  });
  test('lowers itself to what the client asks for', () => {
    const { server } = negotiate(offerDeflate({ requestMaxWindowBits: 9, requestNoContextTakeover: true }), {
      windowBits: 15,
      noContextTakeover: false,
    });
    expect(server).toMatchObject({ serverMaxWindowBits: 9, serverNoContextTakeover: true });
  });
  test('asks only for what the client can do', () => {
    const offers = offerDeflate({ acceptMaxWindowBits: false });
    const { server } = negotiate(offers, { requestMaxWindowBits: 10, requestNoContextTakeover: true });
    expect(server).toMatchObject({ clientMaxWindowBits: 15, clientNoContextTakeover: true });
  });
  test('refuses what can never be', () => {
    expect(() => acceptDeflate({ level: 11 })).toThrow(RangeError);
    expect(() => acceptDeflate({ acceptMaxWindowBits: true } as object)).toThrow(TypeError);
  });
});

describe('deflateExtension', () => {
  test('rejects a response that answers no offer (RFC 7692, 7.1)', () => {
    const notOffered = expect.objectContaining({ code: 'ERR_COMPRESSION_NOT_OFFERED' });
    expect(() => deflateExtension.parseResponse({}, [])).toThrow(notOffered);
    const offers = offerDeflate({ acceptMaxWindowBits: false });
    expect(() => deflateExtension.parseResponse({ client_max_window_bits: ['9'] }, offers)).toThrow(notOffered);
  });
  test('takes a response that answers one of several offers', () => {
    const offers = [...offerDeflate({ requestMaxWindowBits: 8 }), ...offerDeflate()];
    expect(deflateExtension.parseResponse({}, offers).extensionName).toBe('permessage-deflate');
  });
});
