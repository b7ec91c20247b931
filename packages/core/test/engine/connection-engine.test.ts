import { memoryPair } from '@ws/testkit';
import type { ByteStreamHandler } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { transportOf } from '../../src/ports/engine-transport.ts';
import { engineOf } from '../../src/protocol/protocol.ts';
import { WebSocketServerFactory } from '../../src/protocol/server-factory.ts';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import {
  bytes,
  frame,
  joined,
  type Log,
  loggingServer,
  REQUEST,
  rawClient,
  rawServer,
  testPlatform,
} from '../harness.ts';
import { xorCompression } from '../xor-compression.ts';

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
const ended = { code: 'ERR_NOT_OPEN', name: 'ClosedError' };

describe('sendNow', () => {
  test('sends now, not at the end of the turn, and tells who waits', () => {
    const { protocol, peer, flush } = rawServer();
    const told: unknown[] = [];
    protocol.sendMessage('a');
    transportOf(protocol).whenDrained(error => told.push(error));
    expect(told).toEqual([]);
    expect(transportOf(protocol).sendNow('b', false)).toBe(true);
    expect([told, protocol.bufferedAmount]).toEqual([[undefined], 0]);
    flush();
    expect(peer.take()).toEqual(joined(frame(1, 'a', { mask: null }), frame(1, 'b', { mask: null })));
  });

  test('tells when the transport has not taken it', async () => {
    const { protocol, flush } = rawServer({ capacity: 100 });
    expect(transportOf(protocol).sendNow('x'.repeat(1000), false)).toBe(false);
    const drained = protocol.drained();
    flush();
    await drained;
    expect(transportOf(protocol).sendNow('y', false)).toBe(true);
  });

  test('in a turn that goes on, waits for its end', () => {
    const { protocol, send, peer, flush } = rawServer();
    const taken: boolean[] = [];
    protocol.onPing = () => {
      taken.push(transportOf(protocol).sendNow('a', false), protocol.bufferedAmount > 0);
    };
    send(frame(9, ''));
    flush();
    expect([taken, protocol.bufferedAmount]).toEqual([[false, true], 0]);
    expect(peer.take().length).toBe(2 + 3);
  });

  test('throws what `send` throws, and what is sent later still leaves', async () => {
    const { protocol, platform, peer, flush } = rawServer({ options: { maxMessagePayloadSize: 10 } });
    expect(() => transportOf(protocol).sendNow(1 as never, true)).toThrow(TypeError);
    expect(() => transportOf(protocol).sendNow('x'.repeat(11), false)).toThrow(/over the limit/);
    protocol.sendMessage('a');
    platform.clock.flush();
    flush();
    expect(peer.take().length).toBe(3);
    protocol.dropConnection(true);
    flush();
    await protocol.closed;
    expect(() => transportOf(protocol).sendNow('a', false)).toThrow(expect.objectContaining(ended));
  });
});

