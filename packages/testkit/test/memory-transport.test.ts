import type { CloseInfo, MessageTransport, MessageTransportListener, Receives } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { CANARY, hex, type MemoryTransportOptions, memoryTransportPair, toHex } from '../src/index.ts';

/** A listener that writes down what it hears, in short. */
function loggingListener(log: string[], receives: Receives = { frames: 'none', lentText: false }) {
  const listener = {
    receives,
    infos: [] as CloseInfo[],
    onMessage: (payload: Uint8Array, isBinary: boolean): unknown =>
      void log.push(isBinary ? toHex(payload) : String.fromCharCode(...payload)),
    onLentText: (_source: Uint8Array, _start: number, _end: number): boolean => false,
    onMessageBegin: (isBinary: boolean) => void log.push(isBinary ? 'begin binary' : 'begin text'),
    onMessageData: (chunk: Uint8Array) => void log.push(`${chunk.length}`),
    onMessageEnd: () => void log.push('end'),
    onPong: (payload: Uint8Array) => void log.push(`pong ${toHex(payload)}`),
    onClosing: () => void log.push('closing'),
    onClose(info: CloseInfo) {
      log.push(`close ${info.code}`);
      listener.infos.push(info);
    },
  } satisfies MessageTransportListener & { infos: CloseInfo[] };
  return listener;
}

function manualPair(options: MemoryTransportOptions = {}) {
  const pair = memoryTransportPair({ ...options, manual: true });
  const [atA, atB]: [string[], string[]] = [[], []];
  const [listenerA, listenerB] = [loggingListener(atA), loggingListener(atB)];
  pair.a.setListener(listenerA);
  pair.b.setListener(listenerB);
  return { ...pair, atA, atB, listenerA, listenerB };
}

