import { describe, expect, test } from 'vitest';
import { PerMessageBzip2Offer, PerMessageBzip2OfferAccept } from '../../src/bzip2/index.ts';

const bare = new PerMessageBzip2Offer({ acceptMaxCompressLevel: false });
const full = new PerMessageBzip2Offer({ requestMaxCompressLevel: 5 });

describe('PerMessageBzip2OfferAccept', () => {
  test.each([
    [bare, {}, 'permessage-bzip2', [9, 9]],
    [full, {}, 'permessage-bzip2; server_max_compress_level=5', [5, 9]],
    [
      full,
      { requestMaxCompressLevel: 3, compressLevel: 2 },
      'permessage-bzip2; server_max_compress_level=5; client_max_compress_level=3',
      [2, 3],
    ],
  ])('%s with %j is written as %s', (offer, fields, text, levels) => {
    const accept = new PerMessageBzip2OfferAccept(offer, fields);
    expect(accept.getExtensionString()).toBe(text);
    expect(Object.values(accept.createCompression({}).toJSON())).toEqual(['permessage-bzip2', true, ...levels]);
  });
  test.each([
    [{}, {}, TypeError],
    [bare, { requestMaxCompressLevel: 1 }, RangeError],
    [full, { requestMaxCompressLevel: 10 }, RangeError],
    [full, { compressLevel: 6 }, RangeError],
    [full, { compressLevel: 0 }, RangeError],
    [full, { compressLevel: '1' }, TypeError],
  ])('%s with %j is refused', (offer, fields, error) => {
    expect(() => new PerMessageBzip2OfferAccept(offer as PerMessageBzip2Offer, fields as object)).toThrow(error);
  });
  test('has a JSON form', () => {
    expect(new PerMessageBzip2OfferAccept(full, { compressLevel: 4 }).toJSON()).toEqual({
      extension: 'permessage-bzip2',
      offer: full.toJSON(),
      requestMaxCompressLevel: 0,
      compressLevel: 4,
    });
  });
});
