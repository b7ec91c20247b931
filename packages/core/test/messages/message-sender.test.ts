import { toHex } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { bytes, frame, rawClient, rawServer } from '../harness.ts';
import { xorCompression } from '../xor-compression.ts';

describe('sendMessage', () => {
  test.each([
    { name: 'a string as text', payload: 'hé', wire: '81 03 68 c3 a9' },
    { name: 'an empty string', payload: '', wire: '81 00' },
    { name: 'bytes as text', payload: bytes('ab'), wire: '81 02 61 62' },
    { name: 'bytes as binary', payload: bytes('ab'), isBinary: true, wire: '82 02 61 62' },
    { name: 'fragments', payload: 'abcde', fragmentSize: 2, wire: '01 02 61 62 00 02 63 64 80 01 65' },
    {
      name: 'an exact multiple without an empty frame',
      payload: 'abcd',
      fragmentSize: 2,
      wire: '01 02 61 62 80 02 63 64',
    },
    { name: 'one frame when it fits', payload: 'ab', fragmentSize: 2, wire: '81 02 61 62' },
  ])('sends $name', ({ payload, isBinary, fragmentSize, wire }) => {
    const { protocol, flush, peer } = rawServer();
    protocol.sendMessage(payload, isBinary, fragmentSize === undefined ? undefined : { fragmentSize });
    flush();
    expect(peer.takeHex()).toBe(wire);
  });

  test.each([
    [125, '81 7d'],
    [126, '81 7e 00 7e'],
    [65_535, '81 7e ff ff'],
    [65_536, '81 7f 00 00 00 00 00 01 00 00'],
    [1_000_000, '81 7f 00 00 00 00 00 0f 42 40'],
  ])('encodes %i bytes with the shortest header (RFC 6455, 5.2)', (length, header) => {
    const { protocol, flush, peer } = rawServer();
    protocol.sendMessage('x'.repeat(length));
    flush();
    const sent = peer.take();
    const size = header.split(' ').length;
    expect(toHex(sent.subarray(0, size))).toBe(header);
    expect(sent.length).toBe(size + length);
    expect(sent.subarray(size).every(byte => byte === 0x78)).toBe(true);
  });

  test('masks a client’s frames with a fresh key each (RFC 6455, 5.3)', () => {
    const { protocol, flush, peer } = rawClient();
    const keys = new Set<string>();
    for (const length of [0, 5, 125, 126, 20_000]) {
      protocol.sendMessage(new Uint8Array(length).fill(7), true);
      flush();
      const sent = peer.take();
      const start = sent.length - length;
      const key = [...sent.subarray(start - 4, start)];
      keys.add(`${key}`);
      expect(sent).toEqual(frame(2, new Uint8Array(length).fill(7), { mask: key }));
    }
    expect(keys.size).toBe(5);
  });

  test('sends the key without using it by applyMask: false', () => {
    const { protocol, flush, peer } = rawClient({ options: { applyMask: false } });
    protocol.sendMessage('abc');
    flush();
    expect([...peer.take().subarray(6)]).toEqual([...bytes('abc')]);
  });

  test('fragments by autoFragmentSize, which fragmentSize overrides', () => {
    const { protocol, flush, peer } = rawServer({ options: { autoFragmentSize: 2 } });
    protocol.sendMessage('abc');
    protocol.sendMessage('abc', false, { fragmentSize: 3 });
    flush();
    expect(peer.takeHex()).toBe('01 02 61 62 80 01 63 81 03 61 62 63');
  });

  test.each([
    { name: 'a number', call: [7], error: TypeError },
    { name: 'other typed arrays', call: [new Float32Array(2), true], error: TypeError },
    { name: 'an array', call: [[1, 2], true], error: TypeError },
    { name: 'nothing', call: [undefined], error: TypeError },
    { name: 'a string as binary', call: ['a', true], error: TypeError },
    { name: 'a fragment size of 0', call: ['a', false, { fragmentSize: 0 }], error: RangeError },
    { name: 'a fragment size of 1.5', call: ['a', false, { fragmentSize: 1.5 }], error: RangeError },
    { name: 'a fragment size that is none', call: ['a', false, { fragmentSize: '2' }], error: TypeError },
  ])('refuses $name, and sends nothing', ({ call, error }) => {
    const { protocol, flush, peer } = rawServer();
    expect(() => (protocol.sendMessage as (...values: unknown[]) => void)(...call)).toThrow(error);
    flush();
    expect(peer.take().length).toBe(0);
  });

  test('refuses a message over maxMessagePayloadSize', () => {
    const { protocol, flush, peer } = rawServer({ options: { maxMessagePayloadSize: 3 } });
    protocol.sendMessage('abc');
    expect(() => protocol.sendMessage('abcd')).toThrow(expect.objectContaining({ code: 'ERR_TOO_BIG_TO_SEND' }));
    flush();
    expect(peer.take().length).toBe(5);
  });

  test('throws a ClosedError when not open', () => {
    const { protocol } = rawServer({ isOpened: false });
    expect(() => protocol.sendMessage('a')).toThrow(expect.objectContaining({ code: 'ERR_NOT_OPEN' }));
  });

  test('what is sent in one turn leaves in one write', () => {
    const { protocol, flush, peer } = rawServer();
    let writes = 0;
    const { onData } = peer;
    peer.onData = chunk => {
      writes++;
      onData.call(peer, chunk);
    };
    for (let i = 0; i < 10; i++) protocol.sendMessage(`message ${i}`);
    protocol.sendPing('p');
    flush();
    expect(writes).toBe(1);
    expect(peer.take().length).toBe(10 * 11 + 3);
  });
});

