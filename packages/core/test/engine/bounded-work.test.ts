// What a peer sends costs more than its bytes: what a turn of the event loop may cost is bounded, for all connections.

import { memoryPair } from '@ws/testkit';
import type { MessageCompression } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { ConnectionEngine } from '../../src/engine/connection-engine.ts';
import { engineOf } from '../../src/protocol/protocol.ts';
import { WebSocketServerFactory } from '../../src/protocol/server-factory.ts';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { bytes, frame, joined, type Log, loggingServer, RawPeer, REQUEST, testPlatform, text } from '../harness.ts';

const flood = (count: number): Uint8Array => joined(...Array<Uint8Array>(count).fill(frame(1, 'ab')));

/** Connections of one factory; nothing but the opening happens by itself. */
function servers(count: number, Protocol?: new () => WebSocketServerProtocol) {
  const platform = testPlatform();
  const factory = new WebSocketServerFactory({}, platform);
  const all = Array.from({ length: count }, () => {
    const log: Log = [];
    factory.protocol = Protocol ?? loggingServer(log);
    const protocol = factory.buildProtocol();
    const pair = memoryPair({ manual: true, capacity: Number.POSITIVE_INFINITY });
    const peer = new RawPeer();
    protocol.attach(pair.a);
    pair.b.attach(peer);
    const send = (wire: Uint8Array): void => {
      pair.b.write(wire);
      pair.flush();
    };
    send(bytes(REQUEST));
    platform.clock.flush();
    pair.flush();
    peer.take();
    return { log, protocol, peer, pair, send };
  });
  const { clock } = platform;
  /** Runs turns until nothing is left to do. @returns how many there were */
  const finish = (): number => {
    let turns = 0;
    do {
      clock.turn();
      for (const { pair } of all) pair.flush();
      turns++;
    } while (clock.pendingTurns > 0);
    return turns;
  };
  return { all, clock, finish };
}

const messages = (log: Log): number => log.filter(entry => entry === 'ab').length;

