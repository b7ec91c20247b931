import { describe, expect, test } from 'vitest';
import {
  Abort,
  ApplicationError,
  ApplicationSession,
  type CloseDetails,
  type Endpoint,
  Goodbye,
  type IPayloadCodec,
  type ITransport,
  type JsonSerializer,
  type SessionDetails,
  TransportLost,
  type WampWebSocketClientProtocol,
} from '../../src/index.ts';
import { createNetwork, settle } from '../support/network.ts';

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no failure',
    error => error,
  );

/** A session that notes its hooks. */
class Noting extends ApplicationSession {
  readonly told: unknown[] = [];
  override onJoin({ realm, authrole, serializer }: SessionDetails): void {
    this.told.push(['join', realm, authrole, serializer]);
  }
  override onLeave(details: CloseDetails): void {
    this.told.push(['leave', details.reason]);
    super.onLeave(details);
  }
  override onDisconnect(wasClean: boolean): void {
    this.told.push(['disconnect', wasClean]);
  }
}

describe('the life of a session', () => {
  test('is told by its hooks, in order', async () => {
    const network = createNetwork();
    const session = await network.join(new Noting());
    await session.leave('com.done', 'thanks');
    await settle();
    expect(session.told).toEqual([
      ['join', 'realm1', 'anonymous', 'json.batched'],
      ['leave', 'wamp.close.goodbye_and_out'],
      ['disconnect', true],
    ]);
  });

  test('a transport that is lost ends it, and everything that waits', async () => {
    const network = createNetwork();
    const session = await network.join(new Noting());
    await session.register('com.never', () => new Promise(() => {}));
    const waiting = [session.call('com.never'), session.subscribe('com.t', () => {})].map(failure);
    network.connections[0]!.server.dropConnection(true);
    for (const outcome of waiting) expect(await outcome).toBeInstanceOf(TransportLost);
    expect(await session.left).toEqual({ reason: 'wamp.close.transport_lost', message: null });
    expect(session.told.slice(1)).toEqual([
      ['leave', 'wamp.close.transport_lost'],
      ['disconnect', false],
    ]);
    expect(await failure(session.call('com.p'))).toMatchObject({ code: 'ERR_WAMP_SESSION_NOT_READY' });
    expect(await failure(session.join('realm1'))).toBeInstanceOf(TransportLost);
  });

  test('leaving fails what waits, with the reason', async () => {
    const network = createNetwork();
    const session = await network.client();
    await session.register('com.never', () => new Promise(() => {}));
    const outcome = failure(session.call('com.never'));
    const [one, two] = [session.leave(), session.leave()];
    expect(await failure(session.publish('com.t'))).toMatchObject({ code: 'ERR_WAMP_SESSION_NOT_READY' });
    expect(await outcome).toMatchObject({ error: 'wamp.close.goodbye_and_out' });
    expect(await one).toEqual(await two);
    expect(await failure(session.leave())).toMatchObject({ code: 'ERR_WAMP_SESSION_NOT_READY' });
  });

  test('may begin again on the same connection, where the application wants that', async () => {
    const network = createNetwork({ realms: ['realm1', 'realm2'] });
    class Staying extends ApplicationSession {
      override onLeave(): void {}
    }
    const session = await network.join(new Staying());
    const first = session.sessionDetails!.session;
    await session.leave();
    const { realm, session: second } = await session.join('realm2');
    expect([realm, second === first]).toEqual(['realm2', false]);
    expect(await failure(session.join('realm1'))).toMatchObject({ code: 'ERR_WAMP_SESSION_NOT_READY' });
    expect(network.router.sessions('realm1')).toHaveLength(0);
  });

  test('the router closing is heard', async () => {
    const network = createNetwork();
    const session = await network.join(new Noting());
    network.router.close('wamp.close.system_shutdown', 'see you');
    expect(await session.left).toEqual({ reason: 'wamp.close.system_shutdown', message: 'see you' });
    await settle();
    expect(session.told.at(-1)).toEqual(['disconnect', true]);
    expect(network.clock.pendingTimers).toBe(0);
  });

  test('a client that does not answer the goodbye is closed after a while', async () => {
    class Silent extends ApplicationSession {
      override onMessage(message: Parameters<ApplicationSession['onMessage']>[0]): unknown {
        return message instanceof Goodbye ? undefined : super.onMessage(message);
      }
    }
    const network = createNetwork({ joinTimeout: 1000 });
    const session = await network.join(new Silent());
    network.router.close();
    await settle();
    expect(session.isConnected).toBe(true);
    network.clock.advance(1000);
    await settle();
    expect(session.isConnected).toBe(false);
  });

  test('onWelcome may refuse the router', async () => {
    class Choosy extends ApplicationSession {
      override async onWelcome(): Promise<string> {
        return 'I do not like it here';
      }
    }
    const network = createNetwork();
    const session = new Choosy();
    await network.connect(session);
    expect(await failure(session.joined)).toMatchObject({ error: 'wamp.error.cannot_authenticate' });
  });

  test('an error of onJoin is told to onUserError', async () => {
    const complaints: unknown[] = [];
    class Failing extends ApplicationSession {
      override onJoin(): never {
        throw new Error('oh');
      }
    }
    await createNetwork().join(
      new Failing({ onUserError: (error, message) => complaints.push([`${error}`, message]) }),
    );
    expect(complaints).toEqual([['Error: oh', 'in onJoin']]);
  });
});