describe('drained', () => {
  test('resolves though a producer goes on at once', async () => {
    const platform = testPlatform();
    const protocol = new WebSocketServerFactory({}, platform).buildProtocol();
    let handler: ByteStreamHandler | undefined;
    protocol.attach({
      attach: attached => {
        handler = attached;
      },
      write: () => false,
      bufferedAmount: 0,
      pause() {},
      resume() {},
      end() {},
      destroy() {},
    });
    const drain = (): void => {
      platform.clock.flush();
      handler?.onDrain();
    };
    handler?.onData(bytes(REQUEST));
    drain();
    let made = 0;
    const resumeProducing = (): void => {
      made++;
      protocol.sendMessage('more');
    };
    protocol.registerProducer({ resumeProducing, stopProducing() {} }, true);
    protocol.sendMessage('mine');
    const told: unknown[] = [];
    transportOf(protocol).whenDrained(error => told.push(error));
    drain();
    expect([told, made]).toEqual([[undefined], 1]);
  });

  test('who is told sends behind the message that is being sent, not between its fragments', () => {
    const { protocol, peer, flush } = rawServer();
    protocol.sendMessage('a');
    transportOf(protocol).whenDrained(() => protocol.sendMessage('b'));
    protocol.sendMessage(new Uint8Array(60_000), true, { fragmentSize: 20_000 });
    flush();
    const sent = peer.take();
    const firstBytes = [0, 3, 3 + 20_004, 3 + 2 * 20_004, 3 + 3 * 20_004].map(at => sent[at]);
    expect([firstBytes, sent.length]).toEqual([[0x81, 0x02, 0x00, 0x80, 0x81], 3 + 3 * 20_004 + 3]);
  });

  test('resolves at once when nothing waits', async () => {
    await rawServer().protocol.drained();
  });

  test('resolves when the transport has taken everything', async () => {
    const { protocol, platform, flush, peer } = rawServer({ capacity: 100 });
    protocol.sendMessage('x'.repeat(1000));
    let isDrained = false;
    const drained = Promise.all([protocol.drained(), protocol.drained()]).then(() => {
      isDrained = true;
    });
    platform.clock.flush();
    await settle();
    expect([isDrained, protocol.bufferedAmount]).toEqual([false, 904]);
    flush();
    await drained;
    expect([peer.take().length, protocol.bufferedAmount]).toEqual([1004, 0]);
  });

  test('rejects when the connection is gone', async () => {
    const { protocol, flush } = rawServer();
    protocol.dropConnection(true);
    flush();
    await protocol.closed;
    await expect(protocol.drained()).rejects.toMatchObject(ended);
  });

  test('resolves when what was sent left with the end of the connection', async () => {
    const { protocol } = rawServer();
    protocol.sendMessage('a');
    const drained = protocol.drained();
    protocol.dropConnection();
    await drained;
  });

  test('waits on when more was sent meanwhile', async () => {
    const { protocol, platform, flush } = rawServer({ capacity: 100 });
    protocol.sendMessage('x'.repeat(200));
    platform.clock.flush();
    let more = 3;
    protocol.registerProducer(
      {
        pauseProducing() {},
        resumeProducing() {
          if (more-- > 0) protocol.sendMessage('y'.repeat(200));
        },
        stopProducing() {},
      },
      true,
    );
    const drained = protocol.drained();
    flush();
    await drained;
    expect(more).toBe(-1);
  });

  test('rejects when the connection is gone, before or after it was asked', async () => {
    const { protocol, platform, destroy, factory } = rawServer({ capacity: 10 });
    protocol.sendMessage('x'.repeat(100));
    platform.clock.flush();
    const drained = protocol.drained();
    const rejected = expect(drained).rejects.toMatchObject(ended);
    destroy();
    await rejected;
    await expect(protocol.drained()).rejects.toMatchObject(ended);
    await expect(factory.buildProtocol().drained()).rejects.toMatchObject(ended);
  });
});

describe('bufferedAmount', () => {
  test('counts what has not left yet, and what the transport keeps', () => {
    const { protocol, platform, flush } = rawServer({ capacity: 100 });
    protocol.sendMessage('a');
    protocol.sendPing();
    expect(protocol.bufferedAmount).toBe(5);
    platform.clock.flush();
    expect(protocol.bufferedAmount).toBe(0);
    protocol.sendMessage('x'.repeat(100));
    platform.clock.flush();
    protocol.sendMessage('x'.repeat(100));
    expect(protocol.bufferedAmount).toBe(5 + 102 - 100 + 102);
    flush();
    expect(protocol.bufferedAmount).toBe(0);
  });

  test('is 0 when the connection is gone', () => {
    const { protocol, platform, destroy } = rawServer({ capacity: 10 });
    protocol.sendMessage('x'.repeat(100));
    platform.clock.flush();
    protocol.sendMessage('x'.repeat(100));
    expect(protocol.bufferedAmount).toBeGreaterThan(100);
    destroy();
    expect(protocol.bufferedAmount).toBe(0);
  });
});

