// Messages are handled up to a share of each turn: counted, by a clock that the test moves.

import { createMemoryAgent, type ManualClock, manualClock } from '@ws/testkit';
import type { Clock, Platform } from '@ws/types';
import { webPlatform } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import {
  type AnyMessage,
  type ISerializer,
  type ITransport,
  type ITransportHandler,
  Publish,
  WampWebSocketClientFactory,
  WampWebSocketServerFactory,
  type WampWebSocketServerProtocol,
} from '../../src/index.ts';
import { createTransportSerializer } from '../../src/serializers/all.ts';
import { TURN_MESSAGES, Turns, type TurnTaker, VISIT_MESSAGES } from '../../src/transport/turns.ts';
import { countingBytes } from '../support/counting.ts';
import { createNetwork, settle } from '../support/network.ts';

/** The session of one connection, which notes the requests of what it is told. */
class Notes implements ITransportHandler {
  readonly told: unknown[] = [];
  transport: ITransport | null = null;
  onEach: () => void = () => {};

  onOpen(transport: ITransport): void {
    this.transport = transport;
  }
  onMessage(message: AnyMessage): void {
    this.told.push('request' in message ? message.request : null);
    this.onEach();
  }
  onClose(): void {
    this.told.push('closed');
  }
}

interface Peer {
  readonly session: Notes;
  readonly protocol: WampWebSocketServerProtocol;
}

interface Server {
  readonly clock: ManualClock;
  connect(): Promise<Peer>;
}

/** A server whose connections have sessions that note. */
function createServer(id = 'json.batched', overrides: Partial<Clock> = {}): Server {
  const clock = manualClock();
  const turnClock: Clock = {
    now: () => clock.now(),
    setTimer: (delay, onExpiry) => clock.setTimer(delay, onExpiry),
    defer: task => clock.defer(task),
    nextTurn: task => clock.nextTurn(task),
    ...overrides,
  };
  const platform: Platform = { ...webPlatform, clock: turnClock };
  const serializers = [createTransportSerializer(id)];
  const sessions: Notes[] = [];
  const make = (): Notes => {
    const session = new Notes();
    sessions.push(session);
    return session;
  };
  const agent = createMemoryAgent(new WampWebSocketServerFactory(make, {}, { serializers, platform }));
  return {
    clock,
    async connect() {
      await agent.open(new WampWebSocketClientFactory(() => new Notes(), {}, { serializers }));
      const protocol = agent.connections.at(-1)!.server as unknown as WampWebSocketServerProtocol;
      return { session: sessions.at(-1)!, protocol };
    },
  };
}

