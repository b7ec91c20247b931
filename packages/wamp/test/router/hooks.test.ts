import { describe, expect, test } from 'vitest';
import {
  ApplicationError,
  ApplicationSession,
  createRouter,
  Hello,
  type IMessage,
  JsonSerializer,
  Publish,
  ticketAuth,
  ticketChallenge,
  type WampWebSocketClientProtocol,
} from '../../src/index.ts';
import { createNetwork, reported, settle } from '../support/network.ts';

/** Why a session could not join. */
async function refusal(network: ReturnType<typeof createNetwork>, session: ApplicationSession): Promise<unknown> {
  await network.connect(session);
  return session.joined.then(
    () => 'joined',
    error => error.error,
  );
}

describe('authenticate', () => {
  test('says who a session is', async () => {
    const network = createNetwork({
      authenticate: async ({ authextra }) => ({
        authid: 'joe',
        authrole: 'user',
        authextra: { ...authextra, more: 1 },
      }),
    });
    const session = await network.client({ authextra: { a: 1 } });
    expect(session.sessionDetails).toMatchObject({
      authid: 'joe',
      authrole: 'user',
      authmethod: 'anonymous',
      authextra: { a: 1, more: 1 },
    });
  });

  test.each([
    { name: 'null', authenticate: () => null, error: 'wamp.error.authentication_failed' },
    {
      name: 'an ApplicationError',
      authenticate: () => {
        throw new ApplicationError('wamp.error.no_such_principal', ['who?']);
      },
      error: 'wamp.error.no_such_principal',
    },
    {
      name: 'any other error',
      authenticate: () => Promise.reject(new Error('secret')),
      error: 'wamp.error.authentication_failed',
    },
  ])('$name is a refusal', async ({ authenticate, error }) => {
    const network = createNetwork({ authenticate });
    expect(await refusal(network, new ApplicationSession())).toBe(error);
  });

  test('a challenge is answered by the session, or not', async () => {
    const network = createNetwork({
      authenticate: ({ authmethods }) => {
        if (!authmethods.includes('ticket')) throw new ApplicationError('wamp.error.no_auth_method');
        return ticketChallenge({ ticket: 'open sesame', authrole: 'user' });
      },
    });
    const good = await network.client({ authenticators: [ticketAuth(async () => 'open sesame')] });
    expect(good.sessionDetails).toMatchObject({ authmethod: 'ticket', authrole: 'user' });
    expect(await refusal(network, new ApplicationSession())).toBe('wamp.error.no_auth_method');
    const wrong = new ApplicationSession({ authenticators: [ticketAuth('guess')] });
    expect(await refusal(network, wrong)).toBe('wamp.error.authentication_failed');
    const unable = new ApplicationSession({ authmethods: ['ticket'] });
    expect(await refusal(network, unable)).toBe('wamp.error.cannot_authenticate');
    await settle();
    expect(network.router.sessions('realm1')).toHaveLength(1);
  });

  test('who does not join in time is refused', async () => {
    const network = createNetwork({ joinTimeout: 5000 });
    const session = new ApplicationSession({ realm: null });
    await network.connect(session);
    network.clock.advance(5000);
    await settle();
    expect(session.isConnected).toBe(false);
    expect(network.clock.pendingTimers).toBe(0);
  });
});

