import { decodeText, encodeText } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import {
  type ApplicationSession,
  type BusListener,
  CallResult,
  createMemoryBus,
  type RouterBus,
} from '../../src/index.ts';
import { createNetwork, type Network, reported, settle } from '../support/network.ts';

interface Cluster {
  readonly networks: readonly Network[];
  /** One at each router. */
  readonly sessions: readonly ApplicationSession[];
}

async function cluster(size: number): Promise<Cluster> {
  const bus = createMemoryBus();
  // Each draws its own ids.
  const networks = Array.from({ length: size }, () => createNetwork({ bus, random: undefined as never }));
  await settle();
  const sessions = await Promise.all(networks.map(network => network.client()));
  return { networks, sessions };
}

describe('routers that are joined by a bus', () => {
  test('pass publications on, with their filters, payloads and patterns', async () => {
    const { sessions } = await cluster(3);
    const [one, two, three] = sessions as [ApplicationSession, ApplicationSession, ApplicationSession];
    const heard: unknown[] = [];
    await two.subscribe('com.', (args, kwargs, d) => heard.push(['two', args, kwargs, d.topic, d.publisher]), {
      match: 'prefix',
    });
    await three.subscribe('com.t', (args, kwargs, d) => heard.push(['three', args, kwargs, d.topic, d.publisher]));
    const bytes = new Uint8Array([0, 1, 255]);
    await one.publish('com.t', [bytes, 1], { a: 'é' }, { discloseMe: true });
    await one.publish('com.t', ['not for three'], null, { exclude: three.sessionDetails!.session });
    await settle();
    const id = one.sessionDetails!.session;
    expect(heard).toEqual(
      expect.arrayContaining([
        ['two', [bytes, 1], { a: 'é' }, 'com.t', id],
        ['three', [bytes, 1], { a: 'é' }, 'com.t', id],
        ['two', ['not for three'], {}, 'com.t', null],
      ]),
    );
    expect(heard).toHaveLength(3);
  });

  test('pass calls on: results, progress, errors, cancelling', async () => {
    const { sessions } = await cluster(2);
    const [callee, caller] = sessions as [ApplicationSession, ApplicationSession];
    let isInterrupted = false;
    await callee.register('com.echo', (args, kwargs, { progress, caller: id }) => {
      progress?.(['soon']);
      return new CallResult([...args, id], kwargs);
    });
    await callee.register('com.fail', () => {
      throw new RangeError('no');
    });
    await callee.register('com.never', (_args, _kwargs, { signal }) => {
      signal.addEventListener('abort', () => {
        isInterrupted = true;
      });
      return new Promise(() => {});
    });
    await settle();
    const seen: unknown[] = [];
    const options = { onProgress: (args: unknown[]) => void seen.push(args), discloseMe: true };
    const id = caller.sessionDetails!.session;
    expect(await caller.call('com.echo', [1], { a: 2 }, options)).toEqual(new CallResult([1, id], { a: 2 }));
    expect(seen).toEqual([['soon']]);
    await expect(caller.call('com.fail')).rejects.toMatchObject({ error: 'wamp.error.runtime_error', args: ['no'] });
    const controller = new AbortController();
    const call = caller.call('com.never', null, null, { signal: controller.signal }).catch(error => error);
    await settle();
    controller.abort('enough');
    expect(await call).toBe('enough');
    await settle();
    expect(isInterrupted).toBe(true);
  });

  test('share registrations, and know when they end', async () => {
    const { networks, sessions } = await cluster(2);
    const [one, two] = sessions as [ApplicationSession, ApplicationSession];
    const registration = await one.register('com.p', () => 'one', { invoke: 'roundrobin' });
    await settle();
    await expect(two.register('com.p', () => 'two')).rejects.toMatchObject({
      error: 'wamp.error.procedure_exists_with_different_invocation_policy',
    });
    await two.register('com.p', () => 'two', { invoke: 'roundrobin' });
    await settle();
    const answers = new Set([await one.call('com.p'), await one.call('com.p')]);
    expect(answers).toEqual(new Set(['one', 'two']));
    await registration.unregister();
    await settle();
    expect([await two.call('com.p'), await one.call('com.p')]).toEqual(['two', 'two']);
    networks[1]!.router.close();
    await settle();
    await expect(one.call('com.p')).rejects.toMatchObject({ error: 'wamp.error.no_such_procedure' });
  });

  test('that greet each other in the same moment know each procedure once', async () => {
    const memory = createMemoryBus();
    let start = (): void => {};
    const started = new Promise<void>(resolve => {
      start = resolve;
    });
    // As over a network: the sessions are there before the bus is.
    const bus: RouterBus = {
      join: async (...place) => {
        await started;
        return memory.join(...place);
      },
    };
    const networks = [0, 1].map(() => createNetwork({ bus, random: undefined as never }));
    const [one, two] = [await networks[0]!.client(), await networks[1]!.client()];
    const registration = await one.register('com.one', () => 1);
    await two.register('com.two', () => 2);
    start();
    await settle();
    expect([await one.call('com.two'), await two.call('com.one')]).toEqual([2, 1]);
    await registration.unregister();
    networks[1]!.router.close();
    await settle();
    await expect(one.call('com.two')).rejects.toMatchObject({ error: 'wamp.error.no_such_procedure' });
    expect(await one.call('wamp.registration.list')).toEqual({ exact: [], prefix: [], wildcard: [] });
  });

  test('a router that comes later learns what there is; calls to one that goes fail', async () => {
    const bus = createMemoryBus();
    const early = createNetwork({ bus, random: undefined as never });
    const callee = await early.client();
    await callee.register('com.early', () => 'here');
    await callee.register('com.never', () => new Promise(() => {}));
    const late = createNetwork({ bus, random: undefined as never });
    await settle();
    const caller = await late.client();
    expect(await caller.call('com.early')).toBe('here');
    const call = caller.call('com.never').catch(error => error);
    await settle();
    early.router.close();
    expect(await call).toMatchObject({ error: 'wamp.error.canceled' });
  });

  test('a node that is lost takes its procedures with it; nonsense from one harms nobody', async () => {
    reported.length = 0;
    const listeners: BusListener[] = [];
    const sent: string[] = [];
    const bus: RouterBus = {
      async join(_channel, _node, listener) {
        listeners.push(listener);
        return { broadcast: payload => sent.push(decodeText(payload)), send() {}, close() {} };
      },
    };
    const network = createNetwork({ bus });
    await settle();
    const session = await network.client();
    const [listener] = listeners;
    const say = (text: string): void => listener!.onMessage('other', encodeText(text));
    say('[2,0,{"roles":{"broker":{}}}]');
    say('[64,77,{},"com.far"]');
    const call = session.call('com.far').catch(error => error);
    await settle();
    for (const nonsense of ['', '[]', '[99]', '[70,12,{}]', '[66,1,5]', '[68,1,5,{}]', '[48,1,{},"a.b"]'])
      say(nonsense);
    say('[16,5,{"disclose_me":true,"forward_for":[{"session":9,"authid":null,"authrole":"user"}]},"com.t"]');
    expect(reported.map(([event]) => event)).toEqual(Array(5).fill('wamp-bus-message'));
    listener!.onNodeLost('other');
    expect(await call).toMatchObject({ error: 'wamp.error.canceled' });
    expect(await session.call('com.far').catch(error => error.error)).toBe('wamp.error.no_such_procedure');
    expect(sent.map(text => JSON.parse(text)[0])).toContain(1);
  });

  test('a bus that cannot be joined is reported, and the router works by itself', async () => {
    reported.length = 0;
    const network = createNetwork({ bus: { join: () => Promise.reject(new Error('no bus')) } });
    const session = await network.client();
    await session.register('com.p', () => 1);
    expect(await session.call('com.p')).toBe(1);
    expect(reported).toMatchObject([['wamp-bus-failed', { message: 'no bus' }]]);
  });
});