/** So many messages in one payload: their requests are 1, 2, 3 … */
function batch(count: number, id = 'json.batched'): Uint8Array {
  const serializer: ISerializer = createTransportSerializer(id);
  const messages = Array.from({ length: count }, (_, i) => serializer.serialize(new Publish(i + 1, {}, 'com.t')));
  return Uint8Array.from(Buffer.concat(messages));
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe.each(['json.batched', 'msgpack.batched', 'cbor.batched'])('a batch in %s', id => {
  const isBinary = !id.startsWith('json');

  test('is handled in turns, in its order, and twice as many take twice the turns', async () => {
    const turnsOf = async (count: number): Promise<number> => {
      const { clock, connect } = createServer(id);
      const { session, protocol } = await connect();
      protocol.onMessage(batch(count, id), isBinary);
      let turns = 0;
      for (let before = 0; session.told.length < count; turns++) {
        expect(session.told.length - before).toBe(TURN_MESSAGES);
        before = session.told.length;
        clock.turn();
      }
      expect(session.told).toEqual(upTo(count));
      return turns;
    };
    expect([await turnsOf(10 * TURN_MESSAGES), await turnsOf(20 * TURN_MESSAGES)]).toEqual([9, 19]);
  });

  test('is not looked at beyond the turn’s share', async () => {
    const { session, protocol } = await createServer(id).connect();
    const counted = countingBytes(batch(4 * TURN_MESSAGES, id));
    protocol.onMessage(counted.bytes, isBinary);
    expect(session.told).toHaveLength(TURN_MESSAGES);
    expect(counted.views).toBe(TURN_MESSAGES);
  });

  test('what stands before a message that is none is handled; what stands behind is not', async () => {
    const { clock, connect } = createServer(id);
    const { session, protocol } = await connect();
    const [good, more] = [batch(TURN_MESSAGES + 5, id), batch(7, id)];
    const bad = isBinary ? Uint8Array.of(0, 0, 0, 1, 1) : Uint8Array.of(0x31, 0x18);
    protocol.onMessage(Uint8Array.from(Buffer.concat([good, bad, more])), isBinary);
    clock.turn();
    expect(session.told).toEqual([...upTo(TURN_MESSAGES + 5)]);
    await protocol.closed;
    expect(protocol.closingReason).toMatchObject({ code: 1002 });
    expect(session.told).toEqual([...upTo(TURN_MESSAGES + 5), 'closed']);
  });
});

describe('messages of many connections', () => {
  test.each([1, 100])('%i that have sent batches delay another’s message by two turns at most', async flooders => {
    const { clock, connect } = createServer();
    const all: Peer[] = [];
    for (let i = 0; i < flooders; i++) all.push(await connect());
    const neighbour = await connect();
    const handled = (): number => all.reduce((sum, { session }) => sum + session.told.length, 0);
    const flood = batch(2000);
    for (const { protocol } of all) protocol.onMessage(flood, false);
    expect(handled()).toBe(TURN_MESSAGES);
    const waited: number[] = [];
    for (let i = 1; i <= 5; i++) {
      neighbour.protocol.onMessage(batch(1), false);
      let turns = 0;
      for (; neighbour.session.told.length < i; turns++) {
        const before = handled() + neighbour.session.told.length;
        clock.turn();
        expect(handled() + neighbour.session.told.length - before).toBe(TURN_MESSAGES);
      }
      waited.push(turns);
    }
    expect(Math.max(...waited)).toBeLessThanOrEqual(2);
    expect(waited[0]).toBe(1);
  });

  test('go on one after another: nobody is ahead by more than a visit', async () => {
    const { clock, connect } = createServer();
    const all = [await connect(), await connect(), await connect()];
    for (const { protocol } of all) protocol.onMessage(batch(2000), false);
    // The first had a whole turn: the others catch up before it goes on.
    for (let turn = 0; turn < 6; turn++) clock.turn();
    const counts = all.map(({ session }) => session.told.length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(VISIT_MESSAGES);
    for (let turn = 0; turn < 20; turn++) clock.turn();
    for (const { session } of all) expect(session.told).toEqual(upTo(2000));
  });

  test.each([1, 100])('a turn ends after 2 ms too, however few they were, of %i connections', async flooders => {
    let time = 0;
    const { clock, connect } = createServer('json.batched', { now: () => time });
    const all: Peer[] = [];
    for (let i = 0; i < flooders; i++) all.push(await connect());
    const neighbour = await connect();
    for (const { session, protocol } of all) {
      session.onEach = () => {
        time++;
      };
      protocol.onMessage(batch(50), false);
    }
    for (let turn = 1; turn <= 10; turn++) {
      expect(time).toBe(2 * turn);
      clock.turn();
    }
    // Who comes anew waits for the one turn, not for a hundred.
    neighbour.protocol.onMessage(batch(1), false);
    const before = time;
    clock.turn();
    expect([neighbour.session.told, time - before]).toEqual([[1], 2]);
  });

  test('a turn that nobody has to wait for is not asked for', async () => {
    const asked: (() => void)[] = [];
    const { connect } = createServer('json.batched', { nextTurn: task => void asked.push(task) });
    const peers = [await connect(), await connect()];
    asked.length = 0;
    for (let i = 0; i < TURN_MESSAGES - 1; i++) peers[i % 2]!.protocol.onMessage(batch(1), false);
    expect(asked).toEqual([]);
    peers[0]!.protocol.onMessage(batch(1), false);
    expect(asked).toHaveLength(1);
  });
});

describe('while messages wait for their turn', () => {
  test('those behind them wait too, and the connection is not read', async () => {
    const { clock, connect } = createServer();
    const { session, protocol } = await connect();
    protocol.onMessage(batch(TURN_MESSAGES + 1), false);
    // This one was on its way.
    protocol.onMessage(batch(2), false);
    expect(session.told).toEqual(upTo(TURN_MESSAGES));
    clock.turn();
    expect(session.told).toEqual([...upTo(TURN_MESSAGES + 1), 1, 2]);
  });

  test('a session that pauses gets none until it resumes', async () => {
    const { clock, connect } = createServer();
    const { session, protocol } = await connect();
    session.onEach = () => {
      if (session.told.length === 3) protocol.pauseReceiving();
    };
    protocol.onMessage(batch(TURN_MESSAGES + 10), false);
    expect(session.told).toEqual([1, 2, 3]);
    clock.turn();
    clock.turn();
    expect(session.told).toEqual([1, 2, 3]);
    protocol.resumeReceiving();
    expect(session.told.length).toBe(TURN_MESSAGES);
    protocol.pauseReceiving();
    clock.turn();
    expect(session.told.length).toBe(TURN_MESSAGES);
    protocol.resumeReceiving();
    clock.turn();
    expect(session.told).toEqual(upTo(TURN_MESSAGES + 10));
  });

  test('a session that closes the connection gets no more', async () => {
    const { clock, connect } = createServer();
    const { session, protocol } = await connect();
    protocol.onMessage(batch(2 * TURN_MESSAGES), false);
    protocol.close();
    clock.turn();
    expect(session.told).toEqual(upTo(TURN_MESSAGES));
    await protocol.closed;
    expect(session.told).toEqual([...upTo(TURN_MESSAGES), 'closed']);
  });

  test('a connection that is lost is told behind them', async () => {
    const { session, protocol } = await createServer().connect();
    protocol.onMessage(batch(TURN_MESSAGES + 10), false);
    protocol.dropConnection(true);
    expect(session.told).toEqual(upTo(TURN_MESSAGES));
    while (session.told.length < TURN_MESSAGES + 11) await settle();
    expect(session.told).toEqual([...upTo(TURN_MESSAGES + 10), 'closed']);
  });

  test('but at once where the session has paused', async () => {
    const { connect } = createServer();
    const { session, protocol } = await connect();
    protocol.pauseReceiving();
    protocol.onMessage(batch(1), false);
    protocol.dropConnection(true);
    await protocol.closed;
    expect(session.told).toEqual(['closed']);
  });

  test('the call of a neighbour is answered in the middle of a flood', async () => {
    const network = createNetwork({ platform: { ...webPlatform, clock: manualClock() } });
    const [callee, caller, flooder] = [await network.client(), await network.client(), await network.client()];
    await callee.register('com.echo', ([text]) => text);
    let heard = 0;
    const watcher = await network.client();
    await watcher.subscribe('com.t', () => {
      heard++;
    });
    const server = network.connections[2]!.server;
    server.onMessage(batch(8_000), false);
    expect(await caller.call('com.echo', ['still here'])).toBe('still here');
    expect(heard).toBeLessThan(4_000);
    while (heard < 8_000) await settle();
    expect(flooder.isAttached).toBe(true);
  });
});

describe('Turns', () => {
  test('are one for a clock', () => {
    const [one, two] = [manualClock(), manualClock()];
    expect(Turns.of(one)).toBe(Turns.of(one));
    expect(Turns.of(one)).not.toBe(Turns.of(two));
  });

  test('go by the time that each has had, whatever their number', () => {
    let time = 0;
    const clock: ManualClock & Clock = manualClock();
    const turns = new Turns({ ...clock, now: () => time, nextTurn: task => clock.nextTurn(task) });
    const order: number[] = [];
    const takers = [5, 1, 3, 2, 4].map((cost): TurnTaker & { left: number } => {
      const taker = {
        due: 0,
        left: 3,
        goOn() {
          if (!turns.begin()) return true;
          order.push(cost);
          time += cost;
          taker.left--;
          turns.end(taker);
          return taker.left > 0;
        },
      };
      return taker;
    });
    for (const taker of takers) turns.wait(taker);
    for (let turn = 0; turn < 100; turn++) clock.turn();
    expect(order).toHaveLength(15);
    // By what each had when it began: 0 of all, 1, 2 …
    const had = new Map<number, number>();
    const dues = order.map(cost => {
      const before = had.get(cost) ?? 0;
      had.set(cost, before + cost);
      return before;
    });
    expect(dues).toEqual([...dues].sort((a, b) => a - b));
  });
});
