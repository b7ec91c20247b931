import { everySplit } from '@ws/testkit';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import type { EngineListener } from '../../src/messages/engine-listener.ts';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { bytes, FRAMES, frame, joined, type Log, loggingListener, rawEngine, rawServer, text } from '../harness.ts';
import { type XorSetup, xorCompression } from '../xor-compression.ts';

const inverted = (data: Uint8Array | string): Uint8Array =>
  (typeof data === 'string' ? bytes(data) : data).map(byte => byte ^ 0xff);
const end = Uint8Array.of(0x2e);

/** A compressed message in frames of the given parts. */
function compressed(opcode: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return joined(
    ...parts.map((part, i) => {
      const isLast = i === parts.length - 1;
      const payload = isLast ? joined(inverted(part), end) : inverted(part);
      return frame(i === 0 ? opcode : 0, payload, { fin: isLast, rsv: i === 0 ? 4 : 0 });
    }),
  );
}

class Chunks extends WebSocketServerProtocol {
  static log: Log = [];
  override onMessageFrameData(chunk: Uint8Array): void {
    Chunks.log.push(text(chunk));
  }
}

/** What an application is told of a stream, and the close code we sent. */
function receive(wire: Uint8Array, setup: { readonly xor?: XorSetup; readonly options?: object } = {}): Log {
  const { accept, request } = xorCompression(setup.xor);
  const options = { perMessageCompressionAccept: accept, ...setup.options };
  return everySplit(wire, chunks => {
    const { send, peer, log } = rawServer({ options, request });
    for (const chunk of chunks) send(chunk);
    const sent = peer.take();
    return [...log, sent.length === 0 ? null : (sent[2]! << 8) | sent[3]!];
  });
}

test('what is empty is memory of its own, as anything that an application may transfer away', () => {
  const got: Uint8Array[] = [];
  class Keeping extends WebSocketServerProtocol {
    override onMessageFrameData(chunk: Uint8Array): void {
      got.push(chunk);
    }
    override onMessage(payload: Uint8Array): void {
      got.push(payload);
    }
  }
  const { accept, request } = xorCompression({});
  const { send } = rawServer({ options: { perMessageCompressionAccept: accept }, request, Protocol: Keeping });
  send(joined(frame(2, '', { fin: false, rsv: 4 }), frame(0, end), frame(2), frame(1, '', { fin: false }), frame(0)));
  expect(got.length).toBeGreaterThan(2);
  expect(got.every(payload => payload.length === 0 && payload.buffer !== EMPTY_BYTES.buffer)).toBe(true);
});

describe('messages', () => {
  test.each([
    { name: 'in one frame', wire: frame(1, 'hello'), log: ['hello'] },
    { name: 'empty', wire: joined(frame(1), frame(2)), log: ['', new Uint8Array(0)] },
    { name: 'in fragments', wire: joined(frame(1, 'he', { fin: false }), frame(0, 'llo')), log: ['hello'] },
    {
      name: 'in fragments, empty ones too, controls between',
      wire: joined(
        frame(2, '', { fin: false }),
        frame(0, 'a', { fin: false }),
        frame(10),
        frame(0, '', { fin: false }),
        frame(0),
      ),
      log: [['pong', ''], bytes('a')],
    },
    { name: 'of nothing but empty fragments', wire: joined(frame(1, '', { fin: false }), frame(0)), log: [''] },
    {
      name: 'one after the other',
      wire: joined(frame(1, 'a'), frame(2, 'b'), frame(1, 'c')),
      log: ['a', bytes('b'), 'c'],
    },
    { name: 'compressed', wire: compressed(1, 'hello'), log: ['hello'] },
    { name: 'compressed, in fragments', wire: compressed(2, 'a', '', 'b', ''), log: [bytes('ab')] },
    { name: 'compressed, empty', wire: compressed(1, ''), log: [''] },
    {
      name: 'compressed and not, in turn',
      wire: joined(frame(1, 'a'), compressed(1, 'b'), frame(1, 'c')),
      log: ['a', 'b', 'c'],
    },
    {
      name: 'compressed text, cut in a character',
      wire: compressed(1, Uint8Array.of(0xe2, 0x82), Uint8Array.of(0xac)),
      log: ['€'],
    },
  ])('$name', ({ wire, log }) => {
    expect(receive(wire)).toEqual(['open', ...log, null]);
  });

  test('long ones, in frames of 64-bit length', () => {
    const data = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
    const { send, log } = rawServer();
    const wire = joined(frame(2, data, { fin: false }), frame(0, data));
    for (let at = 0; at < wire.length; at += 9999) send(wire.subarray(at, at + 9999));
    expect(Buffer.from(log[1] as Uint8Array).equals(Buffer.concat([data, data]))).toBe(true);
  });
});

