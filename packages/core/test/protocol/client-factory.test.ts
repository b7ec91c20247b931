import { describe, expect, test } from 'vitest';
import { WebSocketClientFactory } from '../../src/protocol/client-factory.ts';
import { WebSocketClientProtocol } from '../../src/protocol/client-protocol.ts';
import type { ClientSession } from '../../src/protocol/connector.ts';
import { testPlatform } from '../harness.ts';
import { xorCompression } from '../xor-compression.ts';

const SESSION: ClientSession = {
  url: 'wss://a.example:444/x?y=1',
  origin: 'http://o.example',
  useragent: 'me/1',
  protocols: ['p'],
  headers: { 'X-One': '1' },
  proxy: { host: 'p.example', port: 3128 },
  extensions: [xorCompression().extension],
};

describe('setSessionParameters of a client', () => {
  test('sets what is given, and what is not given to its default', () => {
    const factory = new WebSocketClientFactory(SESSION, testPlatform());
    expect(factory).toMatchObject({
      isServer: false,
      url: SESSION.url,
      isSecure: true,
      hostname: 'a.example',
      port: 444,
      udsPath: null,
      resource: '/x?y=1',
      path: '/x',
      params: { y: ['1'] },
      origin: 'http://o.example',
      useragent: 'me/1',
      protocols: ['p'],
      headers: { 'X-One': '1' },
      proxy: SESSION.proxy,
      extensions: SESSION.extensions,
    });
    factory.setSessionParameters({});
    expect(factory).toMatchObject({
      url: 'ws://localhost',
      isSecure: false,
      hostname: 'localhost',
      port: 80,
      resource: '/',
      origin: null,
      useragent: null,
      protocols: [],
      headers: {},
      proxy: null,
      extensions: [],
    });
    factory.setSessionParameters({
      url: null,
      protocols: null,
      headers: null,
      origin: null,
      useragent: null,
      proxy: null,
    });
    expect(factory.url).toBe('ws://localhost');
  });

  test.each([
    { name: 'another scheme', session: { url: 'http://a.example' }, error: RangeError },
    { name: 'a fragment', session: { url: 'ws://a.example/#x' }, error: RangeError },
    { name: 'a URL that is none', session: { url: 7 }, error: TypeError },
    { name: 'a subprotocol twice', session: { protocols: ['a', 'a'] }, error: RangeError },
    { name: 'a subprotocol with CRLF', session: { protocols: ['a\r\nb'] }, error: RangeError },
    { name: 'a subprotocol that is no list', session: { protocols: 'abc' }, error: TypeError },
    { name: 'a header with CRLF', session: { headers: { 'X-One': 'a\r\nb' } }, error: RangeError },
    { name: 'an origin with CRLF', session: { origin: 'a\r\nb' }, error: RangeError },
    { name: 'a user agent that is none', session: { useragent: 7 }, error: TypeError },
    { name: 'a proxy without host', session: { proxy: { port: 1 } }, error: TypeError },
    { name: 'a proxy without port', session: { proxy: { host: 'p', port: '1' } }, error: TypeError },
    {
      name: 'a Unix socket through a proxy',
      session: { url: 'ws://unix:/tmp/s', proxy: SESSION.proxy },
      error: RangeError,
    },
  ])('refuses $name, and changes nothing', ({ session, error }) => {
    const factory = new WebSocketClientFactory(SESSION, testPlatform());
    const before = { ...factory };
    expect(() => factory.setSessionParameters(session as ClientSession)).toThrow(error);
    expect({ ...factory }).toEqual(before);
    expect(() => new WebSocketClientFactory(session as ClientSession)).toThrow(error);
  });

  test('lists are copied', () => {
    const protocols = ['a'];
    const factory = new WebSocketClientFactory({ protocols });
    protocols.push('b');
    expect(factory.protocols).toEqual(['a']);
  });
});

describe('connectingRequest', () => {
  test.each([
    { url: 'ws://a.example/', host: 'a.example', port: 80, resource: '/' },
    { url: 'wss://a.example/', host: 'a.example', port: 443, resource: '/' },
    { url: 'ws://[::1]:81/x?y', host: '::1', port: 81, resource: '/x?y' },
    { url: 'ws://unix:/tmp/s:/x', host: 'localhost', port: 80, resource: '/x' },
    { url: 'wss://unix:/tmp/s:/x', host: 'localhost', port: 443, resource: '/x' },
  ])('for $url', ({ url, ...expected }) => {
    expect(new WebSocketClientFactory({ url }).connectingRequest()).toMatchObject(expected);
  });
});

describe('buildProtocol of a client', () => {
  test('makes objects of the class that was set, bound to the factory', () => {
    class Mine extends WebSocketClientProtocol {}
    const platform = testPlatform();
    const factory = new WebSocketClientFactory({}, platform);
    factory.protocol = Mine;
    const protocol = factory.buildProtocol();
    expect(protocol).toBeInstanceOf(Mine);
    expect(protocol.factory).toBe(factory);
    expect(protocol.platform).toBe(platform);
    expect(factory.buildProtocol()).not.toBe(protocol);
  });

  test('runs anywhere by default', () => {
    const { clock } = new WebSocketClientFactory().platform;
    expect(clock.now()).toBeLessThanOrEqual(clock.now());
  });
});
