import { describe, expect, test } from 'vitest';
import {
  acceptBzip2,
  bzip2Extension,
  offerBzip2,
  type PerMessageBzip2OfferAccept,
  type PerMessageBzip2ResponseAccept,
} from '../../src/bzip2/index.ts';

describe('offerBzip2 and acceptBzip2', () => {
  test('agree', () => {
    const offers = offerBzip2({ compressLevel: 8, threshold: 10, requestMaxCompressLevel: 6 });
    const acceptor = acceptBzip2({ compressLevel: 9, requestMaxCompressLevel: 7 });
    expect(acceptor.extensions).toEqual([bzip2Extension]);
    const accept = acceptor(offers) as PerMessageBzip2OfferAccept;
    expect(accept.getExtensionString()).toBe(
      'permessage-bzip2; server_max_compress_level=6; client_max_compress_level=7',
    );
    const params = { server_max_compress_level: ['6'], client_max_compress_level: ['7'] };
    const response = offers.extension!.parseResponse(params, [offers]);
    const client = offers.acceptResponse!(response)!.createCompression({});
    expect(client).toMatchObject({ serverMaxCompressLevel: 6, clientMaxCompressLevel: 7, threshold: 10 });
    expect((acceptor(response) as PerMessageBzip2ResponseAccept).compressLevel).toBe(7);
    expect(accept.createCompression({})).toMatchObject({ serverMaxCompressLevel: 6, clientMaxCompressLevel: 7 });
  });
  test('ask for nothing that the other cannot do', () => {
    const accept = acceptBzip2({ requestMaxCompressLevel: 7 })(offerBzip2({ acceptMaxCompressLevel: false }));
    expect(accept!.getExtensionString()).toBe('permessage-bzip2');
  });
  test('pass over what is not bzip2', () => {
    expect(acceptBzip2()([{ extensionName: 'x', getExtensionString: () => 'x' }])).toBeNull();
    expect(acceptBzip2()({ extensionName: 'x' })).toBeNull();
    expect(offerBzip2()[0]!.acceptResponse!({ extensionName: 'x' })).toBeNull();
  });
  test('refuse nonsense', () => {
    expect(() => offerBzip2({ compressLevel: 10 })).toThrow(RangeError);
    expect(() => acceptBzip2({ level: 1 } as object)).toThrow(TypeError);
    expect(() => bzip2Extension.parseResponse({}, [])).toThrow(
      expect.objectContaining({ code: 'ERR_COMPRESSION_NOT_OFFERED' }),
    );
  });
});
