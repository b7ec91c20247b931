// What one session may cost a router: each limit with its default, what it refuses with, and that it can be moved.

import { describe, expect, test } from 'vitest';
import {
  type ApplicationSession,
  createRouter,
  Hello,
  type MatchPolicy,
  MessageType,
  Register,
  Subscribe,
} from '../../src/index.ts';
import { limitsOf } from '../../src/router/limits.ts';
import { Line } from '../support/line.ts';
import { createNetwork, settle } from '../support/network.ts';

const uriOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'fine',
    error => error.error ?? error,
  );
const [INVALID_URI, UNAVAILABLE] = ['wamp.error.invalid_uri', 'wamp.error.unavailable'];
const parts = (count: number, part = 'a'): string => Array(count).fill(part).join('.');

describe('URIs of requests', () => {
  const REQUESTS: [string, (session: ApplicationSession, uri: string) => Promise<unknown>][] = [
    ['publish', (session, uri) => session.publish(uri, null, null, { acknowledge: true })],
    ['call', (session, uri) => session.call(uri)],
    ['subscribe', (session, uri) => session.subscribe(uri, () => {})],
    ['subscribe, prefix', (session, uri) => session.subscribe(uri, () => {}, { match: 'prefix' })],
    ['subscribe, wildcard', (session, uri) => session.subscribe(uri, () => {}, { match: 'wildcard' })],
    ['register', (session, uri) => session.register(uri, () => 1)],
    ['register, wildcard', (session, uri) => session.register(uri, () => 1, { match: 'wildcard' })],
  ];

  test.each(REQUESTS)('%s: 16 parts and 512 characters are taken, and no more', async (_name, ask) => {
    const session = await createNetwork().client();
    for (const uri of [parts(16), `a.${'b'.repeat(510)}`]) expect(await uriOf(ask(session, uri))).not.toBe(INVALID_URI);
    for (const uri of [parts(17), parts(17, 'long'), `a.${'b'.repeat(511)}`]) {
      expect(await uriOf(ask(session, uri))).toBe(INVALID_URI);
    }
    expect(session.isAttached).toBe(true);
  });

  test('empty parts of patterns count', async () => {
    const session = await createNetwork().client();
    const subscribe = (pattern: string, match: MatchPolicy): Promise<unknown> =>
      uriOf(session.subscribe(pattern, () => {}, { match }));
    expect(await subscribe('.'.repeat(15), 'wildcard')).toBe('fine');
    expect(await subscribe('.'.repeat(16), 'wildcard')).toBe(INVALID_URI);
    expect(await subscribe(`${parts(15)}.`, 'prefix')).toBe('fine');
    expect(await subscribe(`${parts(16)}.`, 'prefix')).toBe(INVALID_URI);
  });

  test('a publication that is not acknowledged is dropped without a word', async () => {
    const network = createNetwork();
    const [subscriber, publisher] = [await network.client(), await network.client()];
    const heard: string[] = [];
    await subscriber.subscribe('a', (_args, _kwargs, { topic }) => heard.push(topic), { match: 'prefix' });
    await publisher.publish(parts(17));
    await publisher.publish('a', null, null, { acknowledge: true });
    await settle();
    expect(heard).toEqual(['a']);
  });
});

describe('subscriptions and registrations of a session', () => {
  const REQUESTS: {
    name: string;
    ask: (session: ApplicationSession, i: number) => Promise<{ end(): Promise<void> }>;
  }[] = [
    {
      name: 'maxSubscriptions',
      ask: async (session, i) => {
        const subscription = await session.subscribe(`com.${i}`, () => {});
        return { end: () => subscription.unsubscribe() };
      },
    },
    {
      name: 'maxRegistrations',
      ask: async (session, i) => {
        const registration = await session.register(`com.${i}`, () => 1);
        return { end: () => registration.unregister() };
      },
    },
  ];

  test.each(REQUESTS)(
    '$name: one more is refused, until one has gone; others have their own',
    async ({ name, ask }) => {
      const network = createNetwork({ limits: { [name]: 2 } });
      const [session, other] = [await network.client(), await network.client()];
      const first = await ask(session, 1);
      await ask(session, 2);
      expect(await uriOf(ask(session, 3))).toBe(UNAVAILABLE);
      await ask(other, 3);
      await first.end();
      await ask(session, 1);
      expect(await uriOf(ask(session, 4))).toBe(UNAVAILABLE);
      expect(session.isAttached).toBe(true);
    },
  );

  test('a subscription that the session has already is no further one', async () => {
    const session = await createNetwork({ limits: { maxSubscriptions: 1 } }).client();
    await session.subscribe('com.t', () => {});
    await session.subscribe('com.t', () => {});
    expect(await uriOf(session.subscribe('com.u', () => {}))).toBe(UNAVAILABLE);
  });

  test.each([
    { name: 'subscriptions', message: (i: number) => new Subscribe(i, {}, `com.${i}`) },
    { name: 'registrations', message: (i: number) => new Register(i, {}, `com.${i}`) },
  ])('by default there are 10,000 $name', ({ message }) => {
    const session = createRouter({ realms: ['realm1'] }).createSession();
    const line = new Line();
    session.onOpen(line);
    session.onMessage(new Hello('realm1', { roles: {} }));
    line.take();
    for (let i = 1; i <= 10_000; i++) session.onMessage(message(i));
    expect(line.take().some(({ messageType }) => messageType === MessageType.ERROR)).toBe(false);
    session.onMessage(message(10_001));
    expect(line.take()).toMatchObject([{ messageType: MessageType.ERROR, error: UNAVAILABLE }]);
  });
});

