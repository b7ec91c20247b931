import { describe, expect, test } from 'vitest';
import {
  CLIENT_OPTIONS,
  type ClientOptions,
  changeOptions,
  defaultOptions,
  SERVER_OPTIONS,
  type ServerOptions,
} from '../../src/options/options.ts';
import { WebSocketClientFactory } from '../../src/protocol/client-factory.ts';
import { WebSocketServerFactory } from '../../src/protocol/server-factory.ts';

const change = (changes: object): ServerOptions =>
  changeOptions<ServerOptions>(SERVER_OPTIONS, defaultOptions<ServerOptions>(SERVER_OPTIONS), changes);

describe('options', () => {
  test('have the defaults that the documentation promises', () => {
    expect(defaultOptions<ServerOptions>(SERVER_OPTIONS)).toMatchObject({
      versions: [8, 13],
      webStatus: true,
      utf8validateIncoming: true,
      maskServerFrames: false,
      requireMaskedClientFrames: true,
      applyMask: true,
      maxFramePayloadSize: 0,
      maxMessagePayloadSize: 1_048_576,
      maxFragments: 131_072,
      maxHandshakeSize: 65_536,
      autoFragmentSize: 0,
      failByDrop: false,
      echoCloseCodeReason: false,
      openHandshakeTimeout: 5000,
      closeHandshakeTimeout: 1000,
      serverConnectionDropTimeout: 1000,
      tcpNoDelay: true,
      perMessageCompressionAccept: null,
      autoPingInterval: 0,
      autoPingTimeout: 0,
      autoPingSize: 12,
      autoPingRestartOnAnyTraffic: true,
      serveFlashSocketPolicy: false,
      allowedOrigins: ['*'],
      allowNullOrigin: false,
      maxConnections: 0,
      trustXForwardedFor: 0,
    });
    expect(defaultOptions<ClientOptions>(CLIENT_OPTIONS)).toMatchObject({
      version: 18,
      acceptMaskedServerFrames: false,
      maskClientFrames: true,
      perMessageCompressionOffers: [],
      perMessageCompressionAccept: null,
    });
  });

  test('an unknown name is a TypeError that says which was probably meant', () => {
    expect(() => change({ maxMesagePayloadSize: 1 })).toThrow(
      new TypeError('unknown option maxMesagePayloadSize: did you mean maxMessagePayloadSize?'),
    );
    expect(() => change({ qqqqqqqqqqqqqqqq: 1 })).toThrow(/^unknown option qqqqqqqqqqqqqqqq$/);
    expect(() => change({ constructor: 1 })).toThrow(TypeError);
  });

  test.each([
    ['maxFramePayloadSize', '1', TypeError],
    ['maxFramePayloadSize', -1, RangeError],
    ['maxFramePayloadSize', 1.5, RangeError],
    ['maxHandshakeSize', 255, RangeError],
    ['autoPingSize', 11, RangeError],
    ['autoPingSize', 126, RangeError],
    ['autoPingInterval', 2 ** 31, RangeError],
    ['failByDrop', 1, TypeError],
    ['failByDrop', null, TypeError],
    ['versions', [], RangeError],
    ['versions', [7], RangeError],
    ['versions', 13, TypeError],
    ['allowedOrigins', [1], RangeError],
    ['flashSocketPolicy', 7, TypeError],
    ['perMessageCompressionAccept', true, TypeError],
  ])('%s: %j is refused, and nothing is changed', (name, value, error) => {
    const factory = new WebSocketServerFactory();
    const before = factory.options;
    expect(() => factory.setProtocolOptions({ failByDrop: true, [name]: value })).toThrow(error);
    expect(factory.options).toBe(before);
  });

  test('undefined leaves an option as it is, and only own names count', () => {
    const inherited = Object.create({ maxFragments: 1 }) as object;
    expect(change({ maxFragments: undefined }).maxFragments).toBe(131_072);
    expect(change(inherited).maxFragments).toBe(131_072);
  });

  test('lists are copied', () => {
    const versions = [13];
    const options = change({ versions });
    versions.push(8);
    expect(options.versions).toEqual([13]);
  });

  test('of clients: a version of the draft or of the protocol, offers that are offers', () => {
    const factory = new WebSocketClientFactory();
    factory.setProtocolOptions({ version: 13 });
    factory.setProtocolOptions({ version: 10 });
    expect(() => factory.setProtocolOptions({ version: 9 })).toThrow(RangeError);
    for (const offers of [[{}], [null], {}]) {
      expect(() => factory.setProtocolOptions({ perMessageCompressionOffers: offers as never })).toThrow(
        /must be a list/,
      );
    }
    const offer = { extensionName: 'x', getExtensionString: () => 'x' };
    factory.setProtocolOptions({ perMessageCompressionOffers: [offer] });
    expect(factory.options.perMessageCompressionOffers).toEqual([offer]);
    factory.resetProtocolOptions();
    expect(factory.options.perMessageCompressionOffers).toEqual([]);
  });
});
