import { describe, expect, test } from 'vitest';
import { PerMessageDeflateOffer, PerMessageDeflateOfferAccept } from '../../src/deflate/index.ts';

const bare = new PerMessageDeflateOffer({ acceptNoContextTakeover: false, acceptMaxWindowBits: false });
const full = new PerMessageDeflateOffer({ requestNoContextTakeover: true, requestMaxWindowBits: 10 });

describe('PerMessageDeflateOfferAccept', () => {
  test.each([
    [bare, {}, 'permessage-deflate'],
    [full, {}, 'permessage-deflate; server_no_context_takeover; server_max_window_bits=10'],
    [
      new PerMessageDeflateOffer(),
      { requestNoContextTakeover: true, requestMaxWindowBits: 11 },
      'permessage-deflate; client_no_context_takeover; client_max_window_bits=11',
    ],
    [
      full,
      { requestNoContextTakeover: true, requestMaxWindowBits: 8, windowBits: 9, noContextTakeover: true, memLevel: 1 },
      'permessage-deflate; server_no_context_takeover; server_max_window_bits=10; client_no_context_takeover; client_max_window_bits=8',
    ],
  ])('%s with %j is written in the order of the reference; what is our own is not announced', (offer, fields, text) => {
    expect(new PerMessageDeflateOfferAccept(offer, fields).getExtensionString()).toBe(text);
  });

  test.each([
    ['11', 12, '11'],
    ['11', 11, '11'],
    ['11', 8, '8'],
    [true, 12, '12'],
  ])(
    'client_max_window_bits=%s, and a wish for %i: the smaller is asked for (RFC 7692, 7.1.2.2)',
    (said, wish, bits) => {
      const offer = PerMessageDeflateOffer.parse({ client_max_window_bits: [said as string | true] });
      const accept = new PerMessageDeflateOfferAccept(offer, { requestMaxWindowBits: wish });
      expect(accept.getExtensionString()).toBe(`permessage-deflate; client_max_window_bits=${bits}`);
      expect(accept.requestMaxWindowBits).toBe(Number(bits));
      expect(accept.createCompression({}).clientMaxWindowBits).toBe(Number(bits));
    },
  );
  test('without a wish of ours the window of the client is not spoken of (7.1.2.2)', () => {
    const offer = PerMessageDeflateOffer.parse({ client_max_window_bits: ['10'] });
    const accept = new PerMessageDeflateOfferAccept(offer);
    expect(accept.getExtensionString()).toBe('permessage-deflate');
    expect(accept.createCompression({}).clientMaxWindowBits).toBe(15);
  });
  test.each([undefined, false, true])(
    'an offer of client_no_context_takeover is confirmed, the wish being %s',
    wish => {
      const offer = PerMessageDeflateOffer.parse({ client_no_context_takeover: [true] });
      const accept = new PerMessageDeflateOfferAccept(
        offer,
        wish === undefined ? {} : { requestNoContextTakeover: wish },
      );
      expect(accept.getExtensionString()).toBe('permessage-deflate; client_no_context_takeover');
      expect(accept.createCompression({}).clientNoContextTakeover).toBe(true);
    },
  );

  test.each([
    [{}, {}, TypeError],
    [bare, { requestNoContextTakeover: 1 }, TypeError],
    [bare, { requestNoContextTakeover: true }, RangeError],
    [bare, { requestMaxWindowBits: 9 }, RangeError],
    [full, { requestMaxWindowBits: 7 }, RangeError],
    [full, { noContextTakeover: false }, RangeError],
    [full, { noContextTakeover: 'no' }, TypeError],
    [full, { windowBits: 11 }, RangeError],
    [full, { windowBits: 7 }, RangeError],
    [full, { windowBits: '9' }, TypeError],
    [full, { memLevel: 0 }, RangeError],
    [full, { memLevel: 10 }, RangeError],
    [full, { level: 10 }, RangeError],
    [full, { level: -1 }, RangeError],
    [full, { maxMessageSize: -1 }, RangeError],
    [full, { threshold: null }, TypeError],
  ])('%s with %j is refused', (offer, fields, error) => {
    expect(() => new PerMessageDeflateOfferAccept(offer as PerMessageDeflateOffer, fields as object)).toThrow(error);
  });

  test('has a JSON form', () => {
    const accept = new PerMessageDeflateOfferAccept(full, { memLevel: 4, maxMessageSize: 1000 });
    expect(accept.toJSON()).toEqual({
      extension: 'permessage-deflate',
      offer: full.toJSON(),
      requestNoContextTakeover: false,
      requestMaxWindowBits: 0,
      noContextTakeover: null,
      windowBits: null,
      memLevel: 4,
      level: null,
      maxMessageSize: 1000,
      threshold: 0,
    });
  });

  test.each([
    [full, {}, [true, false, 10, 15, 8]],
    [full, { windowBits: 9, requestMaxWindowBits: 12, memLevel: 3 }, [true, false, 9, 12, 3]],
    [bare, { noContextTakeover: true }, [true, false, 15, 15, 8]],
    [new PerMessageDeflateOffer(), { requestNoContextTakeover: true }, [false, true, 15, 15, 8]],
  ])('%s with %j makes a processor of what was agreed', (offer, fields, expected) => {
    const processor = new PerMessageDeflateOfferAccept(offer, fields).createCompression({});
    expect(Object.values(processor.toJSON())).toEqual(['permessage-deflate', true, ...expected]);
  });
});