describe('a message bit by bit', () => {
  test('in frames of given length', () => {
    const { protocol, flush, peer } = rawServer();
    protocol.beginMessage(true);
    protocol.beginMessageFrame(5);
    expect(protocol.sendMessageFrameData(bytes('ab'))).toBe(3);
    expect(protocol.sendMessageFrameData(bytes('cdeXYZ'))).toBe(-3);
    protocol.beginMessageFrame(2);
    expect(protocol.sendMessageFrameData(bytes('fg'))).toBe(0);
    protocol.endMessage();
    flush();
    expect(peer.takeHex()).toBe('02 05 61 62 63 64 65 00 02 66 67 80 00');
  });

  test('in whole frames; an empty one too', () => {
    const { protocol, flush, peer } = rawServer();
    protocol.beginMessage();
    protocol.sendMessageFrame(bytes('a'));
    protocol.beginMessageFrame(0);
    expect(protocol.sendMessageFrameData(new Uint8Array(0))).toBe(0);
    protocol.endMessage();
    flush();
    expect(peer.takeHex()).toBe('01 01 61 00 00 80 00');
  });

  test('with no frame at all is an empty message with its opcode', () => {
    const { protocol, flush, peer } = rawServer();
    protocol.beginMessage(true);
    protocol.endMessage();
    flush();
    expect(peer.takeHex()).toBe('82 00');
  });

  test('masked, over several chunks, by a client', () => {
    const { protocol, flush, peer } = rawClient();
    protocol.beginMessage();
    protocol.beginMessageFrame(6);
    protocol.sendMessageFrameData(bytes('a'));
    protocol.sendMessageFrameData(bytes('bcd'));
    protocol.sendMessageFrameData(bytes('ef'));
    flush();
    const sent = peer.take();
    expect(sent).toEqual(frame(1, 'abcdef', { fin: false, mask: [...sent.subarray(2, 6)] }));
  });

  const wrong = { code: 'ERR_SEND_STATE' };
  test('is refused in the wrong order, and nothing is sent then', () => {
    const { protocol, flush, peer } = rawServer();
    expect(() => protocol.endMessage()).toThrow(expect.objectContaining(wrong));
    expect(() => protocol.beginMessageFrame(1)).toThrow(expect.objectContaining(wrong));
    expect(() => protocol.sendMessageFrame(bytes('a'))).toThrow(expect.objectContaining(wrong));
    expect(() => protocol.sendMessageFrameData(bytes('a'))).toThrow(expect.objectContaining(wrong));
    flush();
    expect(peer.take().length).toBe(0);
    protocol.beginMessage();
    expect(() => protocol.beginMessage()).toThrow(expect.objectContaining(wrong));
    expect(() => protocol.sendMessage('a')).toThrow(expect.objectContaining(wrong));
    protocol.beginMessageFrame(2);
    expect(() => protocol.endMessage()).toThrow(expect.objectContaining(wrong));
    expect(() => protocol.beginMessageFrame(1)).toThrow(expect.objectContaining(wrong));
    for (const length of [-1, 1.5, 2 ** 53, Number.NaN]) {
      const { protocol: other } = rawServer();
      other.beginMessage();
      expect(() => other.beginMessageFrame(length)).toThrow(RangeError);
    }
  });

  test('counts against maxMessagePayloadSize', () => {
    const { protocol } = rawServer({ options: { maxMessagePayloadSize: 3 } });
    protocol.beginMessage();
    protocol.sendMessageFrame(bytes('ab'));
    expect(() => protocol.sendMessageFrame(bytes('ab'))).toThrow(
      expect.objectContaining({ code: 'ERR_TOO_BIG_TO_SEND' }),
    );
    expect(() => protocol.beginMessageFrame(2)).toThrow(expect.objectContaining({ code: 'ERR_TOO_BIG_TO_SEND' }));
  });

  test('does nothing when not open', () => {
    const { protocol, flush, peer } = rawServer({ isOpened: false });
    protocol.beginMessage();
    protocol.beginMessageFrame(1);
    expect(protocol.sendMessageFrameData(bytes('a'))).toBe(0);
    protocol.sendMessageFrame(bytes('a'));
    protocol.endMessage();
    flush();
    expect(peer.take().length).toBe(0);
  });
});