describe('an onLeave that fails', () => {
  class Failing extends ApplicationSession {
    readonly told: unknown[] = [];
    override async onLeave(): Promise<void> {
      throw new Error('oh');
    }
    override onDisconnect(wasClean: boolean): void {
      this.told.push(['disconnect', wasClean]);
    }
    override onUserError(error: unknown, message: string): void {
      this.told.push([`${error}`, message]);
    }
  }
  class FailingAtOnce extends Failing {
    override onLeave(): never {
      throw new Error('oh');
    }
  }

  test.each([Failing, FailingAtOnce])('%o: is told to onUserError, and closes the transport', async Session => {
    const network = createNetwork();
    const session = await network.join(new Session());
    const { transport } = session;
    await session.leave();
    await settle();
    expect(session.told).toEqual([
      ['Error: oh', 'in onLeave'],
      ['disconnect', true],
    ]);
    expect(await (transport as WampWebSocketClientProtocol).closed).toMatchObject({ localCode: 1011 });
  });

  test.each([Failing, FailingAtOnce])('%o: harms nobody when the transport is lost', async Session => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    const network = createNetwork();
    const session = await network.join(new Session());
    network.connections[0]!.server.dropConnection(true);
    await session.left;
    await settle();
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
    expect(session.told).toEqual(
      expect.arrayContaining([
        ['Error: oh', 'in onLeave'],
        ['disconnect', false],
      ]),
    );
  });
});

test('wrong arguments are found before anything is sent', async () => {
  const session = await createNetwork().client();
  const transport = session.transport as ITransport & { serializer: JsonSerializer };
  transport.serializer.stats();
  const f = () => {};
  for (const [attempt, error] of [
    [() => session.call(1 as never), TypeError],
    [() => session.call('a..b'), RangeError],
    [() => session.call('a.b', {} as never), TypeError],
    [() => session.call('a.b', [], [] as never), TypeError],
    [() => session.call('a.b', [], {}, { timeout: 0 }), RangeError],
    [() => session.call('a.b', [], {}, { onProgress: 1 as never }), TypeError],
    [() => session.register('a.b', null as never), TypeError],
    [() => session.register('a..b', f), RangeError],
    [() => session.register('a.b', f, { invoke: 'all' as never }), RangeError],
    [() => session.register('a.b', f, { concurrency: 0 }), RangeError],
    [() => session.subscribe('a b', f), RangeError],
    [() => session.subscribe('a.b', 1 as never), TypeError],
    [() => session.subscribe('a.b', f, { match: 'fuzzy' as never }), RangeError],
    [() => session.publish('a..b'), RangeError],
    [() => session.publish('a.b', null, null, { acknowledge: 1 as never }), TypeError],
    [() => session.join('x'), RangeError],
    [() => session.join(1 as never), TypeError],
    [() => session.leave('no uri'), RangeError],
    [() => session.leave(1 as never), TypeError],
  ] as const) {
    expect(await failure(attempt()), String(attempt)).toBeInstanceOf(error);
  }
  expect(() => session.define(1 as never, 'a.b')).toThrow(TypeError);
  expect(() => session.define(Error, 'a..b')).toThrow(RangeError);
  expect(transport.serializer.stats().messages).toBe(0);
});