describe('maxBufferedAmount', () => {
  const sends: [string, (protocol: WebSocketServerProtocol) => void][] = [
    ['messages', protocol => protocol.sendMessage('x'.repeat(100))],
    ['prepared messages', protocol => protocol.sendPreparedMessage(protocol.factory.prepareMessage('x'.repeat(100)))],
    ['pings', protocol => protocol.sendPing('x'.repeat(100))],
    [
      'frames',
      protocol => {
        protocol.beginMessage();
        protocol.sendMessageFrame(new Uint8Array(50));
        if (protocol.state !== 'open') return;
        protocol.sendMessageFrame(new Uint8Array(50));
        protocol.endMessage();
      },
    ],
  ];
  test.each(sends)('fails a peer that reads too slowly with 1008: %s', async (_name, sendSome) => {
    const { protocol, platform, advance } = rawServer({ capacity: 10, options: { maxBufferedAmount: 1000 } });
    let count = 0;
    while (protocol.state === 'open' && count < 100) {
      sendSome(protocol);
      platform.clock.flush();
      expect(protocol.bufferedAmount).toBeLessThan(1300);
      count++;
    }
    expect(count).toBeGreaterThan(8);
    advance(1000);
    expect(await protocol.closed).toMatchObject({
      localCode: 1008,
      error: expect.objectContaining({ code: 'ERR_BUFFERED_AMOUNT' }),
    });
  });

  test('is no matter for a peer that reads', () => {
    const { protocol, flush, peer } = rawServer({ options: { maxBufferedAmount: 10 } });
    for (let i = 0; i < 20; i++) {
      protocol.sendMessage('x'.repeat(100));
      flush();
    }
    expect([protocol.state, peer.take().length]).toEqual(['open', 2040]);
  });

  test('is none by default', () => {
    const { protocol, platform } = rawServer({ capacity: 10 });
    for (let i = 0; i < 100; i++) {
      protocol.sendMessage('x'.repeat(1000));
      platform.clock.flush();
    }
    expect(protocol.state).toBe('open');
  });

  test('ends automatic pings that nobody reads; none follows', () => {
    const options = { maxBufferedAmount: 30, autoPingInterval: 100, closeHandshakeTimeout: 0 };
    const { protocol, platform } = rawServer({ capacity: 1, options });
    platform.clock.advance(10_000);
    expect(protocol.state).toBe('closing');
    const { bufferedAmount } = protocol;
    expect(bufferedAmount).toBeLessThan(100);
    platform.clock.advance(10_000);
    expect(protocol.bufferedAmount).toBe(bufferedAmount);
    expect(platform.clock.pendingTimers).toBe(0);
  });
});

describe('a flood of pings from a peer that does not read (RFC 6455, 5.5.3)', () => {
  /** Has 1000 pings come while nothing that was sent is taken. @returns what arrives when it is */
  function flood(onEnd?: (protocol: WebSocketServerProtocol) => void): Uint8Array {
    const { protocol, platform, peer, flush } = rawServer({ capacity: 10 });
    protocol.sendMessage('x'.repeat(100));
    platform.clock.flush();
    const { inflow } = engineOf(protocol)!;
    for (let i = 0; i < 1000; i++) {
      inflow.onData(frame(9, `${i}`));
      expect(protocol.bufferedAmount).toBe(102 - 10);
    }
    onEnd?.(protocol);
    flush();
    return peer.take().subarray(102);
  }

  test('is answered to its last one, when it reads again; nothing piles up', () => {
    expect(flood()).toEqual(frame(10, '999', { mask: null }));
  });

  test('is not answered after our Close frame', () => {
    expect(flood(protocol => protocol.sendClose(1000))).toEqual(frame(8, Uint8Array.of(3, 232), { mask: null }));
  });
});

