import { describe, expect, test } from 'vitest';
import { EngineTransport, transportOf } from '../../src/ports/engine-transport.ts';
import { WebSocketServerFactory } from '../../src/protocol/server-factory.ts';
import {
  bytes,
  FRAMES,
  frame,
  joined,
  type Log,
  loggingListener,
  REQUEST,
  rawEngine,
  rawServer,
  WHOLE,
} from '../harness.ts';
import { rawRequest } from './support.ts';

const notOpen = { code: 'ERR_NOT_OPEN', name: 'ClosedError' };

describe('before it has a listener', () => {
  test('nothing is read: the first message, the ping and the Close frame wait', async () => {
    const log: Log = [];
    const { open, send, peer, flush } = rawRequest();
    const transport = await open(joined(frame(1, 'one'), frame(9, 'p')));
    send(joined(frame(2, bytes('two')), frame(8, Uint8Array.of(3, 232))));
    expect([transport.state, peer.takeHex()]).toEqual(['open', '']);
    transport.setListener(loggingListener(log));
    flush();
    expect(log).toEqual(['one', bytes('two'), 'closing']);
    expect(peer.takeHex()).toBe('8a 01 70 88 02 03 e8');
  });

  test('its end is told after what came before it', async () => {
    const log: Log = [];
    const { open, pair, flush, acceptor } = rawRequest({ request: joined(bytes(REQUEST), frame(1, 'one')) });
    const transport = await open();
    pair.a.destroy();
    flush();
    // It is gone for the server, though nobody was told yet.
    expect([transport.state, acceptor.connectionCount]).toEqual(['closed', 0]);
    expect(() => transport.send('x', false)).toThrow(expect.objectContaining(notOpen));
    transport.setListener(loggingListener(log));
    expect(log).toEqual(['one', 'closing', ['close', false, 1006]]);
  });

  test('bytes that come although the stream was paused wait too, and so does its end', () => {
    const log: Log = [];
    const { engine } = rawEngine({ listener: null });
    engine.inflow.onData(frame(1, 'one'));
    engine.inflow.onData(frame(1, 'two'));
    engine.inflow.onEnd();
    engine.inflow.onClose(new Error('reset'));
    engine.setListener(loggingListener(log));
    expect(log).toEqual(['one', 'two', 'closing', ['close', false, 1006]]);
  });

  test('it can be closed, dropped and failed; the listener hears of it', async () => {
    for (const end of ['close', 'drop', 'fail'] as const) {
      const log: Log = [];
      const { open, peer, flush, pair } = rawRequest();
      const transport = await open();
      if (end === 'close') transport.close(1001, 'bye');
      else if (end === 'drop') transport.drop();
      else transport.fail(new Error('mine'));
      flush();
      expect(peer.takeHex()).toMatch(end === 'drop' ? /^$/ : end === 'close' ? /^88 05 03 e9/ : /^88 .. 03 f3/);
      pair.b.destroy();
      flush();
      transport.setListener(loggingListener(log));
      expect(log).toEqual(['closing', ['close', false, 1006]]);
    }
  });

  test('it can send, and is paused when it was told so', async () => {
    const log: Log = [];
    const { open, peer, flush } = rawRequest();
    const transport = await open(frame(1, 'one'));
    transport.send('hi', false);
    flush();
    expect(peer.takeHex()).toBe('81 02 68 69');
    transport.pause();
    transport.setListener(loggingListener(log));
    expect(log).toEqual([]);
    transport.resume();
    flush();
    expect(log).toEqual(['one']);
  });

  test('what is behind the look-ahead stays unread', async () => {
    const log: Log = [];
    const long = 'x'.repeat(65_536);
    const { open, flush } = rawRequest({ request: joined(bytes(REQUEST), frame(1, long), frame(1, 'last')) });
    const transport = await open();
    transport.pause();
    transport.setListener(loggingListener(log, WHOLE));
    flush();
    expect(log).toEqual([]);
    transport.resume();
    expect(log).toEqual([long, 'last']);
  });
});

describe('a listener', () => {
  test('is set once', async () => {
    const transport = await rawRequest().open();
    transport.setListener(loggingListener([]));
    expect(() => transport.setListener(loggingListener([]))).toThrow(TypeError);
    expect(() => transportOf(rawServer().protocol).setListener(loggingListener([]))).toThrow(TypeError);
  });

  test.each([
    { receives: WHOLE, heard: ['one'] },
    { receives: FRAMES, heard: [['begin', false], ['data', 'o'], ['data', 'ne'], 'end'] },
  ])('hears messages as it wants them ($receives.frames)', async ({ receives, heard }) => {
    const log: Log = [];
    const { open, send } = rawRequest();
    const transport = await open();
    transport.setListener(loggingListener(log, receives));
    send(joined(frame(1, 'o', { fin: false }), frame(0, 'ne')));
    expect(log).toEqual(heard);
  });

  test('hears pongs', async () => {
    const log: Log = [];
    const { open, send, peer, flush } = rawRequest();
    const transport = await open();
    transport.setListener(loggingListener(log));
    transport.ping(bytes('a'));
    transport.pong(bytes('b'));
    flush();
    expect(peer.takeHex()).toBe('89 01 61 8a 01 62');
    send(joined(frame(10, 'a'), frame(9, 'c')));
    expect([log, peer.takeHex()]).toEqual([[['pong', 'a']], '8a 01 63']);
    expect(() => transport.ping('a' as never)).toThrow(TypeError);
    expect(() => transport.ping(new Uint8Array(126))).toThrow(RangeError);
  });
});