describe('unanswered calls of a session', () => {
  test('one more is refused, until one is answered', async () => {
    const network = createNetwork({ limits: { maxPendingCalls: 2 } });
    const [callee, caller, other] = [await network.client(), await network.client(), await network.client()];
    const answers: (() => void)[] = [];
    await callee.register('com.slow', () => new Promise<string>(resolve => answers.push(() => resolve('done'))));
    const [one, two] = [caller.call('com.slow'), caller.call('com.slow')];
    expect(await uriOf(caller.call('com.slow'))).toBe(UNAVAILABLE);
    const theirs = other.call('com.slow');
    await settle();
    answers[0]!();
    expect(await one).toBe('done');
    const three = caller.call('com.slow');
    await settle();
    for (const answer of answers) answer();
    expect(await Promise.all([two, theirs, three])).toEqual(['done', 'done', 'done']);
  });

  test('those count that were cancelled, as long as their callees are at work', async () => {
    const network = createNetwork({ limits: { maxPendingCalls: 2 } });
    const [callee, caller] = [await network.client(), await network.client()];
    const answers: (() => void)[] = [];
    await callee.register('com.slow', () => new Promise<void>(resolve => answers.push(resolve)));
    for (let i = 0; i < 2; i++) {
      const controller = new AbortController();
      const call = caller.call('com.slow', null, null, { signal: controller.signal, cancelMode: 'skip' });
      await settle();
      controller.abort('enough');
      await expect(call).rejects.toBe('enough');
    }
    await settle();
    expect(await uriOf(caller.call('com.slow'))).toBe(UNAVAILABLE);
    answers[0]!();
    await settle();
    const call = caller.call('com.slow');
    await settle();
    answers.at(-1)!();
    expect(await uriOf(call)).toBe('fine');
  });

  test('meta procedures are answered at once, and do not count', async () => {
    const session = await createNetwork({ limits: { maxPendingCalls: 1 } }).client();
    const counts = await Promise.all([1, 2, 3].map(() => session.call('wamp.session.count')));
    expect(counts).toEqual([1, 1, 1]);
  });
});

describe('ids in an answer of a meta procedure', () => {
  test('more are not listed, and can be counted', async () => {
    const network = createNetwork({ limits: { maxListLength: 2 } });
    const sessions = [await network.client(), await network.client(), await network.client()];
    const [session] = sessions;
    const registered = { invoke: 'roundrobin' } as const;
    const [registration] = await Promise.all(sessions.map(each => each.register('com.shared', () => 1, registered)));
    const [subscription] = await Promise.all(sessions.map(each => each.subscribe('com.t', () => {})));
    for (const uri of ['com.u', 'com.v']) {
      await session!.register(uri, () => 1);
      await session!.subscribe(uri, () => {});
    }
    const refused: [string, unknown[]][] = [
      ['wamp.session.list', []],
      ['wamp.session.list', [['anonymous']]],
      ['wamp.subscription.list', []],
      ['wamp.subscription.list_subscribers', [subscription!.id]],
      ['wamp.registration.list', []],
      ['wamp.registration.list_callees', [registration!.id]],
      ['wamp.registration.get', [registration!.id]],
    ];
    for (const [procedure, args] of refused) {
      expect([procedure, await uriOf(session!.call(procedure, args))]).toEqual([
        procedure,
        'wamp.error.payload_size_exceeded',
      ]);
    }
    expect(await session!.call('wamp.session.count')).toBe(3);
    expect(await session!.call('wamp.subscription.count_subscribers', [subscription!.id])).toBe(3);
    expect(await session!.call('wamp.session.list', [['nobody']])).toEqual([]);
    expect(await session!.call('wamp.subscription.match', ['com.t'])).toEqual([subscription!.id]);
  });
});

describe('limits', () => {
  test('are any integers of 0 or more; 0 is none', () => {
    expect(limitsOf()).toEqual({
      maxUriLength: 512,
      maxUriParts: 16,
      maxSubscriptions: 10_000,
      maxRegistrations: 10_000,
      maxPendingCalls: 10_000,
      maxListLength: 50_000,
      maxUnreadAmount: 65_536,
    });
    expect(limitsOf({ maxUriParts: 0, maxUriLength: undefined })).toMatchObject({
      maxUriParts: Infinity,
      maxUriLength: 512,
    });
  });

  test.each([
    [{ maxUriParts: -1 }, RangeError],
    [{ maxUriParts: 1.5 }, RangeError],
    [{ maxUriParts: '16' }, RangeError],
    [{ maxParts: 1 }, TypeError],
  ])('%o are refused', (limits, error) => {
    expect(() => createRouter({ realms: ['realm1'], limits: limits as never })).toThrow(error);
  });
});