describe('a payload codec', () => {
  const codec: IPayloadCodec = {
    encode(_isOriginating, uri, args, kwargs) {
      if (uri.startsWith('com.plain')) return null;
      const payload = new TextEncoder().encode(JSON.stringify([args, kwargs])).map(byte => byte ^ 0x55);
      return { payload, encAlgo: 'x_xor', encSerializer: 'json' };
    },
    decode(_isOriginating, _uri, { payload, encAlgo }) {
      if (encAlgo !== 'x_xor') throw new Error(encAlgo);
      const [args, kwargs] = JSON.parse(new TextDecoder().decode(payload.map(byte => byte ^ 0x55)));
      return { args, kwargs };
    },
  };

  test('hides arguments, results, errors and events from the router', async () => {
    const network = createNetwork();
    const [one, two, outsider] = [await network.client(), await network.client(), await network.client()];
    for (const session of [one, two]) session.setPayloadCodec(codec);
    expect(one.getPayloadCodec()).toBe(codec);
    await one.register('com.secret', ([x], { fail }) => {
      if (fail) throw new ApplicationError('com.no', [x]);
      return (x as number) + 1;
    });
    const heard: unknown[] = [];
    await one.subscribe('com.t', args => heard.push(args));
    const complaints: unknown[] = [];
    outsider.onUserError = error => complaints.push((error as ApplicationError).error);
    await outsider.subscribe('com.t', args => heard.push(args));
    expect(await two.call('com.secret', [41])).toBe(42);
    expect(await failure(two.call('com.secret', [1], { fail: true }))).toMatchObject({ error: 'com.no' });
    await two.publish('com.t', ['hush'], null, { acknowledge: true });
    await settle();
    expect(heard).toEqual([['hush']]);
    expect(complaints).toEqual(['wamp.error.no_payload_codec']);
    // Who has no codec can call, but is not understood.
    await outsider.register('com.open', () => 1);
    expect(await failure(two.call('com.open', [1]))).toMatchObject({ error: 'wamp.error.no_payload_codec' });
  });

  class Refused extends Error {
    readonly kwargs: Record<string, unknown> = { of: 'secret' };
  }

  test.each<{ name: string; endpoint: Endpoint; error: object }>([
    {
      name: 'an ApplicationError that is thrown',
      endpoint: () => {
        throw new ApplicationError('com.no', ['secret'], { of: 'secret' });
      },
      error: { error: 'com.no', args: ['secret'], kwargs: { of: 'secret' } },
    },
    {
      name: 'one that a promise rejects with',
      endpoint: () => Promise.reject(new ApplicationError('com.no', ['secret'])),
      error: { error: 'com.no', args: ['secret'] },
    },
    {
      name: 'an error of a class that was defined',
      endpoint: () => {
        throw new Refused('secret');
      },
      error: { error: 'com.refused', args: ['secret'], kwargs: { of: 'secret' } },
    },
    {
      name: 'any other error',
      endpoint: () => Promise.reject(new Error('secret')),
      error: { error: 'wamp.error.runtime_error', args: ['secret'] },
    },
    {
      name: 'a result that cannot be sent',
      endpoint: () => new Uint8Array(2 << 20),
      error: { error: 'wamp.error.payload_size_exceeded', args: [expect.any(String)] },
    },
  ])('encodes what an endpoint fails with: $name', async ({ endpoint, error }) => {
    const network = createNetwork();
    const [callee, caller, outsider] = [await network.client(), await network.client(), await network.client()];
    for (const session of [callee, caller]) session.setPayloadCodec(codec);
    callee.define(Refused, 'com.refused');
    callee.onUserError = () => {};
    await callee.register('com.p', endpoint);
    expect(await failure(caller.call('com.p'))).toMatchObject(error);
    // What passes the router is not plain: who has no codec cannot read it.
    expect(await failure(outsider.call('com.p'))).toMatchObject({ error: 'wamp.error.no_payload_codec' });
  });

  test.each([
    { name: 'the codec fails at it', args: ['secret'], fails: true },
    { name: 'it is too big', args: ['x'.repeat(2 << 20)], fails: false },
  ])('an error keeps its URI only, when $name', async ({ args, fails }) => {
    const network = createNetwork();
    const [callee, caller] = [await network.client(), await network.client()];
    callee.setPayloadCodec({
      ...codec,
      encode: (...given) => {
        if (fails) throw new Error('no key');
        return codec.encode(...given);
      },
    });
    await callee.register('com.p', () => {
      throw new ApplicationError('com.no', args);
    });
    expect(await failure(caller.call('com.p'))).toMatchObject({ error: 'com.no', args: [], kwargs: {} });
    expect(callee.isAttached).toBe(true);
  });
});

