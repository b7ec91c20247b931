import { describe, expect, test } from 'vitest';
import type { ApplicationSession, PublishOptions } from '../../src/index.ts';
import { createNetwork, settle } from '../support/network.ts';

describe('events', () => {
  test('reach those who match: exactly, by prefix, by wildcard; once for each subscription', async () => {
    const network = createNetwork();
    const [subscriber, publisher] = [await network.client(), await network.client()];
    const heard: string[] = [];
    for (const [pattern, match] of [
      ['com.a.b', 'exact'],
      ['com.a', 'prefix'],
      ['com..b', 'wildcard'],
    ] as const) {
      await subscriber.subscribe(pattern, (_args, _kwargs, { topic }) => heard.push(`${match} ${topic}`), { match });
    }
    for (const topic of ['com.a.b', 'com.ab', 'com.x.b', 'com.x.c']) await publisher.publish(topic);
    await publisher.publish('com.end', null, null, { acknowledge: true });
    await settle();
    expect(heard).toEqual(['exact com.a.b', 'prefix com.a.b', 'wildcard com.a.b', 'prefix com.ab', 'wildcard com.x.b']);
  });

  const FILTERS: { name: string; options: (ids: number[]) => PublishOptions; heard: string[] }[] = [
    { name: 'nothing', options: () => ({}), heard: ['b', 'c'] },
    { name: 'excludeMe: false', options: () => ({ excludeMe: false }), heard: ['a', 'b', 'c'] },
    { name: 'exclude', options: ([, b]) => ({ exclude: b! }), heard: ['c'] },
    { name: 'eligible', options: ([, b]) => ({ eligible: [b!] }), heard: ['b'] },
    { name: 'excludeAuthid', options: () => ({ excludeAuthid: ['b', 'x'] }), heard: ['c'] },
    { name: 'eligibleAuthid', options: () => ({ eligibleAuthid: 'c' }), heard: ['c'] },
    { name: 'excludeAuthrole', options: () => ({ excludeAuthrole: 'role-b' }), heard: ['c'] },
    { name: 'eligibleAuthrole', options: () => ({ eligibleAuthrole: ['role-a', 'role-b'] }), heard: ['b'] },
  ];

  test.each(FILTERS)('go to whom the publisher wants: $name', async ({ options, heard }) => {
    const network = createNetwork({
      authenticate: ({ authid }) => ({ authid: authid ?? '', authrole: `role-${authid}` }),
    });
    const told: string[] = [];
    const sessions: ApplicationSession[] = [];
    for (const authid of ['a', 'b', 'c']) {
      const session = await network.client({ authid });
      await session.subscribe('com.t', () => told.push(authid));
      sessions.push(session);
    }
    const ids = sessions.map(({ sessionDetails }) => sessionDetails!.session);
    await sessions[0]!.publish('com.t', null, null, { ...options(ids), acknowledge: true });
    await settle();
    // Which of them comes first is not said.
    expect(told.sort()).toEqual(heard);
  });

  test('name the publisher where it wants that', async () => {
    const network = createNetwork();
    const [subscriber, publisher] = [await network.client(), await network.client()];
    const seen: unknown[] = [];
    await subscriber.subscribe('com.t', (_args, _kwargs, details) =>
      seen.push(details.publisher, details.publisherAuthrole),
    );
    await publisher.publish('com.t');
    await publisher.publish('com.t', null, null, { discloseMe: true });
    await settle();
    expect(seen).toEqual([null, null, publisher.sessionDetails!.session, 'anonymous']);
  });

  test('come to all handlers of a topic, until they are unsubscribed', async () => {
    const network = createNetwork();
    const [subscriber, publisher] = [await network.client(), await network.client()];
    const heard: string[] = [];
    const one = await subscriber.subscribe('com.t', () => heard.push('one'));
    const two = await subscriber.subscribe('com.t', () => heard.push('two'));
    expect(one.id).toBe(two.id);
    await publisher.publish('com.t');
    await settle();
    await one.unsubscribe();
    await publisher.publish('com.t');
    await settle();
    // An event that is on its way when the last handler goes is dropped.
    const published = publisher.publish('com.t');
    await Promise.all([two.unsubscribe(), published]);
    await settle();
    await settle();
    await publisher.publish('com.t');
    await settle();
    expect(heard).toEqual(['one', 'two', 'two']);
    expect([one.isActive, two.isActive, subscriber.isAttached]).toEqual([false, false, true]);
  });

  test('have no subscription any more when the session is gone, however it has gone', async () => {
    const network = createNetwork();
    const [left, lost, other] = [await network.client(), await network.client(), await network.client()];
    for (const session of [left, lost]) {
      await session.subscribe('com.t', () => {});
      await session.subscribe('com.', () => {}, { match: 'prefix' });
      await session.subscribe('com..t', () => {}, { match: 'wildcard' });
    }
    await left.leave();
    network.connections[1]!.server.dropConnection(true);
    await settle();
    expect(await other.call('wamp.subscription.list')).toEqual({ exact: [], prefix: [], wildcard: [] });
  });

  test('that one receiver cannot be sent do not concern the others', async () => {
    const { CborSerializer } = await import('../../src/serializers/cbor.ts');
    const { JsonSerializer } = await import('../../src/serializers/json.ts');
    const network = createNetwork({ serializers: [new CborSerializer(), new JsonSerializer()] });
    const publisher = await network.client({}, new CborSerializer());
    const [json, cbor] = [
      await network.client({}, new JsonSerializer()),
      await network.client({}, new CborSerializer()),
    ];
    const heard: unknown[] = [];
    await json.subscribe('com.t', args => heard.push(['json', args]));
    await cbor.subscribe('com.t', args => heard.push(['cbor', args]));
    await publisher.publish('com.t', [2n ** 60n], null, { acknowledge: true });
    await publisher.publish('com.t', ['fine'], null, { acknowledge: true });
    await settle();
    expect(heard).toEqual(
      expect.arrayContaining([
        ['cbor', [2n ** 60n]],
        ['cbor', ['fine']],
        ['json', ['fine']],
      ]),
    );
    expect(heard).toHaveLength(3);
  });

  test('of handlers that throw are reported to the session, and to nobody else', async () => {
    const network = createNetwork();
    const complaints: unknown[] = [];
    const subscriber = await network.client({ onUserError: (error, message) => complaints.push([error, message]) });
    await subscriber.subscribe('com.t', () => {
      throw 'sync';
    });
    await subscriber.subscribe('com.t', () => Promise.reject('async'));
    network.router.publish('realm1', 'com.t', [1]);
    await settle();
    expect(complaints).toEqual([
      ['sync', 'while handling an event of com.t'],
      ['async', 'while handling an event of com.t'],
    ]);
    expect(subscriber.isAttached).toBe(true);
  });

  test('of the router are nobody else’s to publish', async () => {
    const session = await createNetwork().client();
    await expect(session.publish('wamp.session.on_join', null, null, { acknowledge: true })).rejects.toMatchObject({
      error: 'wamp.error.invalid_uri',
    });
  });
});