describe('memoryTransportPair', () => {
  test('moves nothing by itself when it is manual; each call of a listener is a step', () => {
    const { a, atA, atB, step, flush } = manualPair();
    a.send('one', false);
    a.send(hex('02'), true);
    a.close(3000, 'bye');
    expect([atA, atB]).toEqual([[], []]);
    expect(step()).toBe(true);
    expect(step()).toBe(true);
    expect([atA, atB]).toEqual([['closing'], ['one']]);
    expect(flush()).toBeGreaterThan(0);
    expect([step(), flush()]).toEqual([false, 0]);
    expect([atA, atB]).toEqual([
      ['closing', 'close 1000'],
      ['one', '02', 'closing', 'close 3000'],
    ]);
  });

  test('runs by a schedule of one’s own, or by microtasks', async () => {
    const tasks: (() => void)[] = [];
    const [own, micro]: [string[], string[]] = [[], []];
    const scheduled = memoryTransportPair({ schedule: task => tasks.push(task) });
    scheduled.b.setListener(loggingListener(own));
    scheduled.a.send('one', false);
    expect([own, tasks.length]).toEqual([[], 1]);
    tasks.shift()?.();
    expect(own).toEqual(['one']);
    const { a, b } = memoryTransportPair();
    b.setListener(loggingListener(micro));
    a.send('one', false);
    expect(micro).toEqual([]);
    await null;
    expect(micro).toEqual(['one']);
  });

  test('finds two listeners that answer each other for ever', () => {
    const { a, b, listenerA, listenerB, flush } = manualPair();
    listenerA.onMessage = () => a.send('and you?', false);
    listenerB.onMessage = () => b.send('and you?', false);
    a.send('how do you do?', false);
    expect(() => flush(100)).toThrow('no end after 100 events');
  });

  test('says what it was made with', () => {
    const { a, b } = memoryTransportPair({ subprotocol: 'chat', extensions: 'permessage-deflate' });
    for (const { subprotocol, extensions } of [a, b]) {
      expect([subprotocol, extensions]).toEqual(['chat', 'permessage-deflate']);
    }
    expect([memoryTransportPair().a.subprotocol, memoryTransportPair().a.extensions]).toEqual([null, '']);
  });

  test.each([{ capacity: 0 }, { capacity: Number.NaN }, { pieceSize: 0 }, { pieceSize: -1 }])('refuses %j', options => {
    expect(() => memoryTransportPair(options)).toThrow(RangeError);
  });

  test('holds back what goes beyond the capacity, and counts it', () => {
    const { a, b, atB, flush } = manualPair({ capacity: 10 });
    b.pause();
    const drained: unknown[] = [];
    expect(a.sendNow(new Uint8Array(8), true)).toBe(true);
    expect(a.bufferedAmount).toBe(0);
    expect(a.sendNow(new Uint8Array(3), true)).toBe(false);
    a.whenDrained(error => drained.push(error));
    expect(a.bufferedAmount).toBe(5);
    flush();
    expect([atB.length, drained]).toEqual([0, []]);
    b.resume();
    flush();
    expect([atB.length, drained, a.bufferedAmount]).toEqual([2, [undefined], 0]);
  });

  test('a message that is longer than the capacity is on its way alone', () => {
    const { a, b, atB, flush } = manualPair({ capacity: 10 });
    b.pause();
    expect(a.sendNow(new Uint8Array(1000), true)).toBe(true);
    expect(a.sendNow('', false)).toBe(false);
    b.resume();
    flush();
    expect(atB.length).toBe(2);
  });

  test('changing the payload of a message that waits is an error; of one on its way it is not', () => {
    const { a, b, atB, flush } = manualPair({ capacity: 10 });
    b.pause();
    const [taken, waiting] = [new Uint8Array(8), new Uint8Array(8)];
    a.send(taken, true);
    a.send(waiting, true);
    taken.fill(1);
    waiting.fill(1);
    b.resume();
    expect(() => flush()).toThrow('changed before it was drained');
    flush();
    expect(atB).toEqual([]);
  });

  test('overwrites a lent text as soon as the listener returns, with other bytes around it', () => {
    const { a, b, flush } = memoryTransportPair({ manual: true });
    const lent: Uint8Array[] = [];
    const log: string[] = [];
    const listener = loggingListener(log, { frames: 'none', lentText: true });
    listener.onLentText = (source, start, end) => {
      lent.push(source);
      log.push(String.fromCharCode(...source.subarray(start, end)), `${source[start - 1]} ${source[end]}`);
      return false;
    };
    b.setListener(listener);
    a.send('text', false);
    flush();
    expect(log).toEqual(['text', `${CANARY} ${CANARY}`, 'text']);
    expect(new Set(lent[0])).toEqual(new Set([CANARY]));
  });

  test('cuts what is longer than pieceSize', () => {
    const { a, b, flush } = memoryTransportPair({ pieceSize: 4.5, manual: true });
    const log: string[] = [];
    b.setListener(loggingListener(log, { frames: 'pieces', lentText: false }));
    a.send('four', false);
    a.send(new Uint8Array(9), true);
    flush();
    expect(log).toEqual(['four', 'begin binary', '4', '4', '1', 'end']);
  });

  test('looks past messages for pings and Close frames while paused; what was held comes before the end', () => {
    const { a, b, atA, atB, flush } = manualPair();
    b.pause();
    a.send('one', false);
    a.ping(hex('01'));
    flush();
    expect([atA, atB]).toEqual([['pong 01'], []]);
    a.close(1000, null);
    flush();
    expect([atA, atB]).toEqual([
      ['pong 01', 'closing', 'close 1000'],
      ['closing', 'one', 'close 1000'],
    ]);
  });

  test('tells of a peer that takes nothing until it has done so: there are no limits of time', () => {
    const { a, b, atA, flush } = manualPair({ capacity: 1 });
    b.pause();
    a.send('one', false);
    a.send('two', false);
    a.close(1000, null);
    flush();
    expect([atA, a.state, b.state]).toEqual([['closing'], 'closing', 'open']);
    b.resume();
    flush();
    expect([atA, a.state, b.state]).toEqual([['closing', 'close 1000'], 'closed', 'closed']);
  });

  test('drop at one end loses what waits there, and ends the other', () => {
    const { a, b, atB, listenerA, listenerB, flush } = manualPair({ capacity: 5 });
    b.pause();
    a.send('one', false);
    a.send('two', false);
    a.drop();
    flush();
    expect(atB).toEqual(['closing', 'one', 'close 1006']);
    expect(listenerA.infos[0]).toMatchObject({ reason: 'closed uncleanly: it was dropped', closedBy: 'local' });
    expect(listenerB.infos[0]).toMatchObject({
      reason: 'closed uncleanly: the peer dropped it',
      closedBy: 'transport',
    });
  });

  test('breakConnection ends both with its error', () => {
    const { a, atA, atB, listenerA, listenerB, breakConnection, flush } = manualPair();
    const error = new Error('cable cut');
    a.send('on its way', false);
    breakConnection(error);
    breakConnection();
    flush();
    expect([atA, atB]).toEqual([
      ['closing', 'close 1006'],
      ['on its way', 'closing', 'close 1006'],
    ]);
    for (const { infos } of [listenerA, listenerB]) {
      expect(infos[0]).toMatchObject({ error, closedBy: 'transport', reason: 'closed uncleanly: cable cut' });
    }
    const other = manualPair();
    other.breakConnection();
    other.flush();
    expect(other.listenerA.infos[0]).toMatchObject({ error: { code: 'ECONNRESET' } });
  });

  test.each([
    { error: new Error('secret'), code: 1011, reason: null },
    { error: Object.assign(new Error('too big'), { closeCode: 1009 }), code: 1009, reason: 'too big' },
    { error: Object.assign(new Error('é'.repeat(100)), { closeCode: 4000 }), code: 4000, reason: 'é'.repeat(61) },
    { error: Object.assign(new Error(''), { closeCode: 4000 }), code: 4000, reason: null },
    { error: { closeCode: 4000 }, code: 4000, reason: null },
    { error: Object.assign(new Error('wrong'), { closeCode: 1006 }), code: 1011, reason: null },
    { error: Object.assign(new Error('wrong'), { closeCode: '4000' }), code: 1011, reason: null },
    { error: undefined, code: 1011, reason: null },
  ])('fails with $code and $reason', ({ error, code, reason }) => {
    const { a, listenerB, flush } = manualPair();
    a.fail(error);
    flush();
    expect(listenerB.infos[0]).toMatchObject({ code, reason });
  });

  test('a failure while it closes ends it at once', () => {
    const { a, b, atB, flush } = manualPair();
    a.close(1000, null);
    a.fail(new Error('late'));
    expect([a.state, b.state]).toEqual(['closed', 'open']);
    flush();
    expect(atB).toEqual(['closing', 'close 1000']);
  });

  test('the first of several errors is the one that is told', () => {
    const { a, listenerA, flush } = manualPair();
    const first = new Error('first');
    a.fail(first);
    a.fail(new Error('second'));
    flush();
    expect(listenerA.infos[0]?.error).toBe(first);
  });

  test('a ping that comes while it closes has no pong', () => {
    const { a, b, atA, flush } = manualPair();
    a.ping(hex('01'));
    b.close(1000, null);
    flush();
    expect(atA).toEqual(['closing', 'close 1000']);
  });

  test('a piece may be changed as soon as it was sent', () => {
    const { a, atB, flush } = manualPair();
    const piece = hex('01 02');
    a.beginMessage(true);
    a.sendPiece(piece);
    piece.fill(0xff);
    a.sendPiece(piece);
    a.endMessage();
    flush();
    expect(atB).toEqual(['01 02 ff ff']);
  });

  test('an empty reason is none, and a reason without a code is refused', () => {
    const { a, listenerB, flush } = manualPair();
    expect(() => a.close(null, 'why')).toThrow(RangeError);
    a.close(1000, '');
    flush();
    expect(listenerB.infos[0]?.reason).toBe(null);
  });

  test('says why it cannot send', () => {
    const { a } = manualPair();
    a.beginMessage(true);
    expect(() => a.send('x', false)).toThrow(expect.objectContaining({ code: 'ERR_SEND_STATE' }));
    a.endMessage();
    expect(() => a.endMessage()).toThrow(expect.objectContaining({ code: 'ERR_SEND_STATE' }));
    a.close(1000, null);
    expect(() => a.send('x', false)).toThrow('the connection is not open but closing');
  });
});

test('a listener is called inside no method of a transport', () => {
  const { a, b, atA, atB, flush } = manualPair({ capacity: 1 });
  const heard = () => [...atA, ...atB].length;
  const calls: ((transport: MessageTransport) => void)[] = [
    transport => transport.send('x', false),
    transport => transport.ping(hex('01')),
    transport => transport.pause(),
    transport => transport.resume(),
    transport => transport.whenDrained(() => atA.push('drained')),
    transport => transport.close(1000, null),
    transport => transport.fail(new Error('fails')),
    transport => transport.drop(),
  ];
  for (const call of calls) {
    for (const transport of [a, b]) {
      const before = heard();
      call(transport);
      expect(heard()).toBe(before);
    }
    flush();
  }
  expect(atB.at(-1)).toMatch(/^close/);
});
