import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CANARY, hex, type MemoryStream, manualClock, memoryPair, seededRandom, toHex } from '../src/index.ts';

/** Everything that a stream tells, in order. */
function listen(stream: MemoryStream): string[] {
  const told: string[] = [];
  stream.attach({
    onData: bytes => void told.push(toHex(bytes)),
    onDrain: () => void told.push('drain'),
    onEnd: () => void told.push('end'),
    onClose: error =>
      void told.push(error === undefined ? 'close' : `close: ${(error as { code?: string }).code ?? error.message}`),
  });
  return told;
}

function manualPair(options = {}) {
  const pair = memoryPair({ manual: true, ...options });
  return { ...pair, atA: listen(pair.a), atB: listen(pair.b) };
}

describe('memoryPair carries bytes', () => {
  test('each write arrives as it was made', () => {
    const { a, atB, flush } = manualPair();
    expect(a.write(hex('81 05'))).toBe(true);
    expect(a.writev([hex('48'), hex(''), hex('65 6c')])).toBe(true);
    expect(atB).toEqual([]);
    expect(flush()).toBe(3);
    expect(atB).toEqual(['81 05', '48', '65 6c']);
  });

  test('with a chunkSize they are joined and cut', () => {
    const { a, atB, flush } = manualPair({ chunkSize: 3 });
    a.write(hex('01 02'));
    a.write(hex('03 04 05'));
    flush();
    expect(atB).toEqual(['01 02 03', '04 05']);
  });

  test('a chunkSize may be drawn for each piece', () => {
    const random = seededRandom(7);
    const { a, atB, flush } = manualPair({ chunkSize: () => 1 + random.below(4) });
    const bytes = random.bytes(100);
    a.write(bytes);
    flush();
    expect(atB.join(' ')).toBe(toHex(bytes));
    expect(new Set(atB.map(piece => piece.length)).size).toBeGreaterThan(1);
  });

  test('what was written may be changed when write answered true', () => {
    const { a, atB, flush } = manualPair();
    const bytes = hex('01 02');
    a.write(bytes);
    bytes.fill(0xff);
    flush();
    expect(atB).toEqual(['01 02']);
  });

  test('in microtasks of their own unless told otherwise', async () => {
    const { a, b } = memoryPair();
    const atB = listen(b);
    a.write(hex('01'));
    expect(atB).toEqual([]);
    await Promise.resolve();
    expect(atB).toEqual(['01']);
  });

  test('by the scheduler that is given', () => {
    const clock = manualClock();
    const { a, b } = memoryPair({ schedule: task => clock.defer(task) });
    const atB = listen(b);
    a.write(hex('01'));
    clock.flush();
    expect(atB).toEqual(['01']);
  });

  test('one event with each step', () => {
    const { a, b, atA, atB, step } = manualPair();
    a.write(hex('01'));
    b.write(hex('02'));
    expect(step()).toBe(true);
    expect([atA, atB]).toEqual([[], ['01']]);
    expect(step()).toBe(true);
    expect([atA, atB]).toEqual([['02'], ['01']]);
    expect(step()).toBe(false);
  });
});

describe('memoryPair is strict', () => {
  test('lent bytes are overwritten when onData returns, whatever becomes of the call', () => {
    const { a, b, flush } = memoryPair({ manual: true });
    const lent: Uint8Array[] = [];
    b.attach({
      onData(bytes) {
        lent.push(bytes);
        throw new Error('a handler that throws');
      },
      onDrain() {},
      onEnd() {},
      onClose() {},
    });
    a.write(hex('01 02 03'));
    expect(flush).toThrow('a handler that throws');
    expect(lent[0]).toEqual(new Uint8Array(3).fill(CANARY));
    expect(lent[0]?.byteOffset).toBeGreaterThan(0);
  });

  test('changing bytes that are kept is an error', () => {
    const { a, flush } = manualPair({ capacity: 2 });
    const bytes = hex('01 02 03');
    expect(a.write(bytes)).toBe(false);
    bytes[2] = 4;
    expect(flush).toThrow('were changed before onDrain');
  });

  test('attaching twice is an error', () => {
    const { a } = manualPair();
    expect(() => listen(a)).toThrow('attach is called once');
  });

  test.each([{ chunkSize: 0 }, { chunkSize: Number.NaN }, { capacity: 0 }, { capacity: -1 }])('refuses %o', options => {
    expect(() => memoryPair(options)).toThrow(RangeError);
  });

  test('two handlers that answer for ever are found out', () => {
    const { a, b, flush } = memoryPair({ manual: true });
    for (const stream of [a, b]) {
      stream.attach({ onData: bytes => void stream.write(bytes), onDrain() {}, onEnd() {}, onClose() {} });
    }
    a.write(hex('01'));
    expect(() => flush(1000)).toThrow('no end after 1000 events');
  });
});