describe('what a realm tells of itself', () => {
  test('sessions that come and go (session meta events)', async () => {
    const network = createNetwork({ authenticate: ({ authid }) => (authid === null ? {} : { authid }) });
    const watcher = await network.client();
    const events: unknown[] = [];
    await watcher.subscribe('wamp.session.on_join', ([details]) => events.push(details));
    await watcher.subscribe('wamp.session.on_leave', args => events.push(args));
    const session = await network.client({ authid: 'joe' });
    const id = session.sessionDetails!.session;
    await session.leave();
    await settle();
    const who = { session: id, authid: 'joe', authrole: 'anonymous', authmethod: 'anonymous', authprovider: 'static' };
    expect(events).toEqual([who, [id, 'joe', 'anonymous']]);
  });

  test('sessions, registrations and subscriptions that there are', async () => {
    const network = createNetwork();
    const [one, two] = [await network.client(), await network.client()];
    const id = two.sessionDetails!.session;
    expect(await one.call('wamp.session.count')).toBe(2);
    expect(await one.call('wamp.session.list')).toEqual([one.sessionDetails!.session, id]);
    expect(await one.call('wamp.session.count', [['nobody']])).toBe(0);
    expect(await one.call('wamp.session.get', [id])).toMatchObject({ session: id, authrole: 'anonymous' });
    const registration = await two.register('com.p', () => 1);
    expect(await one.call('wamp.registration.lookup', ['com.p'])).toBe(registration.id);
    expect(await one.call('wamp.registration.match', ['com.q'])).toBe(null);
    expect(await one.call('wamp.registration.list')).toEqual({ exact: [registration.id], prefix: [], wildcard: [] });
    expect(await one.call('wamp.registration.get', [registration.id])).toMatchObject({ uri: 'com.p', callees: [id] });
    const subscription = await two.subscribe('com.', () => {}, { match: 'prefix' });
    expect(await one.call('wamp.subscription.match', ['com.x'])).toEqual([subscription.id]);
    expect(await one.call('wamp.subscription.lookup', ['com.', { match: 'prefix' }])).toBe(subscription.id);
    expect(await one.call('wamp.subscription.list_subscribers', [subscription.id])).toEqual([id]);
    await expect(one.call('wamp.subscription.get', [1])).rejects.toMatchObject({
      error: 'wamp.error.no_such_subscription',
    });
    await one.call('wamp.session.kill', [id], { reason: 'com.go', message: 'away' });
    expect(await two.left).toEqual({ reason: 'com.go', message: 'away' });
    await expect(one.call('wamp.session.get', [id])).rejects.toMatchObject({ error: 'wamp.error.no_such_session' });
  });
});