describe('10,000 connections with keepalive', () => {
  test('need a handful of timers', () => {
    const platform = testPlatform();
    const factory = new WebSocketServerFactory({}, platform);
    factory.setProtocolOptions({ autoPingInterval: 30_000, autoPingTimeout: 10_000, openHandshakeTimeout: 5000 });
    const count = 10_000;
    let pings = 0;
    const handlers: { onData(data: Uint8Array): void; onClose(): void }[] = [];
    const stream = {
      attach: (handler: (typeof handlers)[0]) => void handlers.push(handler),
      write(data: Uint8Array) {
        if (data[0] === 0x89) pings++;
        return true;
      },
      bufferedAmount: 0,
      pause() {},
      resume() {},
      end() {},
      destroy() {},
    };
    const request = bytes(REQUEST);
    const set = platform.clock.setTimer.bind(platform.clock);
    let started = 0;
    let most = 0;
    platform.clock.setTimer = (delay, onExpiry) => {
      started++;
      return set(delay, onExpiry);
    };
    for (let i = 0; i < count; i++) {
      factory.buildProtocol().attach(stream as never);
      handlers[i]!.onData(request.slice());
      if (i % 1000 === 0) platform.clock.advance(1);
      most = Math.max(most, platform.clock.pendingTimers);
    }
    expect(most).toBeLessThan(4);
    platform.clock.advance(30_000);
    expect(pings).toBe(count);
    expect(platform.clock.pendingTimers).toBeLessThan(4);
    platform.clock.advance(10_000);
    expect(platform.clock.pendingTimers).toBeLessThan(4);
    for (const handler of handlers) handler.onClose();
    expect([platform.clock.pendingTimers, factory.connectionCount]).toEqual([0, 0]);
    // One per connection for the handshake is started and cancelled; those of keepalive are shared.
    expect(started).toBeLessThan(count + 100);
  });
});

describe('the stream', () => {
  test('may close as often as it likes, and bring bytes after its close', async () => {
    const log: Log = [];
    const factory = new WebSocketServerFactory({}, testPlatform());
    factory.protocol = loggingServer(log);
    const protocol = factory.buildProtocol();
    protocol.attach(memoryPair({ manual: true }).a);
    const { inflow } = engineOf(protocol)!;
    inflow.onData(bytes(REQUEST));
    const error = new Error('reset');
    inflow.onClose(error);
    inflow.onClose();
    inflow.onData(frame(1, 'a'));
    inflow.onDrain();
    inflow.onEnd();
    protocol.resumeReceiving();
    expect(log).toEqual(['open', ['close', false, 1006, 'closed uncleanly: the transport failed: reset']]);
    expect(await protocol.closed).toMatchObject({ error, closedBy: 'transport' });
  });

  test('that throws ends its own connection, and throws at nobody', () => {
    const { protocol, peer, flush } = rawServer({
      prepare: stream => {
        stream.resume = () => {
          throw new Error('broken');
        };
      },
    });
    protocol.pauseReceiving();
    expect(() => protocol.resumeReceiving()).not.toThrow();
    flush();
    expect(peer.takeHex()).toMatch(/^88 10 03 f3/);
  });

  test('may lend bytes in any memory: a Buffer’s slice copies nothing, ours does', () => {
    const kept: Uint8Array[] = [];
    class Keeping extends WebSocketServerProtocol {
      override onPing(payload: Uint8Array): void {
        kept.push(payload);
      }
    }
    const factory = new WebSocketServerFactory({}, testPlatform());
    factory.protocol = Keeping;
    const protocol = factory.buildProtocol();
    protocol.attach(memoryPair({ manual: true }).a);
    const { inflow } = engineOf(protocol)!;
    const lent = Buffer.from(joined(bytes(REQUEST), frame(9, 'ping')));
    inflow.onData(lent);
    lent.fill(0);
    expect(kept).toEqual([bytes('ping')]);
    expect(kept[0]!.constructor).toBe(Uint8Array);
  });
});

describe('failConnection', () => {
  test.each([
    { name: 'any error: 1011, whose text stays here', error: new Error('secret'), code: 1011 },
    { name: 'no error at all: 1011', error: undefined, code: 1011 },
  ])('with $name', ({ error, code }) => {
    const logged: unknown[] = [];
    const logger = { log: (...values: unknown[]) => void logged.push(values.slice(0, 2)) };
    const { protocol, flush, peer } = rawServer({ platform: { logger } });
    transportOf(protocol).fail(error);
    flush();
    const sent = peer.take();
    expect((sent[2]! << 8) | sent[3]!).toBe(code);
    expect(Buffer.from(sent).toString('latin1')).not.toContain('secret');
    expect(logged).toEqual([['warn', 'connection-failed']]);
  });

  test('frees the codecs', () => {
    const { accept, request, made } = xorCompression();
    const { protocol } = rawServer({ options: { perMessageCompressionAccept: accept }, request });
    transportOf(protocol).fail(new Error('x'));
    expect(made[0]!.closed).toBe(1);
  });

  test('before it is open ends it without a frame', async () => {
    const { protocol, peer, flush, end } = rawClient({ isOpened: false });
    peer.take();
    const opened = protocol.opened.catch(error => error);
    transportOf(protocol).fail(new Error('mine'));
    flush();
    expect([peer.takeHex(), peer.isEnded]).toEqual(['', true]);
    end();
    expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_ENDED', cause: new Error('mine') });
  });
});

