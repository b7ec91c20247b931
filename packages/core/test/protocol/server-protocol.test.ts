import { memoryPair } from '@ws/testkit';
import { TransportDetails } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { WebSocketServerFactory } from '../../src/protocol/server-factory.ts';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { rawServer, testPlatform } from '../harness.ts';

describe('setProtocolOptions of one server connection', () => {
  test('counts before attach, and until it is open; no longer', () => {
    const factory = new WebSocketServerFactory({}, testPlatform());
    const protocol = factory.buildProtocol();
    protocol.setProtocolOptions({ openHandshakeTimeout: 77 });
    const { a } = memoryPair({ manual: true });
    protocol.attach(a);
    expect((factory.platform as ReturnType<typeof testPlatform>).clock.nextExpiry).toBe(77);
    protocol.setProtocolOptions({ maxFragments: 1 });
    expect(factory.options.maxFragments).toBe(131_072);
    expect(() => rawServer().protocol.setProtocolOptions({ maxFragments: 2 })).toThrow(
      expect.objectContaining({ code: 'ERR_NOT_OPEN' }),
    );
  });
});

test('knows of its transport what it is told', () => {
  const protocol = new WebSocketServerFactory({}, testPlatform()).buildProtocol();
  expect([protocol.transportDetails, protocol.peer]).toEqual([null, '<never connected>']);
  const details = new TransportDetails({ peer: 'tcp4:127.0.0.1:5000', isServer: true });
  protocol.attach(memoryPair({ manual: true }).a, details);
  expect([protocol.transportDetails, protocol.peer]).toEqual([details, 'tcp4:127.0.0.1:5000']);
  const other = new WebSocketServerFactory({}, testPlatform()).buildProtocol();
  other.attach(memoryPair({ manual: true }).a, new TransportDetails({}));
  expect(other.peer).toBe('<never connected>');
});

test('a server that no factory built has none', () => {
  const orphan = new WebSocketServerProtocol();
  expect(() => orphan.factory).toThrow(/not built by a factory/);
  expect(orphan.request).toBe(null);
});