describe('compressed data (RFC 7692)', () => {
  test.each([
    { name: 'that is corrupt: 1007', wire: frame(2, 'x', { rsv: 4 }), code: 1007 },
    { name: 'that is no UTF-8: 1007', wire: compressed(1, Uint8Array.of(0xff)), code: 1007 },
    { name: 'that ends in a character: 1007', wire: compressed(1, Uint8Array.of(0xe2, 0x82)), code: 1007 },
    { name: 'over the limit of the protocol: 1009', wire: compressed(2, 'x'.repeat(11)), code: 1009 },
    { name: 'over the limit in fragments: 1009', wire: compressed(2, 'x'.repeat(6), 'x'.repeat(5)), code: 1009 },
    {
      name: 'over the limit of the extension: 1009',
      wire: compressed(2, '12345'),
      code: 1009,
      xor: { maxMessageSize: 4 },
    },
  ])('$name', ({ wire, code, xor = {} }) => {
    expect(receive(wire, { xor, options: { maxMessagePayloadSize: 10 } })).toEqual(['open', code]);
  });

  test.each([
    {
      name: 'at the limit',
      wire: compressed(2, 'x'.repeat(6), 'x'.repeat(4)),
      options: { maxMessagePayloadSize: 10 },
      log: [bytes('x'.repeat(10))],
    },
    { name: 'without a limit', wire: compressed(2, 'ab'), options: { maxMessagePayloadSize: 0 }, log: [bytes('ab')] },
    {
      name: 'one after the other, each at the limit',
      wire: joined(compressed(1, '123'), compressed(1, '456')),
      options: { maxMessagePayloadSize: 3 },
      log: ['123', '456'],
    },
  ])('$name is fine', ({ wire, options, log }) => {
    expect(receive(wire, { options })).toEqual(['open', ...log, null]);
  });

  test('that yields more than it was asked for is refused all the same', () => {
    const { accept, request, made } = xorCompression();
    const { send, peer } = rawServer({
      options: { perMessageCompressionAccept: accept, maxMessagePayloadSize: 2 },
      request,
    });
    made[0]!.decompress = () => new Uint8Array(3);
    send(compressed(2, 'a'));
    expect(peer.takeHex()).toMatch(/^88 .. 03 f1/);
  });

  test('may yield only what is left of the limit: a bomb is not even inflated', () => {
    const { accept, request, made } = xorCompression({ maxMessageSize: 10 });
    const { send } = rawServer({ options: { perMessageCompressionAccept: accept }, request });
    const limits: number[] = [];
    const decompress = made[0]!.decompress.bind(made[0]);
    made[0]!.decompress = (data, isFinal, maxLength) => {
      limits.push(maxLength);
      return decompress(data, isFinal, maxLength);
    };
    send(joined(compressed(2, 'x'.repeat(6), 'x', 'x'), compressed(2, 'x')));
    expect(limits).toEqual([10, 4, 3, 10]);
  });

  test('is asked for the rest while it has more, each time within what is left of the limit', () => {
    const { accept, request, made } = xorCompression();
    const options = { perMessageCompressionAccept: accept, maxMessagePayloadSize: 10 };
    const { send, log, peer } = rawServer({ options, request });
    const asked: unknown[] = [];
    let waiting: Uint8Array[] = [];
    const [compression] = made;
    compression!.decompress = (data, isFinal, maxLength) => {
      asked.push([data.length, isFinal, maxLength]);
      if (data.length > 0) waiting = ['ab€', '', 'c'].map(bytes);
      return waiting.shift()!;
    };
    Object.defineProperty(compression!, 'hasMore', { get: () => waiting.length > 0 });
    send(frame(1, 'x', { rsv: 4 }));
    expect(log).toEqual(['open', 'ab€c']);
    send(frame(2, 'x', { fin: false, rsv: 4 }));
    expect(peer.take()).toHaveLength(0);
    send(frame(0, 'x'));
    expect(peer.takeHex()).toMatch(/^88 .. 03 f1/);
    const [whole, first] = [true, false].map(isFinal => [
      [1, isFinal, 10],
      [0, isFinal, 5],
      [0, isFinal, 5],
    ]);
    expect(asked).toEqual([...whole!, ...first!, [1, true, 4]]);
  });

  test('text is not looked at without utf8validateIncoming', () => {
    const { accept, request } = xorCompression();
    const seen: Log = [];
    class Keeping extends WebSocketServerProtocol {
      override onMessage(payload: Uint8Array): void {
        seen.push(...payload);
      }
    }
    const options = { perMessageCompressionAccept: accept, utf8validateIncoming: false };
    const { send } = rawServer({ options, request, Protocol: Keeping });
    send(joined(compressed(1, Uint8Array.of(0xff)), frame(1, Uint8Array.of(0xfe))));
    expect(seen).toEqual([0xff, 0xfe]);
  });
});