describe('with compression', () => {
  const compressed = (setup: { threshold?: number; sharedKey?: string | null } = {}) => {
    const { accept, request } = xorCompression(setup);
    return rawServer({ options: { perMessageCompressionAccept: accept }, request });
  };

  test('messages are compressed as a whole, then fragmented; RSV1 on the first frame only (RFC 7692, 6.1)', () => {
    const { protocol, flush, peer } = compressed();
    protocol.sendMessage('abc');
    protocol.sendMessage('abc', false, { fragmentSize: 2 });
    flush();
    expect(peer.takeHex()).toBe('c1 04 9e 9d 9c 2e 41 02 9e 9d 80 02 9c 2e');
  });

  test('not those below the threshold, nor by doNotCompress', () => {
    const { protocol, flush, peer } = compressed({ threshold: 3 });
    protocol.sendMessage('ab');
    protocol.sendMessage('abc', false, { doNotCompress: true });
    flush();
    expect(peer.takeHex()).toBe('81 02 61 62 81 03 61 62 63');
  });

  test('a long result is copied, since the compressor uses its memory again', () => {
    const { protocol, flush, peer } = compressed();
    protocol.sendMessage(new Uint8Array(50_000).fill(1), true);
    protocol.sendMessage(new Uint8Array(50_000).fill(2), true);
    flush();
    const sent = peer.take();
    expect(sent[100]).toBe(0xfe);
    expect(sent[60_000]).toBe(0xfd);
  });

  test('frames of a message are compressed, streaming data cannot be', () => {
    const { protocol, flush, peer } = compressed();
    protocol.beginMessage();
    protocol.sendMessageFrame(bytes('ab'));
    expect(() => protocol.beginMessageFrame(1)).toThrow(expect.objectContaining({ code: 'ERR_STREAMING_COMPRESSED' }));
    protocol.endMessage();
    flush();
    expect(peer.takeHex()).toBe('41 02 9e 9d 80 01 2e');
    protocol.beginMessage(false, true);
    protocol.beginMessageFrame(1);
    protocol.sendMessageFrameData(bytes('a'));
    protocol.endMessage();
    flush();
    expect(peer.takeHex()).toBe('01 01 61 80 00');
  });
});
