import { describe, expect, test } from 'vitest';
import { frame, joined, rawServer } from '../harness.ts';

describe('maxBufferedAmount', () => {
  test('may be reached, and not be passed by one byte', () => {
    const { protocol, platform, advance } = rawServer({ capacity: 10, options: { maxBufferedAmount: 100 } });
    // A frame has a header of two bytes here, and the transport takes the first ten bytes.
    protocol.sendMessage('x'.repeat(48));
    platform.clock.flush();
    expect([protocol.bufferedAmount, protocol.state]).toEqual([40, 'open']);
    protocol.sendMessage('x'.repeat(58));
    expect([protocol.bufferedAmount, protocol.state]).toEqual([100, 'open']);
    protocol.sendMessage('');
    expect(protocol.state).toBe('closing');
    advance(10_000);
  });

  test('may be reached in one message', async () => {
    const sizes = [100, 101];
    const states = sizes.map(size => {
      const { protocol, platform } = rawServer({ capacity: 1, options: { maxBufferedAmount: 100 } });
      protocol.sendMessage('');
      platform.clock.flush();
      // One byte of the first message still waits.
      protocol.sendMessage('x'.repeat(size - 1 - 2));
      return protocol.state;
    });
    expect(states).toEqual(['open', 'closing']);
  });

  test('0 is no limit', () => {
    const { protocol, platform, peer, flush } = rawServer({ capacity: 1, options: { maxBufferedAmount: 0 } });
    protocol.sendMessage('a');
    platform.clock.flush();
    protocol.sendMessage('b');
    expect([protocol.bufferedAmount, protocol.state]).toEqual([2 + 3, 'open']);
    flush();
    expect(peer.take()).toEqual(joined(frame(1, 'a', { mask: null }), frame(1, 'b', { mask: null })));
  });
});
