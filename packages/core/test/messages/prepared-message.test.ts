import { describe, expect, test } from 'vitest';
import { PreparedMessage } from '../../src/messages/prepared-message.ts';
import { ServerPreparedMessage } from '../../src/messages/server-prepared-message.ts';
import { bytes, frame, rawClient, rawServer } from '../harness.ts';
import { xorCompression } from '../xor-compression.ts';

test('a client has no frame that many could share (RFC 6455, 5.3)', () => {
  expect(new PreparedMessage(bytes('abc'), true, false).frameFor(null)).toBe(null);
  expect(rawClient().factory.prepareMessage('abc')).not.toBeInstanceOf(ServerPreparedMessage);
});

describe('sendPreparedMessage', () => {
  const servers = (setup: Parameters<typeof xorCompression>[0] & object, count = 2) => {
    const extensions = Array.from({ length: count }, () => xorCompression(setup));
    return extensions.map(({ accept, request, made }) => ({
      made,
      ...rawServer({ options: { perMessageCompressionAccept: accept }, request }),
    }));
  };

  test('sends the same frame to all', () => {
    const [a, b] = [rawServer(), rawServer()];
    const prepared = a.factory.prepareMessage('hello');
    for (const { protocol, flush, peer } of [a, b, a]) {
      protocol.sendPreparedMessage(prepared);
      flush();
      expect(peer.take()).toEqual(frame(1, 'hello', { mask: null }));
    }
  });

  test('compresses once for connections of the same parameters', () => {
    const connections = servers({ sharedKey: 'x' }, 3);
    const prepared = connections[0]!.factory.prepareMessage('abc');
    for (const { protocol, flush, peer } of connections) {
      protocol.sendPreparedMessage(prepared);
      flush();
      expect(peer.takeHex()).toBe('c1 04 9e 9d 9c 2e');
    }
    expect(connections.map(({ made }) => made[0]!.compressed)).toEqual([1, 0, 0]);
  });

  test('compresses for each where messages depend on earlier ones', () => {
    const connections = servers({ sharedKey: null });
    const prepared = connections[0]!.factory.prepareMessage('abc');
    for (const { protocol, flush, peer } of connections) {
      protocol.sendPreparedMessage(prepared);
      flush();
      expect(peer.takeHex()).toBe('c1 04 9e 9d 9c 2e');
    }
    expect(connections.map(({ made }) => made[0]!.compressed)).toEqual([1, 1]);
  });

  test('does not compress by doNotCompress, nor below the threshold', () => {
    const [{ protocol, flush, peer, factory, made }] = servers({ sharedKey: 'x', threshold: 3 }, 1) as [
      ReturnType<typeof servers>[0],
    ];
    protocol.sendPreparedMessage(factory.prepareMessage('abc', false, true));
    protocol.sendPreparedMessage(factory.prepareMessage('ab'));
    flush();
    expect(peer.takeHex()).toBe('81 03 61 62 63 81 02 61 62');
    expect(made[0]!.compressed).toBe(0);
  });

  test('is sent in fragments by autoFragmentSize, like any other', () => {
    const { protocol, flush, peer, factory } = rawServer({ options: { autoFragmentSize: 2 } });
    protocol.sendPreparedMessage(factory.prepareMessage('ab'));
    protocol.sendPreparedMessage(factory.prepareMessage('abc'));
    flush();
    expect(peer.takeHex()).toBe('81 02 61 62 01 02 61 62 80 01 63');
  });

  test('a client masks each with a key of its own (RFC 6455, 5.3)', () => {
    const { protocol, flush, peer, factory } = rawClient();
    const prepared = factory.prepareMessage('hello');
    const keys = [1, 2, 3].map(() => {
      protocol.sendPreparedMessage(prepared);
      flush();
      const sent = peer.take();
      const key = [...sent.subarray(2, 6)];
      expect(sent).toEqual(frame(1, 'hello', { mask: key }));
      return `${key}`;
    });
    expect(new Set(keys).size).toBe(3);
  });

  test('so does a server that is made to mask; a client that is not made to, does not', () => {
    const server = rawServer({ options: { maskServerFrames: true } });
    server.protocol.sendPreparedMessage(server.factory.prepareMessage('a'));
    server.flush();
    expect(server.peer.take()[1]).toBe(0x81);
    const client = rawClient({ options: { maskClientFrames: false } });
    client.protocol.sendPreparedMessage(client.factory.prepareMessage('a'));
    client.flush();
    expect(client.peer.takeHex()).toBe('81 01 61');
  });

  test('skips who has not taken what was sent before, by dropIfBusy', () => {
    const { protocol, platform, flush, peer, factory } = rawServer({ capacity: 3, options: { maxBufferedAmount: 10 } });
    const send = (text: string, dropIfBusy?: boolean): boolean =>
      protocol.sendPreparedMessage(factory.prepareMessage(text), { dropIfBusy });
    expect(send('abcd', true)).toBe(true);
    // The transport has not refused anything yet.
    expect(send('b', true)).toBe(true);
    platform.clock.flush();
    for (let i = 0; i < 100; i++) expect(send('skipped', true)).toBe(false);
    expect(send('c')).toBe(true);
    expect(protocol.state).toBe('open');
    flush();
    expect(send('d', true)).toBe(true);
    flush();
    expect(peer.takeHex()).toBe('81 04 61 62 63 64 81 01 62 81 01 63 81 01 64');
    protocol.sendClose();
    expect(() => send('e', true)).toThrow(expect.objectContaining({ code: 'ERR_NOT_OPEN' }));
  });

  test('is refused like any other message', () => {
    const { protocol, factory, flush, peer } = rawServer({ options: { maxMessagePayloadSize: 3 } });
    const send = (): boolean => protocol.sendPreparedMessage(factory.prepareMessage('abcd'));
    expect(send).toThrow(expect.objectContaining({ code: 'ERR_TOO_BIG_TO_SEND' }));
    protocol.beginMessage();
    expect(() => protocol.sendPreparedMessage(factory.prepareMessage('a'))).toThrow(
      expect.objectContaining({ code: 'ERR_SEND_STATE' }),
    );
    protocol.endMessage();
    protocol.sendClose();
    expect(send).toThrow(expect.objectContaining({ code: 'ERR_NOT_OPEN' }));
    flush();
    expect(peer.takeHex()).toBe('81 00 88 00');
  });
});
