import { memoryPair } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import type { ServerSession } from '../../src/protocol/acceptor.ts';
import { WebSocketServerFactory } from '../../src/protocol/server-factory.ts';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { bytes, REQUEST, rawServer, testPlatform } from '../harness.ts';
import { xorCompression } from '../xor-compression.ts';

const SESSION: ServerSession = {
  url: 'wss://a.example:444/x',
  protocols: ['p', 'q'],
  headers: { 'X-One': '1' },
  server: 'me/1',
  externalPort: 8443,
  extensions: [xorCompression().extension],
};

describe('setSessionParameters of a server', () => {
  test('sets what is given, and what is not given to its default', () => {
    const factory = new WebSocketServerFactory(SESSION, testPlatform());
    expect(factory).toMatchObject({
      isServer: true,
      url: SESSION.url,
      isSecure: true,
      hostname: 'a.example',
      port: 444,
      path: '/x',
      protocols: ['p', 'q'],
      headers: { 'X-One': '1' },
      server: 'me/1',
      externalPort: 8443,
      extensions: SESSION.extensions,
    });
    factory.setSessionParameters({ url: null, protocols: null, headers: null });
    expect(factory).toMatchObject({
      url: 'ws://localhost',
      isSecure: false,
      port: 80,
      protocols: [],
      headers: {},
      server: null,
      externalPort: null,
      extensions: [],
    });
  });

  test.each([
    { name: 'a query', session: { url: 'ws://a.example/?x=1' }, error: RangeError },
    { name: 'another scheme', session: { url: 'http://a.example' }, error: RangeError },
    { name: 'a subprotocol that is none', session: { protocols: ['a b'] }, error: RangeError },
    { name: 'a subprotocol that is no list', session: { protocols: 'abc' }, error: TypeError },
    { name: 'a header that is the handshake’s own', session: { headers: { Connection: 'close' } }, error: RangeError },
    { name: 'a header with CRLF', session: { headers: { 'X-One': 'a\r\nb' } }, error: RangeError },
    { name: 'a Server with CRLF', session: { server: 'a\r\nb' }, error: RangeError },
    { name: 'the port 0', session: { externalPort: 0 }, error: RangeError },
    { name: 'the port 65536', session: { externalPort: 65_536 }, error: RangeError },
    { name: 'a port that is none', session: { externalPort: 80.5 }, error: RangeError },
  ])('refuses $name, and changes nothing', ({ session, error }) => {
    const factory = new WebSocketServerFactory(SESSION, testPlatform());
    const before = { ...factory };
    expect(() => factory.setSessionParameters(session as ServerSession)).toThrow(error);
    expect({ ...factory }).toEqual(before);
  });
});

describe('options of a server', () => {
  test('concern new connections only, unless changed at the connection', () => {
    const factory = new WebSocketServerFactory({}, testPlatform());
    factory.setProtocolOptions({ maxFragments: 1 });
    const early = factory.buildProtocol();
    early.setProtocolOptions({ maxFramePayloadSize: 7 });
    factory.setProtocolOptions({ maxFragments: 2 });
    expect(factory.options).toMatchObject({ maxFragments: 2, maxFramePayloadSize: 0 });
    factory.resetProtocolOptions();
    expect(factory.options.maxFragments).toBe(131_072);
  });

  test('of a running connection stay as they were', () => {
    const { factory, send, log } = rawServer();
    factory.setProtocolOptions({ requireMaskedClientFrames: false, maxMessagePayloadSize: 1 });
    send('81 82 00 00 00 00 61 62');
    expect(log).toEqual(['open', 'ab']);
  });
});

describe('buildProtocol of a server', () => {
  test('makes objects of the class that was set; they count from attach to the end', () => {
    class Mine extends WebSocketServerProtocol {}
    const factory = new WebSocketServerFactory({}, testPlatform());
    factory.protocol = Mine;
    const protocol = factory.buildProtocol();
    expect(protocol).toBeInstanceOf(Mine);
    expect(protocol.factory).toBe(factory);
    expect(factory.connectionCount).toBe(0);
    const { a, b, flush } = memoryPair({ manual: true });
    protocol.attach(a);
    expect([...factory.connections]).toEqual([protocol]);
    b.destroy();
    flush();
    expect(factory.connectionCount).toBe(0);
  });

  test('a protocol object takes one connection, and only of a factory', () => {
    const { protocol, factory } = rawServer();
    expect(() => protocol.attach(memoryPair().a)).toThrow(expect.objectContaining({ code: 'ERR_ALREADY_ATTACHED' }));
    expect(factory.connectionCount).toBe(1);
    const orphan = new WebSocketServerProtocol();
    expect(() => orphan.attach(memoryPair().a)).toThrow(expect.objectContaining({ code: 'ERR_NOT_OPEN' }));
    expect(() => orphan.platform).toThrow(/not built by a factory/);
  });
});

describe('upgradePolicy', () => {
  test('is made once for the same options and the same port', () => {
    const factory = new WebSocketServerFactory({ externalPort: 81 }, testPlatform());
    const policy = factory.upgradePolicy(factory.options);
    expect(factory.upgradePolicy(factory.options)).toBe(policy);
    factory.setSessionParameters({ externalPort: 82 });
    expect(factory.upgradePolicy(factory.options)).toMatchObject({ externalPort: 82 });
    factory.setProtocolOptions({ allowNullOrigin: true });
    expect(factory.upgradePolicy(factory.options)).toMatchObject({ allowNullOrigin: true, externalPort: 82 });
  });

  test.each([
    { host: 'a.example:8443', status: 101 },
    { host: 'a.example', status: 101 },
    { host: 'a.example:80', status: 400 },
  ])('externalPort: Host $host gets $status', ({ host, status }) => {
    const server = rawServer({ isOpened: false, serverSession: { externalPort: 8443 } });
    server.send(bytes(REQUEST.replace('server.example.com', host)));
    expect(server.peer.takeText()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});
