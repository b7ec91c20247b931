import { manualClock, seededRandom, toHex } from '@ws/testkit';
import type { ByteStream, ByteStreamHandler } from '@ws/types';
import { portableMasker } from '@ws/util/primitives';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameWriter, type Masking, messageFirstByte } from '../../src/frames/frame-writer.ts';
import { MaskingKeys } from '../../src/frames/masking-keys.ts';
import { OutputBuffer } from '../../src/frames/output-buffer.ts';
import { shortTextSender } from '../../src/messages/short-text.ts';
import { TrafficStats } from '../../src/support/traffic-stats.ts';
import { bytes, frame, joined, sameBytes, text } from '../harness.ts';

/** A transport that takes everything, or keeps it, and sees that what it keeps is left alone. */
class Transport implements ByteStream {
  readonly writes: Uint8Array[][] = [];
  takes = true;
  isEnded = false;
  isDestroyed = false;
  #kept: { readonly memory: Uint8Array; readonly copy: Uint8Array }[] = [];

  /** What has arrived, the memory it lies in checked. */
  get received(): Uint8Array {
    for (const { memory, copy } of this.#kept) expect(sameBytes(memory, copy)).toBe(true);
    return joined(...this.writes.flat());
  }
  get bufferedAmount(): number {
    return this.#kept.reduce((sum, { copy }) => sum + copy.length, 0);
  }
  write(chunk: Uint8Array): boolean {
    return this.#take([chunk]);
  }
  #take(chunks: readonly Uint8Array[]): boolean {
    const copies = chunks.map(chunk => chunk.slice());
    this.writes.push(copies);
    if (!this.takes) this.#kept.push(...chunks.map((memory, i) => ({ memory, copy: copies[i]! })));
    return this.takes;
  }
  withWritev(): this & { writev(chunks: readonly Uint8Array[]): boolean } {
    return Object.assign(this, { writev: (chunks: readonly Uint8Array[]) => this.#take(chunks) });
  }
  drain(): void {
    expect(this.received).toBeDefined();
    this.#kept = [];
    this.takes = true;
  }
  attach(_handler: ByteStreamHandler): void {}
  pause(): void {}
  resume(): void {}
  end(): void {
    this.isEnded = true;
  }
  destroy(): void {
    this.isDestroyed = true;
  }
}

function setup(masking: Masking = 'no', transport = new Transport()) {
  const clock = manualClock();
  const output = new OutputBuffer(clock);
  const ports = { output, maskingKeys: new MaskingKeys(seededRandom(1)), masker: portableMasker };
  const log: string[] = [];
  const connect = (stream: Transport): FrameWriter => {
    const writer = new FrameWriter(stream, ports, {
      isWaitedFor: true,
      onFlushed: () => void log.push('flushed'),
      onBlocked: () => void log.push('blocked'),
    });
    writer.masking = masking;
    return writer;
  };
  return { clock, output, transport, log, connect, writer: connect(transport), flush: () => clock.flush() };
}

const sendShortText = shortTextSender();

const sizes = (transport: Transport): number[][] => transport.writes.map(chunks => chunks.map(({ length }) => length));

describe('batching', () => {
  test('what is sent in one turn is one write, in order', () => {
    const { writer, transport, flush, log } = setup();
    expect(writer.writeFrame(0x82, Uint8Array.of(1))).toBe(3);
    expect(sendShortText('é', writer, new TrafficStats(), 0)).toBe(true);
    expect(writer.beginFrame(0x02, 2)).toBe(2);
    writer.writeFrameData(Uint8Array.of(2));
    writer.writeFrameData(new Uint8Array(0));
    writer.writeFrameData(Uint8Array.of(3));
    writer.writeShared(Uint8Array.of(0x80, 0));
    expect(writer.bufferedAmount).toBe(3 + 4 + 2 + 2 + 2);
    expect(writer.isEmpty).toBe(false);
    flush();
    expect(sizes(transport)).toEqual([[13]]);
    expect(toHex(transport.received)).toBe('82 01 01 81 02 c3 a9 02 02 02 03 80 00');
    expect([writer.bufferedAmount, writer.isEmpty, log]).toEqual([0, true, ['flushed']]);
  });

  test('connections in turn share the memory, and each gets its own', () => {
    const { connect, flush } = setup();
    const transports = [new Transport(), new Transport(), new Transport()];
    const writers = transports.map(connect);
    for (let i = 0; i < 30; i++) writers[i % 3]!.writeFrame(0x82, new Uint8Array(1000).fill(i));
    flush();
    transports.forEach((transport, which) => {
      const frames = Array.from({ length: 10 }, (_, i) =>
        frame(2, new Uint8Array(1000).fill(i * 3 + which), { mask: null }),
      );
      expect(sameBytes(transport.received, joined(...frames))).toBe(true);
      expect(transport.writes).toHaveLength(1);
    });
  });

  test('more than fits is flushed on the way', () => {
    const { writer, transport, flush } = setup();
    const frames = Array.from({ length: 20 }, (_, i) => new Uint8Array(10_000).fill(i));
    for (const payload of frames) writer.writeFrame(0x82, payload);
    flush();
    expect(transport.writes.length).toBeGreaterThan(1);
    expect(sameBytes(transport.received, joined(...frames.map(payload => frame(2, payload, { mask: null }))))).toBe(
      true,
    );
  });

  test('a long payload is not copied, and leaves at once with what was before it', () => {
    const transport = new Transport().withWritev();
    const { writer } = setup('no', transport);
    const payload = new Uint8Array(40_000).fill(1);
    transport.takes = false;
    writer.writeFrame(0x82, Uint8Array.of(1));
    writer.writeFrame(0x82, payload);
    expect(sizes(transport)).toEqual([[7, 40_000]]);
    expect(
      sameBytes(
        transport.received,
        joined(frame(2, Uint8Array.of(1), { mask: null }), frame(2, payload, { mask: null })),
      ),
    ).toBe(true);
    payload[0] = 2;
    expect(() => transport.received).toThrow();
  });

  test('several long pieces leave one by one where the transport has no writev', () => {
    const { writer, transport, flush, log } = setup();
    writer.writeFrame(0x82, new Uint8Array(40_000));
    expect([sizes(transport), log]).toEqual([[[4], [40_000]], []]);
    flush();
    expect(log).toEqual(['flushed']);
    const other = setup();
    other.transport.takes = false;
    other.writer.writeFrame(0x82, new Uint8Array(40_000));
    other.flush();
    expect(other.log).toEqual(['blocked']);
  });

  test('several short pieces are joined, in other memory where the shared is full', () => {
    const { writer, transport, flush, output } = setup();
    output.end = output.bytes.length - 10;
    writer.writeShared(new Uint8Array(20).fill(1));
    writer.writeShared(new Uint8Array(20).fill(2));
    flush();
    expect(sizes(transport)).toEqual([[40]]);
    expect(sameBytes(transport.received, joined(new Uint8Array(20).fill(1), new Uint8Array(20).fill(2)))).toBe(true);
  });
});

describe('a transport that is behind', () => {
  test.each([
    { length: 100, where: 'behind it' },
    { length: 2000, where: 'in other' },
  ])('keeps its memory: after $length bytes the others go on $where', ({ length, where }) => {
    const { writer, transport, connect, flush, output, log } = setup();
    const memory = output.bytes;
    const other = new Transport();
    const second = connect(other);
    transport.takes = false;
    writer.writeFrame(0x82, new Uint8Array(length).fill(1));
    expect(writer.isEmpty).toBe(false);
    second.writeFrame(0x82, new Uint8Array(length).fill(2));
    flush();
    expect(output.bytes === memory).toBe(where === 'behind it');
    expect([writer.isBlocked, writer.isEmpty, second.isBlocked]).toEqual([true, false, false]);
    expect(log).toEqual(['blocked', 'flushed']);
    for (let i = 0; i < 300; i++) second.writeFrame(0x82, new Uint8Array(1000).fill(3));
    flush();
    const [mine, theirs] = [1, 2].map(fill => frame(2, new Uint8Array(length).fill(fill), { mask: null }));
    expect(sameBytes(transport.received, mine!)).toBe(true);
    expect(sameBytes(other.received.subarray(0, theirs!.length), theirs!)).toBe(true);
  });

  test('keeps a long payload as it lies: many that are behind share its memory', () => {
    const { connect, flush, output } = setup();
    const payload = new Uint8Array(20_000).fill(7);
    const transports = [new Transport(), new Transport().withWritev(), new Transport()];
    const writers = transports.map(transport => {
      transport.takes = false;
      return connect(transport);
    });
    const memory = output.bytes;
    for (let i = 0; i < 3; i++) {
      for (const writer of writers) writer.writeFrame(0x82, payload);
      flush();
    }
    expect(output.bytes === memory).toBe(true);
    const pieces: Uint8Array[] = [];
    transports.forEach((transport, i) => {
      const write = transport.write.bind(transport);
      transport.drain();
      transport.write = bytes => {
        pieces.push(bytes);
        return write(bytes);
      };
      if ('writev' in transport) delete (transport as { writev?: unknown }).writev;
      writers[i]!.onDrain();
      const sent = frame(2, payload, { mask: null });
      expect(sameBytes(transport.received, joined(sent, sent, sent))).toBe(true);
    });
    expect(pieces.filter(piece => piece.buffer === payload.buffer).length).toBe(6);
  });

  test.each([
    { behind: 2, way: 'joined' },
    { behind: 40_000, way: 'one by one' },
  ])('keeps the memory of several pieces, $way', ({ behind }) => {
    const { writer, transport, connect, flush } = setup();
    const second = connect(new Transport());
    const shared = new Uint8Array(behind).fill(7);
    transport.takes = false;
    writer.writeFrame(0x82, new Uint8Array(100).fill(1));
    writer.writeShared(shared);
    flush();
    for (let i = 0; i < 100; i++) second.writeFrame(0x82, new Uint8Array(1000).fill(3));
    flush();
    const first = frame(2, new Uint8Array(100).fill(1), { mask: null });
    expect(sameBytes(transport.received, joined(first, shared))).toBe(true);
  });

  test('gets what comes after in memory of its own, when it has caught up', () => {
    const { writer, transport, flush, output, log } = setup();
    transport.takes = false;
    writer.writeFrame(0x82, Uint8Array.of(1));
    flush();
    const { bytes: memory } = output;
    expect(sendShortText('a', writer, new TrafficStats(), 0)).toBe(false);
    writer.writeFrame(0x81, bytes('a'));
    writer.writeShared(Uint8Array.of(0x8a, 0));
    flush();
    expect([writer.bufferedAmount, output.end, output.bytes === memory]).toEqual([3 + 3 + 2, 3, true]);
    transport.drain();
    writer.onDrain();
    expect(toHex(transport.received)).toBe('82 01 01 81 01 61 8a 00');
    flush();
    expect([writer.isBlocked, writer.isEmpty, log]).toEqual([false, true, ['blocked', 'flushed']]);
  });

  test('that falls behind in the middle of a turn has nobody else write over what waits for it', () => {
    const { connect, flush } = setup();
    const [slow, other] = [new Transport(), new Transport()];
    const [first, second] = [connect(slow), connect(other)];
    slow.takes = false;
    const payloads = Array.from({ length: 20 }, (_, i) => new Uint8Array(10_000).fill(i));
    // More than there is room for: half of it is flushed on the way, and kept.
    for (const payload of payloads) first.writeFrame(0x82, payload);
    sendShortText('last', first, new TrafficStats(), 0);
    flush();
    for (let i = 0; i < 10; i++) second.writeFrame(0x82, new Uint8Array(10_000).fill(99));
    flush();
    slow.drain();
    first.onDrain();
    flush();
    const texts = [frame(1, 'last', { mask: null })].filter(() => slow.received.length > 20 * 10_004);
    const frames = payloads.map(payload => frame(2, payload, { mask: null }));
    expect(sameBytes(slow.received, joined(...frames, ...texts))).toBe(true);
    expect([first.isEmpty, first.bufferedAmount]).toEqual([true, 0]);
  });

  test('that catches up before the turn ends gets what was sent since', () => {
    const { connect, flush } = setup();
    const slow = new Transport();
    const writer = connect(slow);
    slow.takes = false;
    for (let i = 0; i < 14; i++) writer.writeFrame(0x82, new Uint8Array(10_000).fill(i));
    expect([writer.isBlocked, slow.writes.length]).toEqual([true, 1]);
    slow.drain();
    writer.onDrain();
    const frames = Array.from({ length: 14 }, (_, i) => frame(2, new Uint8Array(10_000).fill(i), { mask: null }));
    expect(sameBytes(slow.received, joined(...frames))).toBe(true);
    flush();
    expect(slow.writes.length).toBe(2);
  });

  test('tells when it has caught up and nothing waits', () => {
    const { writer, transport, flush, log } = setup();
    transport.takes = false;
    writer.writeFrame(0x82, Uint8Array.of(1));
    flush();
    transport.drain();
    writer.onDrain();
    expect(log).toEqual(['blocked', 'flushed']);
  });

  test('does not lose, change or reorder anything, whoever is behind', () => {
    const step = fc.record({
      who: fc.nat({ max: 2 }),
      size: fc.constantFrom(0, 1, 125, 126, 1000, 16_000, 16_000, 16_000, 16_385, 40_000),
      what: fc.constantFrom('send', 'send', 'send', 'share', 'text', 'block', 'drain', 'flush'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const { connect, flush } = setup();
        const transports = [new Transport(), new Transport().withWritev(), new Transport()];
        const writers = transports.map(connect);
        const sent: Uint8Array[][] = [[], [], []];
        steps.forEach(({ who, size, what }, i) => {
          const [writer, transport] = [writers[who]!, transports[who]!];
          const payload = new Uint8Array(size).fill(i + 1);
          if (what === 'block') transport.takes = false;
          else if (what === 'drain' && !transport.takes) {
            transport.drain();
            writer.onDrain();
          } else if (what === 'flush') flush();
          else if (what === 'share') {
            writer.writeShared(payload);
            sent[who]!.push(payload);
          } else if (what === 'text' && sendShortText(`${i}`, writer, new TrafficStats(), 0)) {
            sent[who]!.push(frame(1, `${i}`, { mask: null }));
          } else {
            writer.writeFrame(0x82, payload);
            sent[who]!.push(frame(2, payload, { mask: null }));
          }
        });
        flush();
        transports.forEach((transport, who) => {
          transport.drain();
          writers[who]!.onDrain();
          expect(sameBytes(transport.received, joined(...sent[who]!))).toBe(true);
          expect([writers[who]!.isEmpty, writers[who]!.bufferedAmount]).toEqual([true, 0]);
        });
      }),
      { numRuns: 100 },
    );
  });

  test('whose owner sends on other connections when told so, spoils nothing', () => {
    const { clock, output, connect } = setup();
    const [a, b, c] = [new Transport(), new Transport(), new Transport()] as const;
    const third = connect(c);
    const ports = { output, maskingKeys: new MaskingKeys(seededRandom(1)), masker: portableMasker };
    const first = new FrameWriter(a, ports, {
      isWaitedFor: true,
      onFlushed() {},
      // More than the shared memory holds, while the second still has bytes in it.
      onBlocked: () => {
        for (let i = 0; i < 10; i++) third.writeFrame(0x82, new Uint8Array(16_000).fill(3));
      },
    });
    const second = connect(b);
    first.writeFrame(0x82, new Uint8Array(100).fill(1));
    second.writeFrame(0x82, new Uint8Array(100).fill(2));
    a.takes = false;
    clock.flush();
    expect(sameBytes(b.received, frame(2, new Uint8Array(100).fill(2), { mask: null }))).toBe(true);
    expect(c.received.length).toBe(10 * 16_004);
  });
});

describe('within a frame that is sent in parts', () => {
  test('control frames wait for its end (RFC 6455, 5.4)', () => {
    const { writer, transport, flush } = setup();
    writer.beginFrame(0x82, 4);
    writer.writeFrameData(bytes('ab'));
    expect(writer.isInsideFrame).toBe(true);
    writer.writeFrame(0x8a, bytes('1'));
    writer.writeFrame(0x89, bytes('2'));
    flush();
    expect(toHex(transport.received)).toBe('82 04 61 62');
    writer.writeFrameData(bytes('cd'));
    expect(writer.isInsideFrame).toBe(false);
    writer.writeFrame(0x89, bytes('4'));
    flush();
    expect(toHex(transport.received)).toBe('82 04 61 62 63 64 8a 01 31 89 01 32 89 01 34');
  });
});

describe('masking (RFC 6455, 5.3)', () => {
  test.each([0, 1, 125, 126, 16_384, 16_385, 70_000])('of %i bytes has a key, and leaves the payload alone', length => {
    const { writer, transport, flush } = setup('yes');
    const payload = new Uint8Array(length).fill(7);
    const size = writer.writeFrame(0x82, payload);
    flush();
    const sent = transport.received;
    expect(sent.length).toBe(size);
    const key = [...sent.subarray(size - length - 4, size - length)];
    expect(sameBytes(sent, frame(2, payload, { mask: key }))).toBe(true);
    expect(payload.every(byte => byte === 7)).toBe(true);
  });

  test('goes on over the parts of a frame', () => {
    const { writer, transport, flush } = setup('yes');
    expect(writer.beginFrame(0x82, 6)).toBe(6);
    for (const part of ['a', 'bcd', 'ef']) writer.writeFrameData(bytes(part));
    flush();
    const sent = transport.received;
    expect(sameBytes(sent, frame(2, 'abcdef', { mask: [...sent.subarray(2, 6)] }))).toBe(true);
  });

  test('with a key that is not applied', () => {
    const { writer, transport, flush } = setup('unapplied');
    writer.writeFrame(0x82, bytes('ab'));
    writer.beginFrame(0x82, 2);
    writer.writeFrameData(bytes('cd'));
    flush();
    const sent = transport.received;
    expect([sent[1], text(sent.subarray(6, 8)), sent[9], text(sent.subarray(14))]).toEqual([0x82, 'ab', 0x82, 'cd']);
  });
});

describe('the end', () => {
  test('sends what waits before it', () => {
    const { writer, transport, flush, log } = setup();
    writer.writeFrame(0x88, new Uint8Array(0));
    writer.end();
    writer.end();
    expect([toHex(transport.received), transport.isEnded, writer.isEmpty, writer.bufferedAmount]).toEqual([
      '88 00',
      true,
      true,
      0,
    ]);
    expect(log).toEqual(['flushed']);
    writer.writeFrame(0x82, new Uint8Array(0));
    flush();
    expect(transport.received.length).toBe(2);
  });

  test('with nothing that waits is just that', () => {
    const { writer, transport } = setup();
    writer.end();
    expect([transport.writes, transport.isEnded]).toEqual([[], true]);
  });

  test('is not the end of what the transport keeps', () => {
    const { writer, transport, log } = setup();
    transport.takes = false;
    writer.writeFrame(0x88, new Uint8Array(0));
    writer.end();
    expect([writer.isBlocked, writer.isEmpty, log]).toEqual([true, false, []]);
    transport.drain();
    writer.onDrain();
    expect([writer.isEmpty, log]).toEqual([true, ['flushed']]);
  });

  test('close drops what waits', () => {
    const { writer, transport, flush } = setup();
    writer.writeFrame(0x82, new Uint8Array(0));
    writer.writeShared(Uint8Array.of(1));
    writer.close();
    expect(writer.bufferedAmount).toBe(0);
    flush();
    writer.end();
    expect([transport.writes, transport.isEnded]).toEqual([[], false]);
  });
});

test.each([
  { isBinary: false, isCompressed: false, first: 0x81 },
  { isBinary: true, isCompressed: false, first: 0x82 },
  { isBinary: false, isCompressed: true, first: 0xc1 },
  { isBinary: true, isCompressed: true, first: 0xc2 },
])('messageFirstByte: $isBinary, $isCompressed', ({ isBinary, isCompressed, first }) => {
  expect(messageFirstByte(isBinary, isCompressed)).toBe(first);
});