describe('memoryPair holds back', () => {
  test('what is over the capacity, until the peer has read', () => {
    const { a, b, atA, atB, flush } = manualPair({ capacity: 4 });
    b.pause();
    expect(a.write(hex('01 02 03'))).toBe(true);
    expect(a.write(hex('04 05 06'))).toBe(false);
    expect(a.bufferedAmount).toBe(2);
    expect(a.write(hex('07'))).toBe(false);
    expect(a.bufferedAmount).toBe(3);
    flush();
    expect([atA, atB]).toEqual([[], []]);
    b.resume();
    flush();
    expect(atB.join(' ')).toBe('01 02 03 04 05 06 07');
    expect(atA).toEqual(['drain']);
    expect(a.bufferedAmount).toBe(0);
  });

  test('all, from a handler that pauses inside onData', () => {
    const { a, b, flush } = memoryPair({ manual: true, chunkSize: 1 });
    let count = 0;
    b.attach({
      onData() {
        count++;
        b.pause();
      },
      onDrain() {},
      onEnd() {},
      onClose() {},
    });
    a.write(hex('01 02'));
    flush();
    expect(count).toBe(1);
    expect(b.isPaused).toBe(true);
    b.resume();
    flush();
    expect(count).toBe(2);
  });

  test('everything, until somebody is attached', () => {
    const { a, b, flush } = memoryPair({ manual: true });
    a.write(hex('01'));
    a.end();
    flush();
    const atB = listen(b);
    expect(atB).toEqual([]);
    flush();
    expect(atB).toEqual(['01', 'end']);
  });

  test('the end, until paused bytes were read', () => {
    const { a, b, atB, flush } = manualPair();
    b.pause();
    a.write(hex('01'));
    a.end();
    flush();
    expect(atB).toEqual([]);
    b.resume();
    flush();
    expect(atB).toEqual(['01', 'end']);
  });
});

describe('memoryPair ends', () => {
  test('each direction by itself, then both streams close in order', () => {
    const { a, b, atA, atB, flush } = manualPair();
    a.end();
    a.end();
    expect(a.write(hex('01'))).toBe(true);
    flush();
    expect([atA, atB]).toEqual([[], ['end']]);
    b.write(hex('02'));
    b.end();
    flush();
    expect([atA, atB]).toEqual([
      ['02', 'end', 'close'],
      ['end', 'close'],
    ]);
    expect([a.isClosed, b.isClosed]).toEqual([true, true]);
  });

  test('after what is kept has gone', () => {
    const { a, b, atA, atB, flush } = manualPair({ capacity: 1 });
    b.end();
    a.write(hex('01 02'));
    a.end();
    flush();
    expect(atB).toEqual(['01', '02', 'end', 'close']);
    expect(atA).toEqual(['end', 'drain', 'close']);
  });

  test('at once when destroyed: kept bytes are dropped, those on their way arrive, the peer hears why', () => {
    const { a, atA, atB, flush } = manualPair({ capacity: 1 });
    a.write(hex('01 02'));
    a.destroy();
    a.destroy();
    expect(a.bufferedAmount).toBe(0);
    flush();
    expect(atA).toEqual(['close']);
    expect(atB).toEqual(['01', 'close: ECONNRESET']);
  });

  test('without an error when destroyed after the end', () => {
    const { a, atA, atB, flush } = manualPair();
    a.end();
    a.destroy();
    flush();
    expect([atA, atB]).toEqual([['close'], ['end', 'close']]);
  });

  test('with an error when broken', () => {
    const { a, b, atA, atB, flush } = manualPair();
    b.write(hex('01'));
    a.breakWith(new Error('cable cut'));
    flush();
    expect([atA, atB]).toEqual([['close: cable cut'], ['close: ECONNRESET']]);
    expect(b.write(hex('01'))).toBe(true);
    b.destroy();
    b.resume();
    expect(flush()).toBe(0);
  });
});

test('memoryPair gives what it was given, whatever is done in whatever order', () => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), length: fc.nat(40) }),
    fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const, 'step' as const, 'flush' as const) }),
  );
  const settings = {
    chunkSize: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    capacity: fc.integer({ min: 1, max: 60 }),
  };
  fc.assert(
    fc.property(fc.record(settings), fc.array(action, { maxLength: 60 }), (options, actions) => {
      const { a, b, atA, atB, step, flush } = manualPair(options);
      const sent: string[] = [];
      let answers = 0;
      for (const { kind, ...rest } of actions) {
        if (kind === 'write') {
          const bytes = new Uint8Array((rest as { length: number }).length).fill(sent.length);
          if (bytes.length > 0) sent.push(toHex(bytes));
          if (a.write(bytes)) bytes.fill(0xff);
          else answers++;
        } else if (kind === 'pause') b.pause();
        else if (kind === 'resume') b.resume();
        else if (kind === 'step') step();
        else flush();
      }
      a.end();
      b.resume();
      flush();
      expect(atB.slice(0, -1).join(' ')).toBe(sent.join(' '));
      expect(atB.at(-1)).toBe('end');
      expect(atA.every(event => event === 'drain')).toBe(true);
      expect(atA.length > 0).toBe(answers > 0);
    }),
  );
});