describe('sending', () => {
  test('whole messages, at the end of the turn and at once', async () => {
    const { open, peer, flush } = rawRequest();
    const transport = await open();
    transport.send('a', false, { compress: false });
    transport.send(bytes('b'), true);
    expect(transport.bufferedAmount).toBe(6);
    expect(transport.sendNow('c', false)).toBe(true);
    flush();
    expect(peer.takeHex()).toBe('81 01 61 82 01 62 81 01 63');
    expect(() => transport.send(7 as never, true)).toThrow(TypeError);
    expect(() => transport.sendNow('a', true)).toThrow(TypeError);
  });

  test('a message in pieces', async () => {
    const { open, peer, flush } = rawRequest();
    const transport = await open();
    transport.beginMessage(false, { compress: false });
    transport.sendPiece(bytes('a'));
    expect(() => transport.send('x', false)).toThrow(expect.objectContaining({ code: 'ERR_SEND_STATE' }));
    transport.endMessage();
    transport.beginMessage(true);
    transport.endMessage();
    flush();
    expect(peer.takeHex()).toBe('01 01 61 80 00 82 00');
    expect(() => transport.sendPiece('x' as never)).toThrow(TypeError);
  });

  test('prepared messages, also those of another kind', async () => {
    const { open, peer, flush } = rawRequest();
    const transport = await open();
    const prepared = transport.prepare('hi', false, { compress: false });
    expect([transport.sendPrepared(prepared), transport.sendPrepared(prepared, {})]).toEqual([true, true]);
    expect(transport.sendPrepared({ payload: bytes('yo'), isBinary: true }, { dropIfBusy: true })).toBe(true);
    flush();
    expect(peer.takeHex()).toBe('81 02 68 69 81 02 68 69 82 02 79 6f');
  });

  test('who is behind is left out by dropIfBusy', () => {
    const { protocol, platform } = rawServer({ capacity: 10 });
    const transport = transportOf(protocol);
    transport.send(new Uint8Array(1000), true);
    platform.clock.flush();
    expect(transport.sendPrepared(transport.prepare('x', false), { dropIfBusy: true })).toBe(false);
    expect(transport.sendPrepared({ payload: bytes('x'), isBinary: false }, { dropIfBusy: true })).toBe(false);
    expect(transport.sendPrepared({ payload: bytes('x'), isBinary: false })).toBe(true);
  });

  test('when it is not open throws, and pings do nothing', async () => {
    const { open, flush } = rawRequest();
    const transport = await open();
    transport.drop();
    flush();
    for (const send of [
      () => transport.send('a', false),
      () => transport.sendNow('a', false),
      () => transport.beginMessage(false),
      () => transport.sendPrepared({ payload: bytes('a'), isBinary: false }),
    ]) {
      expect(send).toThrow(expect.objectContaining(notOpen));
    }
    transport.ping(bytes(''));
    expect(transport.state).toBe('closed');
    const told: unknown[] = [];
    transport.whenDrained(error => told.push(error));
    expect(told).toEqual([expect.objectContaining(notOpen)]);
  });
});

describe('the transport of a protocol object', () => {
  test('is there as soon as it has a stream', () => {
    const protocol = new WebSocketServerFactory().buildProtocol();
    expect(() => transportOf(protocol)).toThrow(expect.objectContaining(notOpen));
    expect(transportOf(rawServer({ isOpened: false }).protocol)).toBeInstanceOf(EngineTransport);
  });

  test('closes with codes that applications may not', async () => {
    const { protocol, peer, flush, end } = rawServer();
    const transport = transportOf(protocol);
    expect(transport.closingReason).toEqual({ code: 1006, reason: null });
    expect(() => transport.close(1005, null)).toThrow(RangeError);
    transport.close(1012, 'again');
    flush();
    expect(peer.takeHex()).toBe('88 07 03 f4 61 67 61 69 6e');
    expect(transport.closingReason).toEqual({ code: 1012, reason: 'again' });
    end();
    await protocol.closed;
  });

  test('knows the latency', () => {
    const { protocol, advance, peer, send } = rawServer({ options: { autoPingInterval: 100 } });
    const transport = transportOf(protocol);
    expect([transport.latency, transportOf(rawServer().protocol).latency]).toEqual([null, null]);
    advance(100);
    const ping = peer.take();
    advance(30);
    send(frame(10, ping.subarray(2)));
    expect(transport.latency).toBe(30);
  });
});