describe('authorize', () => {
  test('refuses what it does not allow', async () => {
    const network = createNetwork({ authorize: (_session, action, uri) => uri !== `com.no.${action}` });
    const session = await network.client();
    const refused = { error: 'wamp.error.not_authorized' };
    await expect(session.call('com.no.call')).rejects.toMatchObject(refused);
    await expect(session.register('com.no.register', () => 1)).rejects.toMatchObject(refused);
    await expect(session.subscribe('com.no.subscribe', () => 1)).rejects.toMatchObject(refused);
    await expect(session.publish('com.no.publish', null, null, { acknowledge: true })).rejects.toMatchObject(refused);
    await session.register('com.yes', () => 'yes');
    expect(await session.call('com.yes')).toBe('yes');
  });

  test.each([
    { how: 'one by one', isBatch: false },
    { how: 'in one batch', isBatch: true },
  ])('may take its time: what a session asks $how is done in its order', async ({ isBatch }) => {
    const pending: (() => void)[] = [];
    const network = createNetwork({
      authorize: (_session, action, uri) =>
        uri === 'com.slow' ? new Promise(resolve => void pending.push(() => resolve(true))) : action !== 'call',
    });
    const [one, two] = [await network.client(), await network.client()];
    const heard: string[] = [];
    await two.subscribe('com.', (_args, _kwargs, { topic }) => heard.push(topic), { match: 'prefix' });
    const topics = ['slow', 'fast', 'faster', 'slow', 'fastest'];
    if (isBatch) {
      const serializer = new JsonSerializer({ isBatched: true });
      const batch = topics.map((topic, i) => serializer.serialize(new Publish(100 + i, {}, `com.${topic}`)));
      (one.transport as WampWebSocketClientProtocol).sendMessage(Buffer.concat(batch));
    } else for (const topic of topics) await one.publish(`com.${topic}`);
    const call = one.call('com.x').catch(error => error.error);
    await settle();
    expect([heard, pending.length]).toEqual([[], 1]);
    pending[0]?.();
    await settle();
    expect([heard, pending.length]).toEqual([['com.slow', 'com.fast', 'com.faster'], 2]);
    pending[1]?.();
    expect(await call).toBe('wamp.error.not_authorized');
    await settle();
    expect(heard.slice(3)).toEqual(['com.slow', 'com.fastest']);
  });

  test('a batch of thousands waits in time that grows with it, not with its square', async () => {
    const network = createNetwork({ authorize: async () => true });
    const session = await network.client();
    const { length } = Array.from({ length: 40_000 }, () => 0);
    const began = performance.now();
    const batch = new TextEncoder().encode('[16,1,{},"a.b"]\x18'.repeat(length));
    (session.transport as WampWebSocketClientProtocol).sendMessage(batch, false);
    await session.publish('a.b', null, null, { acknowledge: true });
    // Otherwise a message of 640 KB keeps the router busy for half a minute.
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('what comes while those that waited have their turn comes after them', async () => {
    const asked: string[] = [];
    const router = createRouter({
      realms: ['realm1'],
      authorize: (_session, _action, uri) => {
        asked.push(uri);
        return uri === 'com.slow' ? Promise.resolve(true) : true;
      },
    });
    const session = router.createSession();
    const publish = (uri: string): unknown => session.onMessage(new Publish(1, { acknowledge: true }, uri));
    let answers = 0;
    const transport = {
      transportDetails: null,
      serializerId: 'json',
      bufferedAmount: 0,
      isOpen: () => true,
      close() {},
      abort() {},
      fail() {},
      send({ messageType }: IMessage) {
        if (messageType === 17 && ++answers === 2) publish('com.last');
      },
    };
    session.onOpen(transport);
    session.onMessage(new Hello('realm1', { roles: { publisher: {} } }));
    for (const uri of ['com.slow', 'com.one', 'com.two']) publish(uri);
    await settle();
    expect(asked).toEqual(['com.slow', 'com.one', 'com.two', 'com.last']);
  });

  test('that fails when the session has been told goodbye says nothing to it any more', async () => {
    const came: number[] = [];
    class Staying extends ApplicationSession {
      override onLeave(): void {}
      override onMessage(message: Parameters<ApplicationSession['onMessage']>[0]): unknown {
        came.push(message.messageType);
        return super.onMessage(message);
      }
    }
    const failures: (() => void)[] = [];
    const authorize = (): Promise<boolean> =>
      new Promise((_resolve, reject) => void failures.push(() => reject(new Error('too late'))));
    const network = createNetwork({ authorize });
    const session = await network.join(new Staying());
    const call = session.call('com.p').catch(error => error.error);
    await settle();
    network.router.close();
    expect(await call).toBe('wamp.close.system_shutdown');
    failures[0]?.();
    await settle();
    // WELCOME and GOODBYE.
    expect(came).toEqual([2, 6]);
  });

  test('can name sessions to the other end, or keep them from being named', async () => {
    const network = createNetwork({
      authorize: (_session, _action, uri) => ({ allow: true, disclose: uri === 'com.p' }),
    });
    const [callee, caller] = [await network.client(), await network.client()];
    await callee.register('com.', (_args, _kwargs, { caller: id }) => id, { match: 'prefix' });
    expect(await caller.call('com.p')).toBe(caller.sessionDetails!.session);
    expect(await caller.call('com.q', null, null, { discloseMe: true })).toBe(null);
  });

  test('that fails is a refusal, and is reported', async () => {
    reported.length = 0;
    const network = createNetwork({
      authorize: (_session, action) => {
        if (action === 'call') throw new Error('broken');
        return Promise.reject(new Error('broken later'));
      },
    });
    const session = await network.client();
    const failed = { error: 'wamp.error.authorization_failed' };
    await expect(session.call('com.p')).rejects.toMatchObject(failed);
    await expect(session.subscribe('com.t', () => {})).rejects.toMatchObject(failed);
    expect(reported.map(([event]) => event)).toEqual(['wamp-authorize-failed', 'wamp-authorize-failed']);
  });
});