describe('a violation after which the length of a frame is still known', () => {
  test.each([
    { name: '125 in 16 bits', wire: '82 fe 00 02 00 00 00 00 01 02' },
    { name: '2 in 64 bits', wire: '82 ff 00 00 00 00 00 00 00 02 00 00 00 00 01 02' },
    { name: 'a long ping', wire: '89 fe 00 02 00 00 00 00 01 02' },
  ])('$name: fails once, and hears the answer', ({ wire }) => {
    const { send, peer, end, log } = rawServer();
    send(wire);
    expect(peer.takeHex()).toMatch(/^88 .. 03 ea/);
    expect(peer.isEnded).toBe(false);
    send(frame(8, Uint8Array.of(3, 234)));
    expect(peer.isEnded).toBe(true);
    end();
    expect(log.at(-1)).toEqual(['close', true, 1002, null]);
  });

  test.each(['82 ff 80 00 00 00 00 00 00 00 00 00 00 00', '82 ff 7f ff ff ff ff ff ff ff 00 00 00 00'])(
    '%s: what follows is passed over, until the peer gives up',
    wire => {
      const { send, peer, advance, log } = rawServer();
      send(wire);
      send(new Uint8Array(100_000));
      expect(peer.takeHex()).toMatch(/^88 /);
      expect(peer.isEnded).toBe(false);
      advance(1000);
      expect(peer.isClosed).toBe(true);
      expect(log).toHaveLength(2);
    },
  );
});

test('a hook that drops the connection in the middle of a turn: what was sent before it still leaves', () => {
  class Dropping extends WebSocketServerProtocol {
    override onMessage(payload: Uint8Array): void {
      this.sendMessage(payload);
      this.dropConnection();
      this.dropConnection(true);
    }
  }
  const { send, peer } = rawServer({ Protocol: Dropping });
  send(joined(frame(1, 'a'), frame(1, 'b')));
  expect(peer.takeHex()).toBe('81 01 61');
  expect(peer.isClosed).toBe(true);
});

describe('within a frame that is being sent', () => {
  function begun(log: Log = []) {
    const server = rawServer({ log });
    server.protocol.beginMessage(true);
    server.protocol.beginMessageFrame(4);
    server.protocol.sendMessageFrameData(bytes('ab'));
    server.flush();
    expect(server.peer.takeHex()).toBe('02 04 61 62');
    return server;
  }

  test('neither a pong of the application nor the answer to a ping stands for the other', () => {
    const { protocol, peer, send, flush } = begun();
    send(frame(9, 'a'));
    protocol.sendPong('b');
    protocol.sendMessageFrameData(bytes('cd'));
    flush();
    expect(peer.takeHex()).toBe('63 64 8a 01 62 8a 01 61');
    expect(protocol.trafficStats.outgoingOctetsWireLevel).toBe(2 + 4 + 3 + 3);
  });

  test('a ping is answered behind it', () => {
    const { protocol, peer, send, flush } = begun();
    send(joined(frame(9, '1'), frame(9, '2')));
    expect(peer.takeHex()).toBe('');
    protocol.sendMessageFrameData(bytes('cd'));
    protocol.endMessage();
    flush();
    expect(peer.takeHex()).toBe('63 64 8a 01 32 80 00');
  });

  test('there is no place for a Close frame: the application is told so', () => {
    const { protocol, peer, flush } = begun();
    expect(() => protocol.sendClose(1000)).toThrow(expect.objectContaining({ code: 'ERR_SEND_STATE' }));
    protocol.sendMessageFrameData(bytes('cd'));
    protocol.endMessage();
    protocol.sendClose(1000);
    flush();
    expect(peer.takeHex()).toBe('63 64 80 00 88 02 03 e8');
  });

  test('the peer’s Close frame, or a failure, ends the connection without one', async () => {
    const ends: readonly ((server: ReturnType<typeof begun>) => void)[] = [
      ({ send }) => send(frame(8)),
      ({ send }) => send(frame(3)),
      ({ protocol }) => transportOf(protocol).close(1001, null),
    ];
    for (const end of ends) {
      const server = begun();
      end(server);
      server.flush();
      expect([server.peer.takeHex(), server.peer.isEnded]).toEqual(['', true]);
      server.end();
      expect(await server.protocol.closed).toMatchObject({ wasClean: false, code: 1006, localCode: null });
    }
  });
});

