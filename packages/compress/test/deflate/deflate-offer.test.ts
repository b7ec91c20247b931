import { describe, expect, test } from 'vitest';
import { PerMessageCompressOffer, PerMessageDeflateOffer } from '../../src/deflate/index.ts';

type Params = Record<string, (string | true)[]>;

const fields = (a: boolean, b: boolean, c: boolean, d: number) => ({
  acceptNoContextTakeover: a,
  acceptMaxWindowBits: b,
  requestNoContextTakeover: c,
  requestMaxWindowBits: d,
});

describe('PerMessageDeflateOffer', () => {
  test.each([
    [{}, 'permessage-deflate; client_no_context_takeover; client_max_window_bits'],
    [fields(false, false, false, 0), 'permessage-deflate'],
    [fields(false, true, false, 0), 'permessage-deflate; client_max_window_bits'],
    [
      fields(true, true, true, 9),
      'permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover; server_max_window_bits=9',
    ],
    [fields(false, false, true, 15), 'permessage-deflate; server_no_context_takeover; server_max_window_bits=15'],
    [fields(false, false, false, 8), 'permessage-deflate; server_max_window_bits=8'],
  ])('%j is written as %s', (options, text) => {
    expect(new PerMessageDeflateOffer(options).getExtensionString()).toBe(text);
  });

  test.each([
    [{ acceptNoContextTakeover: 1 }, TypeError],
    [{ acceptMaxWindowBits: 'yes' }, TypeError],
    [{ requestNoContextTakeover: null }, TypeError],
    [{ requestMaxWindowBits: '9' }, TypeError],
    [{ requestMaxWindowBits: 7 }, RangeError],
    [{ requestMaxWindowBits: 16 }, RangeError],
  ])('refuses %j', (options, error) => {
    expect(() => new PerMessageDeflateOffer(options as object)).toThrow(error);
  });

  test.each([
    [{}, fields(true, false, false, 0)],
    [{ client_max_window_bits: [true] }, fields(true, true, false, 0)],
    [{ client_max_window_bits: ['8'] }, fields(true, true, false, 0)],
    [{ client_no_context_takeover: [true] }, fields(true, false, false, 0)],
    [{ server_max_window_bits: ['10'] }, fields(true, false, false, 10)],
    [{ server_max_window_bits: ['"10"'] }, fields(true, false, false, 10)],
    [{ server_max_window_bits: ['8'], server_no_context_takeover: [true] }, fields(true, false, true, 8)],
  ])('reads %j (RFC 7692, 7.1)', (params, expected) => {
    const offer = PerMessageDeflateOffer.parse(params as Params);
    expect(offer.toJSON()).toEqual({ extension: 'permessage-deflate', ...expected });
  });

  test.each<[Params, boolean, number]>([
    [{}, false, 0],
    [{ client_no_context_takeover: [true] }, true, 0],
    [{ client_max_window_bits: [true] }, false, 0],
    [{ client_max_window_bits: ['8'] }, false, 8],
    [{ client_no_context_takeover: [true], client_max_window_bits: ['"15"'] }, true, 15],
  ])('keeps what %j says of the client itself (RFC 7692, 7.1.1.2 and 7.1.2.2)', (params, noTakeover, bits) => {
    const offer = PerMessageDeflateOffer.parse(params);
    expect([offer.clientNoContextTakeover, offer.clientMaxWindowBits]).toEqual([noTakeover, bits]);
  });
  test('knows of what the client does only where it was read', () => {
    const offer = new PerMessageDeflateOffer({ acceptNoContextTakeover: true });
    expect([offer.clientNoContextTakeover, offer.clientMaxWindowBits]).toEqual([false, 0]);
  });

  test.each<Params>([
    { client_max_window_bits: ['7'] },
    { client_max_window_bits: ['08'] },
    { client_max_window_bits: [''] },
    { client_no_context_takeover: ['1'] },
    { client_no_context_takeover: [true, true] },
    { server_max_window_bits: [true] },
    { server_max_window_bits: ['16'] },
    { server_max_window_bits: ['09'] },
    { server_max_window_bits: ['10', '10'] },
    { server_no_context_takeover: ['true'] },
    { __proto__x: [true] },
    { mode: ['fast'] },
  ])('declines %j (RFC 7692, 7.1)', params => {
    expect(() => PerMessageDeflateOffer.parse(params as Params)).toThrow(
      expect.objectContaining({ code: 'ERR_COMPRESSION_PARAMETER' }),
    );
  });

  test('knows its name, its kind and its fields', () => {
    const offer = new PerMessageDeflateOffer();
    expect(PerMessageDeflateOffer.EXTENSION_NAME).toBe('permessage-deflate');
    expect(offer.extensionName).toBe('permessage-deflate');
    expect(offer).toBeInstanceOf(PerMessageCompressOffer);
    expect(String(offer)).toBe(
      'PerMessageDeflateOffer({"extension":"permessage-deflate","acceptNoContextTakeover":true,"acceptMaxWindowBits":true,"requestNoContextTakeover":false,"requestMaxWindowBits":0})',
    );
  });
});
