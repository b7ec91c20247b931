// Who does not read what it is sent: the router does nothing more for it, and at last ends its session.

import { manualClock } from '@ws/testkit';
import { webPlatform } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import {
  ApplicationSession,
  Call,
  createRouter,
  Hello,
  MessageType,
  Publish,
  type Result,
  type RouterOptions,
  Subscribe,
  WampWebSocketServerFactory,
} from '../../src/index.ts';
import { PART_EVENTS } from '../../src/router/fan-out.ts';
import { TURN_MESSAGES } from '../../src/transport/turns.ts';
import { Line } from '../support/line.ts';
import { createNetwork, settle } from '../support/network.ts';

/** A line that takes nothing until the test says so. */
class SlowLine extends Line {
  override bufferedAmount = 0;
  #tell: (() => void)[] = [];
  #refuse: (() => void)[] = [];

  drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tell.push(resolve);
      this.#refuse.push(() => reject(new Error('gone')));
    });
  }
  drain(): void {
    this.bufferedAmount = 0;
    for (const tell of this.#tell.splice(0)) tell();
  }
  lose(): void {
    for (const refuse of this.#refuse.splice(0)) refuse();
  }
}

function joined(options: Partial<RouterOptions> = {}, router = createRouter({ realms: ['realm1'], ...options })) {
  const [session, line] = [router.createSession(), new SlowLine()];
  session.onOpen(line);
  session.onMessage(new Hello('realm1', { roles: {} }));
  line.take();
  return { router, session, line };
}

const count = (request: number): Call => new Call(request, {}, 'wamp.session.count');

describe('a session that has not read its answers', () => {
  test.each([
    ['by default beyond 64 KiB', undefined, 65_536],
    ['or what maxUnreadAmount says', 1000, 1000],
  ])('has no more done for it until it has: %s', async (_name, maxUnreadAmount, most) => {
    const { session, line } = joined({ limits: { maxUnreadAmount } });
    line.bufferedAmount = most;
    session.onMessage(count(1));
    expect([line.take().length, line.asked]).toEqual([1, []]);
    line.bufferedAmount = most + 1;
    session.onMessage(count(2));
    session.onMessage(count(3));
    session.onMessage(count(4));
    expect([line.take().length, line.asked]).toEqual([1, ['pause']]);
    await settle();
    expect(line.take()).toEqual([]);
    line.drain();
    await settle();
    expect(line.take().map(message => (message as Result).request)).toEqual([3, 4]);
    expect(line.asked).toEqual(['pause', 'resume']);
  });

  test('that is lost before it has read leaves nothing', async () => {
    const { router, session, line } = joined();
    line.bufferedAmount = 100_000;
    session.onMessage(count(1));
    session.onMessage(count(2));
    session.onClose(false);
    line.lose();
    await settle();
    expect(line.take()).toHaveLength(1);
    expect([router.sessions('realm1'), line.failures]).toEqual([[], []]);
  });

  test('over a connection: 2,000 lists are made as they are read, and all are', async () => {
    const network = createNetwork();
    const [busy, caller] = [await network.client(), await network.client()];
    for (let i = 0; i < 500; i++) await busy.subscribe(`com.${i}`, () => {});
    const session = new ApplicationSession({ realm: 'realm1' });
    const protocol = await network.connect(session);
    await session.joined;
    const { server } = network.connections.at(-1)!;
    let calls = 0;
    const answers = Array.from({ length: 2000 }, () =>
      session.call<{ exact: number[] }>('wamp.subscription.list').then(({ exact }) => {
        calls++;
        return exact.length;
      }),
    );
    protocol.pauseReceiving();
    for (let i = 0; i < 20; i++) await settle();
    // An answer has some 9 KB.
    expect(server.bufferedAmount).toBeLessThan(65_536 + 20_000);
    expect(await caller.call('wamp.session.count')).toBe(3);
    expect(calls).toBe(0);
    protocol.resumeReceiving();
    expect(new Set(await Promise.all(answers))).toEqual(new Set([500]));
  });
});

describe('a subscriber that does not read', () => {
  test('is ended with 1008 when 16 MiB wait for it, and the others are served', async () => {
    const clock = manualClock();
    const network = createNetwork({ platform: { ...webPlatform, clock } });
    const [slow, fast, publisher] = [await network.client(), await network.client(), await network.client()];
    const heard = { slow: 0, fast: 0 };
    await slow.subscribe('com.t', () => heard.slow++);
    await fast.subscribe('com.t', () => heard.fast++);
    network.connections[0]!.client.pauseReceiving!();
    const server = network.connections[0]!.server;
    const payload = 'x'.repeat(1 << 19);
    for (let i = 0; i < 60 && server.state === 'open'; i++) {
      await publisher.publish('com.t', [payload], null, { acknowledge: true });
      expect(server.bufferedAmount).toBeLessThan(2 ** 24 + 2 ** 20);
    }
    expect(server.closingReason.code).toBe(1008);
    // It does not answer the Close frame either.
    clock.advance(10_000);
    await settle();
    expect(network.router.sessions('realm1')).toHaveLength(2);
    const before = heard.fast;
    await publisher.publish('com.t', ['more'], null, { acknowledge: true });
    await settle();
    expect(heard.fast).toBe(before + 1);
  });

  test('the limit can be moved, and comes back with the defaults', () => {
    const factory = new WampWebSocketServerFactory(() => createRouter({ realms: ['realm1'] }).createSession());
    expect(factory.options.maxBufferedAmount).toBe(2 ** 24);
    factory.setProtocolOptions({ maxBufferedAmount: 0 });
    expect(factory.options.maxBufferedAmount).toBe(0);
    factory.resetProtocolOptions();
    expect(factory.options.maxBufferedAmount).toBe(2 ** 24);
  });
});

describe('a publication to many', () => {
  /** So many sessions that have subscribed, and one that publishes; what each was told, in order. */
  function crowd(size: number) {
    const clock = manualClock();
    const router = createRouter({ realms: ['realm1'], clock, joinTimeout: 0 });
    const members = Array.from({ length: size }, () => joined({}, router));
    for (const { session, line } of members) {
      session.onMessage(new Subscribe(1, {}, 'com.t'));
      line.take();
    }
    const publisher = joined({}, router);
    const events = (): number => members.reduce((sum, { line }) => sum + line.sent.length, 0);
    return { clock, members, publisher, events, router };
  }

  test('reaches them in parts of a turn, and the publisher waits until it has', async () => {
    const size = 40 * PART_EVENTS;
    const { clock, publisher, events, members } = crowd(size);
    publisher.session.onMessage(new Publish(1, { acknowledge: true }, 'com.t', ['first']));
    publisher.session.onMessage(new Publish(2, { acknowledge: true }, 'com.t', ['second']));
    expect(events()).toBe(PART_EVENTS);
    expect(publisher.line.takeCodes()).toEqual([MessageType.PUBLISHED]);
    expect(publisher.line.asked).toEqual(['pause']);
    clock.turn();
    expect(events()).toBe(Math.min(size, (1 + TURN_MESSAGES) * PART_EVENTS));
    await settle();
    expect(events()).toBe(2 * size);
    expect(publisher.line.asked.at(-1)).toBe('resume');
    for (const { line } of members) expect(line.take()).toMatchObject([{ args: ['first'] }, { args: ['second'] }]);
  });

  test('does not reach who has gone before its turn came', async () => {
    const { publisher, members } = crowd(3 * PART_EVENTS);
    publisher.session.onMessage(new Publish(1, {}, 'com.t'));
    const last = members.at(-1)!;
    last.session.onClose(false);
    await settle();
    expect(last.line.sent).toEqual([]);
    expect(members.at(-2)!.line.sent).toHaveLength(1);
  });

  test('to one session by thousands of patterns is in parts too, and goes by the publisher’s lists', async () => {
    const { clock, publisher, members } = crowd(1);
    const [{ session, line }] = members as [(typeof members)[number]];
    const topic = 'a.b.c.d.e.f.g.h.i';
    for (let bits = 0; bits < 512; bits++) {
      const pattern = topic.split('.').map((part, i) => (bits & (1 << i) ? '' : part));
      session.onMessage(new Subscribe(bits + 2, { match: 'wildcard' }, pattern.join('.')));
    }
    line.take();
    publisher.session.onMessage(new Publish(1, {}, topic));
    expect(line.take()).toHaveLength(PART_EVENTS);
    clock.turn();
    expect(line.take()).toHaveLength(512 - PART_EVENTS);
    await settle();
    const { session: id } = publisher.router.sessions('realm1')[0]!;
    publisher.session.onMessage(new Publish(2, { exclude: [id] }, topic));
    await settle();
    expect(line.take()).toEqual([]);
  });
});