test('a producer that makes data in a loop is paused in the middle of it', () => {
  const { protocol } = rawServer({ capacity: 1000 });
  let isPaused = false;
  const pauseProducing = (): void => {
    isPaused = true;
  };
  protocol.registerProducer({ resumeProducing() {}, pauseProducing, stopProducing() {} }, true);
  let made = 0;
  while (!isPaused && made < 2000) {
    protocol.sendMessage(new Uint8Array(1000), true);
    made++;
  }
  expect(made).toBeLessThan(200);
});

test('reading goes on while less waits than may, though the application takes one at a time', () => {
  class OneByOne extends WebSocketServerProtocol {
    taken = 0;
    override onMessage(): void {
      this.taken++;
      this.pauseReceiving();
    }
  }
  const { protocol, send, peer } = rawServer({ Protocol: OneByOne });
  protocol.pauseReceiving();
  for (let i = 0; i < 9; i++) send(frame(2, new Uint8Array(8000)));
  send(frame(9, 'a'));
  expect(peer.takeHex()).toBe('');
  for (let i = 0; i < 3; i++) protocol.resumeReceiving();
  send(new Uint8Array(0));
  expect(peer.takeHex()).toBe('8a 01 61');
  expect((protocol as OneByOne).taken).toBe(3);
});

test('reading stays stopped while as much waits as may', () => {
  const log: string[] = [];
  class OneByOne extends WebSocketServerProtocol {
    override onMessage(payload: Uint8Array): void {
      log.push(`${payload.length}`);
      this.pauseReceiving();
    }
  }
  const { protocol, send } = rawServer({
    Protocol: OneByOne,
    prepare: stream => {
      const { pause, resume } = stream;
      stream.pause = () => {
        log.push('stop');
        pause.call(stream);
      };
      stream.resume = () => {
        log.push('go on');
        resume.call(stream);
      };
    },
  });
  protocol.pauseReceiving();
  send(joined(frame(2, new Uint8Array(66_000)), frame(2, 'small'), frame(2, new Uint8Array(66_000))));
  for (let i = 0; i < 3; i++) protocol.resumeReceiving();
  expect(log).toEqual(['stop', '66000', 'stop', '5', '66000', 'go on']);
});

describe('a connection that failed', () => {
  test('hears the peer’s Close frame, though reading had been stopped', async () => {
    class Failing extends WebSocketServerProtocol {
      override onOpen(): void {
        this.pauseReceiving();
      }
      override onMessage(): void {
        this.pauseReceiving();
        throw new Error('no');
      }
    }
    const { protocol, peer, send, end, flush } = rawServer({ Protocol: Failing });
    for (let i = 0; i < 10; i++) send(frame(2, new Uint8Array(10_000)));
    send(frame(8, Uint8Array.of(3, 232)));
    protocol.resumeReceiving();
    flush();
    expect([peer.takeHex().slice(0, 11), peer.isEnded]).toEqual([expect.stringMatching(/^88 .. 03 f3/), true]);
    end();
    expect(await protocol.closed).toMatchObject({ wasClean: true, localCode: 1011 });
  });

  test('by a logger that fails too, is like any other', async () => {
    const logger = {
      log(): never {
        throw new Error('no logger');
      },
    };
    const { protocol, peer, send, end, flush } = rawServer({ platform: { logger } });
    send(frame(3));
    flush();
    expect(peer.takeHex()).toMatch(/^88 .. 03 ea/);
    send(frame(8));
    end();
    expect(await protocol.closed).toMatchObject({ localCode: 1002 });
  });
});