describe('a signal', () => {
  const REQUESTS: [string, (session: ApplicationSession, signal: AbortSignal) => Promise<unknown>][] = [
    ['subscribe', (session, signal) => session.subscribe('com.t', () => {}, { signal })],
    ['register', (session, signal) => session.register('com.p', () => 1, { signal })],
    ['publish', (session, signal) => session.publish('com.t', null, null, { acknowledge: true, signal })],
  ];

  test.each(REQUESTS)('ends the waiting of %s; what comes after it is taken back', async (_name, ask) => {
    const network = createNetwork();
    const [session, other] = [await network.client(), await network.client()];
    const controller = new AbortController();
    const outcome = failure(ask(session, controller.signal));
    controller.abort('enough');
    expect(await outcome).toBe('enough');
    await settle();
    expect(await other.call('wamp.subscription.match', ['com.t'])).toEqual([]);
    expect(await other.call('wamp.registration.match', ['com.p'])).toBe(null);
    expect(session.isAttached).toBe(true);
    expect(await failure(ask(session, AbortSignal.abort('before')))).toBe('before');
    const late = new AbortController();
    await ask(session, late.signal);
    late.abort();
  });

  test('ends the waiting of leave: the session leaves all the same', async () => {
    const network = createNetwork();
    const session = await network.client();
    const controller = new AbortController();
    const outcome = failure(session.leave('com.done', null, { signal: controller.signal }));
    controller.abort('enough');
    expect(await outcome).toBe('enough');
    expect(await session.left).toMatchObject({ reason: 'wamp.close.goodbye_and_out' });
    expect(network.router.sessions('realm1')).toEqual([]);
  });

  test('ends joining: the session leaves when it has joined all the same', async () => {
    const network = createNetwork();
    const session = new ApplicationSession({ realm: null });
    await network.connect(session);
    const controller = new AbortController();
    const outcome = failure(session.join('realm1', { signal: controller.signal }));
    controller.abort('enough');
    expect(await outcome).toBe('enough');
    await settle();
    expect(network.router.sessions('realm1')).toEqual([]);
  });
});

test('messages before there is a session break the protocol', async () => {
  const session = new ApplicationSession({ realm: null });
  session.onOpen({ isOpen: () => true, send() {} } as unknown as ITransport);
  expect(() => session.onMessage(new Abort({}, 'a.b'))).toThrow('a message of type 3 may not come now');
});
