import { describe, expect, test } from 'vitest';
import { type DeflateOfferFields, PerMessageDeflateOffer, PerMessageDeflateResponse } from '../../src/deflate/index.ts';

type Params = Record<string, (string | true)[]>;

const nothing: DeflateOfferFields = { acceptNoContextTakeover: false, acceptMaxWindowBits: false };

describe('PerMessageDeflateResponse', () => {
  test('reads all parameters (RFC 7692, 7.1)', () => {
    const params = {
      client_max_window_bits: ['8'],
      client_no_context_takeover: [true as const],
      server_max_window_bits: ['15'],
      server_no_context_takeover: [true as const],
    };
    expect(PerMessageDeflateResponse.parse(params as Params).toJSON()).toEqual({
      extension: 'permessage-deflate',
      clientMaxWindowBits: 8,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 15,
      serverNoContextTakeover: true,
    });
    expect(PerMessageDeflateResponse.parse({}).toJSON()).toEqual({
      extension: 'permessage-deflate',
      clientMaxWindowBits: 0,
      clientNoContextTakeover: false,
      serverMaxWindowBits: 0,
      serverNoContextTakeover: false,
    });
  });

  test.each<Params>([
    { client_max_window_bits: [true] },
    { server_max_window_bits: [true] },
    { client_max_window_bits: ['7'] },
    { server_max_window_bits: ['016'] },
    { client_no_context_takeover: ['1'] },
    { server_no_context_takeover: [true, true] },
    { other: [true] },
  ])('rejects %j', params => {
    expect(() => PerMessageDeflateResponse.parse(params as Params)).toThrow(
      expect.objectContaining({ code: 'ERR_COMPRESSION_PARAMETER' }),
    );
  });

  test('checks what it is made of', () => {
    expect(() => new PerMessageDeflateResponse({ clientMaxWindowBits: 7 })).toThrow(RangeError);
    expect(() => new PerMessageDeflateResponse({ serverNoContextTakeover: 1 as unknown as boolean })).toThrow(
      TypeError,
    );
  });

  test.each([
    ['says nothing', {}, nothing, true],
    ['limits us, which we offered', { clientMaxWindowBits: 10 }, { acceptMaxWindowBits: true }, true],
    ['limits us, which we did not offer (7.1.2.2)', { clientMaxWindowBits: 10 }, nothing, false],
    ['takes our context, which a server may unasked (7.1.1.2)', { clientNoContextTakeover: true }, nothing, true],
    ['limits itself unasked (7.1.2.1)', { serverMaxWindowBits: 9, serverNoContextTakeover: true }, nothing, true],
    ['does what it was asked (7.1.1.1)', { serverNoContextTakeover: true }, { requestNoContextTakeover: true }, true],
    ['ignores what it was asked (7.1.1.1)', {}, { requestNoContextTakeover: true }, false],
    ['uses a smaller window than asked', { serverMaxWindowBits: 9 }, { requestMaxWindowBits: 10 }, true],
    ['uses a larger window than asked (7.1.2.1)', { serverMaxWindowBits: 11 }, { requestMaxWindowBits: 10 }, false],
    ['does not say that it uses a smaller window (7.1.2.1)', {}, { requestMaxWindowBits: 10 }, false],
  ])('a server that %s', (_name, response, offer, expected) => {
    expect(new PerMessageDeflateResponse(response).answers(new PerMessageDeflateOffer(offer))).toBe(expected);
  });
});