describe('a listener that takes texts where they lie', () => {
  const taking = (options: object = {}, onLentText?: () => boolean) => {
    const told: string[] = [];
    const listener: EngineListener = {
      ...loggingListener([]),
      onLentText(source, start, end) {
        told.push(`lent ${text(source.subarray(start, end))}`);
        return onLentText?.() ?? true;
      },
      onMessage: payload => void told.push(`given ${payload.join()}`),
    };
    return { ...rawEngine({ options, listener }), told };
  };

  test('is offered those that are valid, as long as nothing waits; they count as any', () => {
    const { engine, send, told, peer } = taking();
    send(joined(frame(1, 'a€'), frame(1), frame(2, Uint8Array.of(1, 2))));
    expect(told.splice(0)).toEqual(['lent a€', 'lent ', 'given 1,2']);
    engine.delivery.pause();
    send(frame(1, '!!'));
    engine.inflow.resume();
    send(frame(1, 'bb'));
    expect(told.splice(0)).toEqual(['given 33,33', 'lent bb']);
    expect(engine.stats).toMatchObject({ incomingWebSocketMessages: 5, incomingOctetsAppLevel: 10 });
    send(frame(1, Uint8Array.of(0x21, 0xff)));
    expect([told, peer.takeHex()]).toEqual([[], expect.stringMatching(/^88 .. 03 ef/)]);
  });

  test('is given those that it does not take', () => {
    const { send, told } = taking({}, () => false);
    send(frame(1, '!!'));
    expect(told).toEqual(['lent !!', 'given 33,33']);
  });

  test('is given those that nobody has validated', () => {
    const { send, told } = taking({ utf8validateIncoming: false });
    send(frame(1, Uint8Array.of(0x21, 0xff)));
    expect(told).toEqual(['given 33,255']);
  });

  test('fails the connection when it throws', () => {
    const { send, peer } = taking({}, () => {
      throw new Error('mine');
    });
    send(joined(frame(1, 'a'), frame(1, 'b')));
    expect(peer.takeHex()).toMatch(/^88 .. 03 f3/);
  });
});

describe('a listener that wants pieces', () => {
  test('puts together only the messages that do not come in one piece', () => {
    const { send, log } = rawEngine();
    send(
      joined(
        frame(1, 'one'),
        frame(1, 'tw', { fin: false }),
        frame(0, '', { fin: false }),
        frame(0, 'o'),
        frame(2, bytes('bytes')),
      ),
    );
    const last = frame(1, 'four');
    send(last.slice(0, -1));
    send(last.slice(-1));
    const pieces = [['begin', false], ['data', 'tw'], ['data', 'o'], 'end'];
    expect(log).toEqual(['one', ...pieces, bytes('bytes'), ['begin', false], ['data', 'fou'], ['data', 'r'], 'end']);
  });

  test('with all of them in pieces, is told of a message that comes in one', () => {
    const log: Log = [];
    const { send } = rawEngine({ listener: loggingListener(log, FRAMES) });
    send(frame(1, 'one'));
    expect(log).toEqual([['begin', false], ['data', 'one'], 'end']);
  });
});

describe('an application that overrides hooks of frames', () => {
  const hooked = (setup: XorSetup = {}) => {
    Chunks.log = [];
    const { accept, request, made } = xorCompression(setup);
    return { made, ...rawServer({ options: { perMessageCompressionAccept: accept }, request, Protocol: Chunks }) };
  };

  test('gets chunks as they come, decompressed', () => {
    const { send, protocol } = hooked();
    const wire = compressed(1, 'ab', 'c', '');
    send(wire.subarray(0, 7));
    send(wire.subarray(7));
    expect(Chunks.log).toEqual(['a', 'b', 'c', '']);
    expect(protocol.trafficStats).toMatchObject({ incomingOctetsAppLevel: 3, incomingOctetsWebSocketLevel: 4 });
  });

  test('gets an empty chunk of an empty frame', () => {
    const { send } = hooked();
    send(joined(frame(1), compressed(2, '')));
    expect(Chunks.log).toEqual(['', '']);
  });

  test('that fails in the middle of compressed data fails once: the peer’s answer is waited for', () => {
    class Failing extends WebSocketServerProtocol {
      override onMessageBegin(): void {
        throw new Error('mine');
      }
    }
    const { accept, request, made } = xorCompression();
    const { send, peer } = rawServer({ options: { perMessageCompressionAccept: accept }, request, Protocol: Failing });
    // As a codec that was freed does.
    made[0]!.decompress = () => {
      throw new Error('closed');
    };
    send(joined(compressed(1, 'abc'), frame(1, 'more')));
    expect(peer.takeHex()).toMatch(/^88 .. 03 f3/);
    expect(peer.isEnded).toBe(false);
    send(frame(8, Uint8Array.of(3, 232)));
    expect(peer.isEnded).toBe(true);
  });
});
