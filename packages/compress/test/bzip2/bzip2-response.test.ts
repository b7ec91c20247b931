import { describe, expect, test } from 'vitest';
import { PerMessageBzip2Offer, PerMessageBzip2Response } from '../../src/bzip2/index.ts';

type Params = Record<string, (string | true)[]>;

describe('PerMessageBzip2Response', () => {
  test('reads both levels', () => {
    const params = { client_max_compress_level: ['1'], server_max_compress_level: ['9'] };
    expect(PerMessageBzip2Response.parse(params as Params).toJSON()).toEqual({
      extension: 'permessage-bzip2',
      clientMaxCompressLevel: 1,
      serverMaxCompressLevel: 9,
    });
  });
  test.each<Params>([
    { client_max_compress_level: [true] },
    { server_max_compress_level: [true] },
    { server_max_compress_level: ['x'] },
    { other: ['1'] },
  ])('rejects %j', params => {
    expect(() => PerMessageBzip2Response.parse(params as Params)).toThrow(
      expect.objectContaining({ code: 'ERR_COMPRESSION_PARAMETER' }),
    );
  });
  test.each([
    [{}, {}, true],
    [{ clientMaxCompressLevel: 3 }, {}, true],
    [{ clientMaxCompressLevel: 3 }, { acceptMaxCompressLevel: false }, false],
    [{ serverMaxCompressLevel: 3 }, { requestMaxCompressLevel: 4 }, true],
    [{ serverMaxCompressLevel: 5 }, { requestMaxCompressLevel: 4 }, false],
    [{}, { requestMaxCompressLevel: 4 }, false],
  ])('%j for the offer %j: %j', (response, offer, expected) => {
    expect(new PerMessageBzip2Response(response).answers(new PerMessageBzip2Offer(offer))).toBe(expected);
  });
});
