import type { CompressionOffer, CompressionOfferAcceptor } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { acceptOffers, acceptResponse, clientExtensions } from '../../src/handshake/compression-negotiation.ts';
import type { Extension } from '../../src/handshake/extensions-header.ts';
import {
  CLIENT_OPTIONS,
  type ClientOptions,
  defaultOptions,
  SERVER_OPTIONS,
  type ServerOptions,
} from '../../src/options/options.ts';
import { testPlatform } from '../harness.ts';
import { xorCompression } from '../xor-compression.ts';

const platform = testPlatform();
const SERVER = defaultOptions<ServerOptions>(SERVER_OPTIONS);
const CLIENT = defaultOptions<ClientOptions>(CLIENT_OPTIONS);
const XOR: Extension = ['x-xor', {}];

describe('acceptOffers (RFC 7692, 5.1)', () => {
  const accepting = (perMessageCompressionAccept: CompressionOfferAcceptor | null): ServerOptions => ({
    ...SERVER,
    perMessageCompressionAccept,
  });

  test('asks the acceptor with the offers that could be read, in order', () => {
    const { accept, extension, made } = xorCompression();
    const seen: (readonly CompressionOffer[])[] = [];
    const acceptor = (offers: readonly CompressionOffer[]) => {
      seen.push(offers);
      return accept(offers);
    };
    const offered: Extension[] = [['x-other', {}], XOR, ['x-xor', { bad: [true] }], XOR];
    const agreed = acceptOffers(offered, accepting(acceptor), [extension], platform);
    expect(seen.map(offers => offers.length)).toEqual([2]);
    expect(agreed).toEqual({ compression: made[0], extensionString: 'x-xor' });
  });

  test('knows the extensions that the acceptor brings along', () => {
    const { accept } = xorCompression();
    expect(acceptOffers([XOR], accepting(accept), [], platform)?.extensionString).toBe('x-xor');
    expect(
      acceptOffers(
        [XOR],
        accepting(offers => accept(offers)),
        [],
        platform,
      ),
    ).toBe(null);
  });

  test.each([
    { name: 'there is no acceptor', acceptor: null, offered: [XOR] },
    { name: 'nothing was offered', acceptor: xorCompression().accept, offered: [] },
    {
      name: 'nothing is known of what was offered',
      acceptor: xorCompression().accept,
      offered: [['x', {}] as Extension],
    },
    {
      name: 'the acceptor declines',
      acceptor: Object.assign(() => null, { extensions: [xorCompression().extension] }),
      offered: [XOR],
    },
  ])('is null when $name', ({ acceptor, offered }) => {
    expect(acceptOffers(offered, accepting(acceptor), [], platform)).toBe(null);
  });

  test('hands the codecs of the platform to what was accepted', () => {
    const deflate = { compressor: () => null, decompressor: () => null } as never;
    let codecs: unknown;
    const { accept, extension } = xorCompression();
    const acceptor: CompressionOfferAcceptor = offers => ({
      ...accept(offers)!,
      createCompression(given) {
        codecs = given;
        return accept(offers)!.createCompression(given);
      },
    });
    acceptOffers([XOR], accepting(acceptor), [extension], testPlatform({ deflate }));
    expect(codecs).toMatchObject({ deflate });
  });
});

describe('acceptResponse', () => {
  const response = { extensionName: 'x-xor' };

  test('asks the client’s acceptor, if it has one', () => {
    const { offer, made } = xorCompression();
    const accepting = { ...CLIENT, perMessageCompressionAccept: () => offer.acceptResponse!(response) };
    expect(acceptResponse(response, accepting, platform)).toBe(made[0]);
    const declining = { ...CLIENT, perMessageCompressionOffers: [offer], perMessageCompressionAccept: () => null };
    expect(acceptResponse(response, declining, platform)).toBe(null);
  });

  test('else the first offer that answers for itself', () => {
    const { offer, made } = xorCompression();
    const mute: CompressionOffer = { extensionName: 'x-xor', getExtensionString: () => 'x-xor' };
    const other: CompressionOffer = { ...mute, acceptResponse: () => null };
    const foreign: CompressionOffer = { ...offer, extensionName: 'x-other' };
    const offering = (...perMessageCompressionOffers: CompressionOffer[]) => ({
      ...CLIENT,
      perMessageCompressionOffers,
    });
    expect(acceptResponse(response, offering(foreign, mute, other, offer), platform)).toBe(made[0]);
    expect(acceptResponse(response, offering(foreign, mute, other), platform)).toBe(null);
    expect(acceptResponse(response, offering(), platform)).toBe(null);
  });
});

describe('clientExtensions', () => {
  test('are those of the factory, of the offers and of the acceptor', () => {
    const [a, b, c] = [xorCompression(), xorCompression(), xorCompression()];
    const mute: CompressionOffer = { extensionName: 'x', getExtensionString: () => 'x' };
    const perMessageCompressionAccept = Object.assign(() => null, { extensions: [c.extension] });
    const options = { ...CLIENT, perMessageCompressionOffers: [b.offer, mute], perMessageCompressionAccept };
    expect(clientExtensions(options, [a.extension])).toEqual([a.extension, b.extension, c.extension]);
    expect(clientExtensions({ ...options, perMessageCompressionAccept: () => null }, [])).toEqual([b.extension]);
    expect(clientExtensions(CLIENT, [])).toEqual([]);
  });
});
