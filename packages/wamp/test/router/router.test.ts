import { describe, expect, test } from 'vitest';
import { ApplicationError, ApplicationSession, CallResult, createRouter } from '../../src/index.ts';
import { createSerializers } from '../../src/serializers/all.ts';
import { createNetwork, settle } from '../support/network.ts';

describe.each(createSerializers().map(serializer => [serializer.serializerId, serializer] as const))(
  'a router, by %s',
  (_id, serializer) => {
    test('passes calls to the callee, and results and errors back', async () => {
      const network = createNetwork({ serializers: [serializer] });
      const callee = await network.client({}, serializer);
      const caller = await network.client({}, serializer);
      await callee.register('com.add', ([a, b]) => (a as number) + (b as number));
      await callee.register('com.many', (args, kwargs) => new CallResult([...args, 'more'], { ...kwargs, d: 4 }));
      await callee.register('com.fail', () => {
        throw new ApplicationError('com.error', ['sorry', 2 ** 40], { because: new Uint8Array([1, 2]) });
      });
      expect(await caller.call('com.add', [2, 3])).toBe(5);
      const bytes = new Uint8Array([0, 255]);
      expect(await caller.call('com.many', [bytes, 2 ** 50], { c: 'é' })).toEqual(
        new CallResult([bytes, 2 ** 50, 'more'], { c: 'é', d: 4 }),
      );
      const failure = await caller.call('com.fail').catch(error => error);
      expect(failure).toBeInstanceOf(ApplicationError);
      expect(failure).toMatchObject({
        error: 'com.error',
        args: ['sorry', 2 ** 40],
        kwargs: { because: new Uint8Array([1, 2]) },
      });
    });

    test('passes publications to subscribers', async () => {
      const network = createNetwork({ serializers: [serializer] });
      const [one, two, publisher] = [
        await network.client({}, serializer),
        await network.client({}, serializer),
        await network.client({}, serializer),
      ];
      const heard: unknown[] = [];
      await one.subscribe('com.topic', (args, kwargs, { topic }) => heard.push(['one', args, kwargs, topic]));
      await two.subscribe('com.topic', (args, kwargs, { topic }) => heard.push(['two', args, kwargs, topic]));
      const publication = await publisher.publish('com.topic', [1, 'a'], { b: null }, { acknowledge: true });
      expect(publication).toMatchObject({ id: expect.any(Number), topic: 'com.topic' });
      await settle();
      // Connections are handled by turns: which of two hears first is not said.
      expect(heard.sort()).toEqual([
        ['one', [1, 'a'], { b: null }, 'com.topic'],
        ['two', [1, 'a'], { b: null }, 'com.topic'],
      ]);
    });
  },
);

describe('createRouter', () => {
  test.each([
    { options: { realms: [] }, error: 'realms must be a list of names' },
    { options: { realms: ['x'] }, error: '"x" names no realm' },
    { options: { realms: ['realm1', 'realm1'] }, error: 'a realm is there twice' },
    { options: { realms: ['realm1'], joinTimeout: -1 }, error: 'joinTimeout must be 0 or more' },
    { options: { realms: ['realm1'], authorize: 1 as never }, error: 'authenticate and authorize are functions' },
  ])('refuses $options', ({ options, error }) => {
    expect(() => createRouter(options)).toThrow(error);
  });
});

test('a session that leaves hears the router say goodbye', async () => {
  const network = createNetwork();
  const session = await network.client();
  expect(network.router.sessions('realm1')).toHaveLength(1);
  expect(await session.leave()).toEqual({ reason: 'wamp.close.goodbye_and_out', message: null });
  await settle();
  expect(network.router.sessions('realm1')).toHaveLength(0);
  expect(session).toMatchObject({ isAttached: false, isConnected: false });
});

test('a realm that is not there is refused', async () => {
  const network = createNetwork();
  const session = new ApplicationSession({ realm: 'elsewhere' });
  await network.connect(session);
  await expect(session.joined).rejects.toMatchObject({ error: 'wamp.error.no_such_realm' });
  expect(await session.left).toMatchObject({ reason: 'wamp.error.no_such_realm' });
});
