import { memoryPair } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { type AcceptedConnection, ConnectionAcceptor } from '../../src/protocol/acceptor.ts';
import { WebSocketServerFactory } from '../../src/protocol/server-factory.ts';
import { bytes, REQUEST, rawServer, testPlatform } from '../harness.ts';

describe('a connection whose TLS handshake is under way', () => {
  test('counts in maxConnections', () => {
    const factory = new WebSocketServerFactory({}, testPlatform());
    expect(factory.enterUnsecured()).toBe(true);
    factory.setProtocolOptions({ maxConnections: 2 });
    expect(factory.enterUnsecured()).toBe(true);
    factory.buildProtocol().attach(memoryPair({ manual: true }).a);
    expect(factory.hasRoom(factory.options)).toBe(false);
    expect(factory.enterUnsecured()).toBe(false);
    factory.leaveUnsecured();
    factory.leaveUnsecured();
    expect(factory.hasRoom(factory.options)).toBe(true);
    // A server that is going to stop has room for it: the 503 comes after the TLS handshake.
    factory.leaveUnsecured();
    factory.refuseNewConnections();
    expect([factory.enterUnsecured(), factory.hasRoom(factory.options)]).toEqual([true, false]);
  });

  test('has its time, which ends a connection that is being opened, and no other', () => {
    const factory = new WebSocketServerFactory({}, testPlatform());
    factory.setProtocolOptions({ openHandshakeTimeout: 77 });
    expect(factory.openingTime).toBe(77);
    const { a, b, flush } = memoryPair({ manual: true });
    const protocol = factory.buildProtocol();
    factory.expireOpening(protocol);
    protocol.attach(a);
    let info: unknown = null;
    protocol.onClose = (...details) => {
      info = details;
    };
    b.write(bytes(REQUEST.slice(0, 20)));
    flush();
    factory.expireOpening(protocol);
    flush();
    expect([protocol.state, factory.connectionCount]).toEqual(['closed', 0]);
    expect(info).toEqual([false, 1006, expect.stringMatching(/openHandshakeTimeout/)]);
    const open = rawServer();
    open.protocol.expireOpening();
    open.flush();
    expect(open.protocol.state).toBe('open');
  });

  test('is left to acceptors that know nothing of this', () => {
    class Acceptor extends ConnectionAcceptor<AcceptedConnection> {
      override buildProtocol(): AcceptedConnection {
        throw new Error('not needed here');
      }
    }
    expect(new Acceptor(testPlatform()).expireOpening(rawServer().protocol)).toBe(undefined);
  });
});
