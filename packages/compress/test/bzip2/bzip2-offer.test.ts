import { describe, expect, test } from 'vitest';
import { PerMessageBzip2Offer } from '../../src/bzip2/index.ts';

type Params = Record<string, (string | true)[]>;

describe('PerMessageBzip2Offer', () => {
  test.each([
    [{}, 'permessage-bzip2; client_max_compress_level'],
    [{ acceptMaxCompressLevel: false }, 'permessage-bzip2'],
    [{ requestMaxCompressLevel: 5 }, 'permessage-bzip2; client_max_compress_level; server_max_compress_level=5'],
  ])('%j is written as %s', (fields, text) => {
    expect(new PerMessageBzip2Offer(fields).getExtensionString()).toBe(text);
  });
  test.each([
    [{ acceptMaxCompressLevel: 1 }, TypeError],
    [{ requestMaxCompressLevel: '1' }, TypeError],
    [{ requestMaxCompressLevel: 10 }, RangeError],
  ])('refuses %j', (fields, error) => {
    expect(() => new PerMessageBzip2Offer(fields as object)).toThrow(error);
  });
  test.each([
    [{}, false, 0],
    [{ client_max_compress_level: [true] }, true, 0],
    [{ server_max_compress_level: ['9'] }, false, 9],
  ])('reads %j', (params, acceptMaxCompressLevel, requestMaxCompressLevel) => {
    const offer = PerMessageBzip2Offer.parse(params as Params);
    expect(offer.toJSON()).toEqual({ extension: 'permessage-bzip2', acceptMaxCompressLevel, requestMaxCompressLevel });
  });
  test.each<Params>([
    { client_max_compress_level: ['1'] },
    { server_max_compress_level: [true] },
    { server_max_compress_level: ['0'] },
    { server_max_compress_level: ['10'] },
    { server_max_compress_level: ['01'] },
    { server_max_compress_level: ['1', '1'] },
    { other: [true] },
  ])('declines %j', params => {
    expect(() => PerMessageBzip2Offer.parse(params as Params)).toThrow(
      expect.objectContaining({ code: 'ERR_COMPRESSION_PARAMETER' }),
    );
  });
});
