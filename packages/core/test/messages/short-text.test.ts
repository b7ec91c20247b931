import { describe, expect, test } from 'vitest';
import { frame, joined, rawClient, rawServer, sameBytes } from '../harness.ts';

describe('a short text', () => {
  test.each([
    ['nothing', '', 2, 0],
    ['125 bytes', 'a'.repeat(125), 127, 125],
    ['125 bytes in fewer letters', `${'€'.repeat(41)}é`, 127, 125],
    ['126 bytes', 'a'.repeat(126), 130, 126],
    ['126 bytes in fewer letters', '€'.repeat(42), 130, 126],
    ['as many bytes as can be', '€'.repeat(5461), 16_387, 16_383],
    ['one that is not short', 'a'.repeat(5462), 5466, 5462],
  ])('has the header that its bytes need (RFC 6455, 5.2): %s', (_name, letters, wire, length) => {
    const { protocol, peer, flush } = rawServer();
    protocol.sendMessage(letters);
    protocol.sendMessage('behind');
    flush();
    const frames = joined(frame(1, letters, { mask: null }), frame(1, 'behind', { mask: null }));
    expect(sameBytes(peer.take(), frames)).toBe(true);
    expect(protocol.trafficStats).toMatchObject({
      outgoingOctetsWireLevel: wire + 8,
      outgoingOctetsWebSocketLevel: length + 6,
      outgoingOctetsAppLevel: length + 6,
      outgoingWebSocketFrames: 2,
      outgoingWebSocketMessages: 2,
    });
  });

  test('is masked where frames are', () => {
    for (const { protocol, peer, flush } of [rawServer({ options: { maskServerFrames: true } }), rawClient()]) {
      protocol.sendMessage('a');
      flush();
      expect(peer.take()[1]).toBe(0x81);
    }
  });

  test('goes in frames of its own where they are limited', () => {
    const { protocol, peer, flush } = rawServer({ options: { autoFragmentSize: 2 } });
    protocol.sendMessage('abc');
    flush();
    expect(peer.takeHex()).toBe('01 02 61 62 80 01 63');
  });

  test.each(['€€', 'aaaaa', 'aaaaaa'])('is no longer than it may be: %s', letters => {
    const { protocol, peer, flush } = rawServer({ options: { maxMessagePayloadSize: 5 } });
    const send = (): void => protocol.sendMessage(letters);
    if (letters.length === 5) send();
    else expect(send).toThrow(expect.objectContaining({ code: 'ERR_TOO_BIG_TO_SEND' }));
    flush();
    expect(peer.take()).toHaveLength(letters.length === 5 ? 7 : 0);
  });

  test('is encoded by what the platform has for it', () => {
    const textCodec = {
      encodeInto(text: string, target: Uint8Array, offset: number): number {
        target.set([...text].map(letter => letter.charCodeAt(0)).reverse(), offset);
        return text.length;
      },
      decode: String,
    };
    const { protocol, peer, flush } = rawServer({ platform: { textCodec } });
    protocol.sendMessage('abc');
    flush();
    expect(peer.takeHex()).toBe('81 03 63 62 61');
  });
});