describe('a flood of tiny messages', () => {
  test('is read in parts; twice the flood takes twice the turns; all of it comes', () => {
    const turns = [20_000, 40_000].map(count => {
      const { all, finish } = servers(1);
      const [{ send, log }] = all as [(typeof all)[0]];
      send(flood(count));
      expect(messages(log)).toBeLessThan(2000);
      const taken = finish();
      expect(messages(log)).toBe(count);
      return taken;
    });
    expect(turns[1]! / turns[0]!).toBeGreaterThan(1.8);
    expect(turns[1]! / turns[0]!).toBeLessThan(2.2);
  });

  test.each([1, 100])('of %i peers does not hold up another', count => {
    const { all, clock } = servers(count + 1);
    const neighbour = all.pop()!;
    for (const { send } of all) send(flood(5000));
    for (let i = 0; i < 3; i++) {
      neighbour.send(joined(frame(1, 'ab'), frame(9, 'p')));
      expect(neighbour.log.splice(0)).toEqual([...(i === 0 ? ['open'] : []), 'ab', ['ping', 'p']]);
      const before = all.reduce((sum, { log }) => sum + messages(log), 0);
      clock.turn();
      const read = all.reduce((sum, { log }) => sum + messages(log), 0) - before;
      // A turn is a turn, however many there are.
      expect(read).toBeGreaterThan(500);
      expect(read).toBeLessThan(6000);
    }
  });

  test('a ping and a Close frame behind it are answered in their place, and the end comes last', () => {
    const { all, finish } = servers(1);
    const [{ send, log, peer }] = all as [(typeof all)[0]];
    send(joined(flood(5000), frame(9, 'p'), frame(8, Uint8Array.of(3, 232))));
    expect(peer.take()).toEqual(new Uint8Array(0));
    finish();
    expect(messages(log)).toBe(5000);
    expect(peer.takeHex()).toBe('8a 01 70 88 02 03 e8');
    expect(log.at(-1)).toEqual(['ping', 'p']);
  });

  test.each(['end', 'destroy'] as const)('is told whole before the end of a peer that goes by %s', way => {
    const { all, finish } = servers(1);
    const [{ send, log, pair }] = all as [(typeof all)[0]];
    send(flood(5000));
    pair.b[way]();
    pair.flush();
    expect(log.at(-1)).toBe('ab');
    finish();
    pair.b.destroy();
    finish();
    expect(messages(log)).toBe(5000);
    expect(log.at(-1)).toEqual(['close', false, 1006, expect.anything()]);
  });

  test('that the application has held up is delivered in parts when it resumes, in order, and by pausing again', () => {
    const { all, finish, clock } = servers(1);
    const [{ send, log, protocol }] = all as [(typeof all)[0]];
    protocol.pauseReceiving();
    send(joined(flood(20_000), frame(1, 'last')));
    finish();
    expect(messages(log)).toBe(0);
    protocol.resumeReceiving();
    clock.turn();
    expect(messages(log)).toBeLessThan(20_000);
    protocol.pauseReceiving();
    const count = messages(log);
    finish();
    expect(messages(log)).toBe(count);
    protocol.resumeReceiving();
    finish();
    expect([messages(log), log.at(-1)]).toEqual([20_000, 'last']);
  });

  test('is shared out too when the application takes one message after the other', () => {
    class OneByOne extends WebSocketServerProtocol {
      count = 0;
      override onMessage(): void {
        this.count++;
        this.pauseReceiving();
      }
    }
    const { all, finish } = servers(1, OneByOne);
    const [{ send, ...rest }] = all as [(typeof all)[0]];
    const protocol = rest.protocol as OneByOne;
    send(flood(5000));
    for (let i = 0; i < 5000; i++) protocol.resumeReceiving();
    expect(protocol.count).toBeGreaterThan(64);
    expect(protocol.count).toBeLessThan(2000);
    for (let i = 0; i < 5000; i++) {
      finish();
      protocol.resumeReceiving();
    }
    expect(protocol.count).toBe(5000);
  });

  test('that waits for the application is told within its answer to the closing, whatever the turn has cost', () => {
    class Resuming extends WebSocketServerProtocol {
      log: Log = [];
      override onMessage(): void {
        this.log.push('message');
      }
      override onClosing(): void {
        // The turn is used up.
        engineOf(this)!.inflow.work.spend(2 ** 22);
        this.log.push('closing');
        this.resumeReceiving();
        this.log.push('told');
      }
    }
    const { all, finish } = servers(1, Resuming);
    const [{ send, protocol }] = all as [(typeof all)[0]];
    protocol.pauseReceiving();
    send(joined(flood(3), frame(8, '')));
    finish();
    expect((protocol as Resuming).log).toEqual(['closing', 'message', 'message', 'message', 'told']);
  });

  test('that only waits for its turn is told before the closing', () => {
    const log: Log = [];
    class Held extends WebSocketServerProtocol {
      override onMessage(payload: Uint8Array): void {
        log.push(text(payload));
      }
      override onClosing(): void {
        log.push('closing');
      }
    }
    const { all, finish } = servers(1, Held);
    const [{ send, protocol }] = all as [(typeof all)[0]];
    const { work } = engineOf(protocol)!.inflow;
    protocol.pauseReceiving();
    send(joined(frame(1, '1'), frame(1, '2'), frame(1, '3')));
    work.watch();
    work.spend(2 ** 22);
    protocol.resumeReceiving();
    expect(log).toEqual([]);
    protocol.sendClose(1000);
    expect(log).toEqual(['1', '2', '3', 'closing']);
    finish();
    expect(log.length).toBe(4);
  });

  test('nothing is left to do for a connection that is dropped in the middle', () => {
    class Dropping extends WebSocketServerProtocol {
      count = 0;
      override onMessage(): void {
        if (++this.count === 1500) this.dropConnection(true);
      }
    }
    const { all, finish, clock } = servers(1, Dropping);
    const [{ send, protocol }] = all as [(typeof all)[0]];
    send(flood(5000));
    finish();
    expect([(protocol as Dropping).count, clock.pendingTurns]).toEqual([1500, 0]);
  });
});

/** Each byte of a message becomes so many steps of 1,000 bytes. */
class Steps implements MessageCompression {
  readonly extensionName = 'x-steps';
  readonly threshold = 0;
  readonly maxMessageSize = 0;
  readonly sharedKey = null;
  steps = 0;
  #left = 0;

