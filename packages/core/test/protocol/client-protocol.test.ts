import { describe, expect, test } from 'vitest';
import { WebSocketClientProtocol } from '../../src/protocol/client-protocol.ts';
import { frame, rawClient } from '../harness.ts';

describe('setProtocolOptions of one client connection', () => {
  test('counts before attach, over those of the factory', () => {
    const { factory } = rawClient();
    const protocol = factory.buildProtocol();
    protocol.setProtocolOptions({ maxFragments: 1 });
    protocol.setProtocolOptions({ maxFramePayloadSize: 2 });
    expect(factory.options).toMatchObject({ maxFragments: 131_072, maxFramePayloadSize: 0 });
  });

  test('counts until it is open, also while the proxy is asked', () => {
    for (const proxy of [null, { host: 'p', port: 1 }]) {
      const { protocol, send, peer, accept } = rawClient({ isOpened: false, session: { proxy } });
      protocol.setProtocolOptions({ maxMessagePayloadSize: 2 });
      if (proxy !== null) {
        peer.take();
        send(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
      }
      protocol.setProtocolOptions({ maxFragments: 1 });
      accept();
      send(frame(1, 'abc', { mask: null }));
      expect(peer.take()[1]).toBe(0x80 | (2 + 'message too big'.length));
      expect(() => protocol.setProtocolOptions({ maxFragments: 2 })).toThrow(
        expect.objectContaining({ code: 'ERR_NOT_OPEN' }),
      );
    }
  });

  test('is held to the same checks', () => {
    const { protocol } = rawClient({ isOpened: false });
    expect(() => protocol.setProtocolOptions({ version: 9 })).toThrow(RangeError);
    expect(() => protocol.setProtocolOptions({ webStatus: true } as never)).toThrow(TypeError);
  });
});

test('a client that no factory built has no platform', () => {
  const orphan = new WebSocketClientProtocol();
  expect(() => orphan.factory).toThrow(/not built by a factory/);
  expect(() => orphan.setProtocolOptions({})).toThrow(expect.objectContaining({ code: 'ERR_NOT_OPEN' }));
});

test('what the hooks of a client do by default is nothing', () => {
  const orphan = new WebSocketClientProtocol();
  expect(orphan.onConnecting(null)).toBe(null);
});
