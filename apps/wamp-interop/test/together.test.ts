import { connectWS, nodePlatform } from '@ws/node';
import { ApplicationError, ApplicationSession, CallResult, type Endpoint, WampWebSocketClientFactory } from '@ws/wamp';
import { createTransportSerializer } from '@ws/wamp/serializers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AutobahnClient, openAutobahn } from './support/autobahn-js.ts';
import { noPython, openPython, type PythonClients } from './support/python.ts';
import { type RouterServer, serveRouter } from './support/server.ts';

const SERIALIZERS = ['json', 'msgpack', 'cbor'];

// In each realm the three clients speak three formats; over all realms each client speaks each of them.
const REALMS = SERIALIZERS.map((first, turn) => ({
  realm: `realm-${first}`,
  formats: [0, 1, 2].map(offset => SERIALIZERS[(turn + offset) % 3]!),
}));

describe.skipIf(noPython !== null)(`Autobahn|JS and Autobahn|Python (${noPython ?? 'installed'})`, () => {
  let server: RouterServer;
  let python: PythonClients;
  const open: AutobahnClient[] = [];

  beforeAll(async () => {
    server = await serveRouter({ realms: REALMS.map(({ realm }) => realm) });
    python = await openPython(
      server.url,
      REALMS.map(({ realm, formats }) => `${realm}:${formats[2]}`),
    );
  });
  afterAll(async () => {
    await Promise.all(open.map(client => client.close()));
    await python?.close();
    await server?.close();
  });

  test('call, register, publish and subscribe across each other, in JSON, MessagePack and CBOR', async () => {
    expect(python.lines).toEqual(
      expect.arrayContaining(REALMS.map(({ realm }) => expect.stringMatching(`^joined ${realm} `))),
    );
    for (const { realm, formats } of REALMS) {
      const one = await openAutobahn(server.url, realm, formats[0]!);
      const two = await openAutobahn(server.url, realm, formats[1]!);
      open.push(one, two);
      const [a, b] = [one.session, two.session];
      const heard: Record<string, unknown[]> = { a: [], b: [] };

      // Everybody offers something.
      await a.register('com.a.add', ([x, y]) => (x as number) + (y as number));
      await b.register('com.b.concat', (args, kwargs) => `${args.join('')}${kwargs.end ?? ''}`);

      // Everybody calls everybody.
      expect(await a.call('com.b.concat', ['x', 'é'], { end: '!' })).toBe('xé!');
      expect(await a.call('com.python.add', [2, 3])).toBe(5);
      expect(await b.call('com.a.add', [2.5, 2 ** 40])).toBe(2 ** 40 + 2.5);
      expect(await b.call('com.python.add', ['2', '3'])).toBe('23');
      expect(await a.call('com.python.call', ['com.a.add', 40, 2])).toBe(42);
      expect(await a.call('com.python.call', ['com.b.concat', 1, 2])).toBe('12');
      const several = await b.call('com.python.echo', [1, 'two'], { three: [3] });
      expect(several).toMatchObject({ args: [1, 'two'], kwargs: { three: [3] } });

      // Errors keep their URI and their arguments.
      await expect(a.call('com.python.fail', ['sorry'], { code: 7 })).rejects.toMatchObject({
        error: 'com.python.error',
        args: ['sorry'],
        kwargs: { code: 7 },
      });
      expect(await a.call('com.python.call', ['com.nobody'])).toMatchObject({
        error: 'wamp.error.no_such_procedure',
      });

      // Everybody hears everybody.
      await a.subscribe('com.topic', (args, kwargs) => void heard.a?.push([args, kwargs]));
      await b.subscribe('com.topic', (args, kwargs) => void heard.b?.push([args, kwargs]));
      await a.call('com.python.subscribe', ['com.topic']);
      await a.call('com.python.subscribe', ['com.wild..card', 'wildcard']);
      await a.publish('com.topic', ['from a'], {}, { acknowledge: true, exclude_me: false });
      await b.publish('com.topic', ['from b'], { more: true }, { acknowledge: true, exclude_me: false });
      await b.publish('com.wild.x.card', [null], {}, { acknowledge: true });
      expect(await a.call('com.python.publish', ['com.topic', 'from python'], { more: { x: 1 } })).toEqual(
        expect.any(Number),
      );
      const events = [
        [['from a'], {}],
        [['from b'], { more: true }],
        [['from python'], { more: { x: 1 } }],
      ];
      const ofPython = await b.call('com.python.heard');
      expect(ofPython).toEqual([
        ['com.topic', ['from a'], {}],
        ['com.topic', ['from b'], { more: true }],
        ['com.wild.x.card', [null], {}],
        ['com.topic', ['from python'], { more: { x: 1 } }],
      ]);
      // Calls come after the events that were published before them.
      await a.call('com.python.add', [0, 0]);
      await b.call('com.python.add', [0, 0]);
      expect(heard).toEqual({ a: events, b: events });
    }
  });

  test.each(REALMS)(
    'our session and Autobahn|Python: progress, patterns, cancelling, meta ($realm)',
    async ({ realm, formats }) => {
      const session = new ApplicationSession({ realm });
      const serializers = [createTransportSerializer(formats[0]!)];
      const options = { serializers, platform: nodePlatform };
      await connectWS(new WampWebSocketClientFactory(session, { url: server.url }, options));
      await session.joined;

      // Results in pieces, both ways.
      const steps: unknown[] = [];
      const onProgress = (args: unknown[]): void => void steps.push(...args);
      expect(await session.call('com.python.progressive', [3], null, { onProgress })).toBe(3);
      expect(steps).toEqual([0, 1, 2]);
      const count: Endpoint = ([to], _kwargs, { progress }) => {
        for (let i = 0; i < (to as number); i++) progress?.([i, 'of', to]);
        return 'done';
      };
      await session.register('com.ours.count', count);
      expect(await session.call('com.python.call_progressive', ['com.ours.count', 2])).toEqual([
        [
          [0, 'of', 2],
          [1, 'of', 2],
        ],
        'done',
      ]);

      // Several values, keywords, and errors of our own.
      await session.register(
        'com.ours.',
        (args, kwargs, { procedure }) => new CallResult([procedure, ...args], kwargs),
        {
          match: 'prefix',
        },
      );
      expect(await session.call('com.python.call', ['com.ours.any', 1], { a: [true] })).toEqual({
        results: ['com.ours.any', 1],
        kwresults: { a: [true] },
      });
      await session.register('com.ours.fail', () => {
        throw new ApplicationError('com.ours.error', ['sorry'], { code: 1 });
      });
      expect(await session.call('com.python.call', ['com.ours.fail'])).toEqual({
        error: 'com.ours.error',
        args: ['sorry'],
        kwargs: { code: 1 },
      });

      // A call to Python that is cancelled; Python goes on.
      const controller = new AbortController();
      await session.register('com.ours.never', (_args, _kwargs, { signal }) => {
        setImmediate(() => controller.abort('enough'));
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      });
      const cancelled = session.call('com.python.call', ['com.ours.never'], null, { signal: controller.signal });
      await expect(cancelled).rejects.toBe('enough');
      expect(await session.call('com.python.add', [1, 1])).toBe(2);

      // Who is there, by what the router tells.
      const ids = await session.call<number[]>('wamp.session.list');
      expect(ids).toContain(session.sessionDetails!.session);
      expect(ids.length).toBeGreaterThanOrEqual(2);
      await session.leave();
    },
  );
});