  get hasMore(): boolean {
    return this.#left > 0;
  }
  compress(payload: Uint8Array): Uint8Array {
    return payload.slice();
  }
  decompress(payload: Uint8Array): Uint8Array {
    this.#left += payload.reduce((sum, byte) => sum + byte, 0);
    if (this.#left === 0) return new Uint8Array(0);
    this.#left--;
    this.steps++;
    return new Uint8Array(50_000).fill(0x61);
  }
  close(): void {}
  toJSON(): Readonly<Record<string, unknown>> {
    return {};
  }
}

const compressed = (payload: Uint8Array, fin = true): Uint8Array => {
  const wire = frame(1, payload, { fin });
  wire[0]! |= 0x40;
  return wire;
};

describe('a message that is decompressed in steps', () => {
  function setup(receives?: 'pieces' | 'none') {
    const log: Log = [];
    const steps = new Steps();
    const listener = {
      receives: { frames: receives ?? 'none', lentText: false } as const,
      onMessage: (payload: Uint8Array) => void log.push(payload.length),
      onLentText: () => false,
      onMessageBegin: () => void log.push('begin'),
      onMessageData: (chunk: Uint8Array) => void log.push(chunk.length),
      onMessageEnd: () => void log.push('end'),
      onPong: (payload: Uint8Array) => void log.push(['pong', text(payload)]),
      onClosing: () => {},
      onClose: () => void log.push('close'),
    };
    const platform = testPlatform();
    const factory = new WebSocketServerFactory({}, platform);
    const pair = memoryPair({ manual: true, capacity: Number.POSITIVE_INFINITY });
    const engine = new ConnectionEngine(factory, pair.a, { ...factory.options, maxMessagePayloadSize: 0 });
    engine.useCompression(steps);
    engine.setListener(listener);
    engine.start(host => ({ start: () => host.open(new Uint8Array(0)), onData() {}, onFailed() {}, onGone() {} }));
    pair.b.attach(new RawPeer());
    const send = (wire: Uint8Array): void => {
      pair.b.write(wire);
      pair.flush();
    };
    const finish = (): void => {
      do {
        platform.clock.turn();
        pair.flush();
      } while (platform.clock.pendingTurns > 0);
    };
    return { log, steps, engine, send, finish, pair, clock: platform.clock };
  }

  test('takes as many turns as it is long; what is behind it comes behind it', () => {
    const { log, steps, send, finish } = setup();
    send(joined(compressed(Uint8Array.of(100)), frame(10, 'p')));
    expect(steps.steps).toBeLessThan(12);
    expect(log).toEqual([]);
    finish();
    expect([steps.steps, log]).toEqual([100, [5_000_000, ['pong', 'p']]]);
  });

  test('the pong that may lie unread behind it is waited for', () => {
    const { engine, send, finish } = setup();
    expect(engine.control.isReadingStopped).toBe(false);
    send(compressed(Uint8Array.of(100)));
    expect(engine.control.isReadingStopped).toBe(true);
    finish();
    expect(engine.control.isReadingStopped).toBe(false);
  });

  test('in fragments, whole or as it comes', () => {
    for (const receives of ['none', 'pieces'] as const) {
      const { log, send, finish } = setup(receives);
      send(joined(compressed(Uint8Array.of(20, 20), false), frame(9, ''), frame(0, Uint8Array.of(30))));
      finish();
      const sizes = log.filter(entry => typeof entry === 'number') as number[];
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(70 * 50_000);
      expect(log.length).toBe(receives === 'none' ? 1 : 72);
    }
  });

  test('stops in the middle while the application is behind', () => {
    const { log, steps, engine, send, finish } = setup('pieces');
    engine.delivery.pause();
    send(compressed(Uint8Array.of(100)));
    finish();
    expect([steps.steps, log]).toEqual([2, []]);
    engine.inflow.resume();
    finish();
    expect([steps.steps, log.length]).toEqual([100, 102]);
  });

  test('ends with the connection: nothing more is decompressed', () => {
    const { log, steps, engine, send, finish, pair } = setup();
    send(compressed(Uint8Array.of(200)));
    engine.inflow.inTurn(() => engine.failConnection(new Error('enough')));
    const before = steps.steps;
    finish();
    pair.b.destroy();
    finish();
    expect([steps.steps, log]).toEqual([before, ['close']]);
  });
});
