import { describe, expect, test } from 'vitest';
import { ApplicationSession, CallResult, Cancel, JsonSerializer, type Kwargs, Yield } from '../../src/index.ts';
import { CborSerializer } from '../../src/serializers/cbor.ts';
import { createNetwork, settle } from '../support/network.ts';

/** What a promise was rejected with. */
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no failure',
    error => error,
  );

async function pair(): Promise<{
  network: ReturnType<typeof createNetwork>;
  callee: ApplicationSession;
  caller: ApplicationSession;
}> {
  const network = createNetwork();
  return { network, callee: await network.client(), caller: await network.client() };
}

describe('results', () => {
  test('come in pieces where the caller wants that, and only then', async () => {
    const { callee, caller } = await pair();
    const offered: boolean[] = [];
    await callee.register('com.count', async ([to], _kwargs, { progress }) => {
      offered.push(progress !== null);
      for (let i = 0; i < (to as number); i++) progress?.([i], { i });
      await null;
      return 'done';
    });
    const seen: [unknown[], Kwargs][] = [];
    const onProgress = (args: unknown[], kwargs: Kwargs): void => void seen.push([args, kwargs]);
    expect(await caller.call('com.count', [2], null, { onProgress })).toBe('done');
    expect(seen).toEqual([
      [[0], { i: 0 }],
      [[1], { i: 1 }],
    ]);
    expect(await caller.call('com.count', [2])).toBe('done');
    expect(offered).toEqual([true, false]);
  });

  test('that the caller has not asked for in pieces come whole, whatever the callee does', async () => {
    const came: unknown[][] = [];
    class Noting extends ApplicationSession {
      override onMessage(message: Parameters<ApplicationSession['onMessage']>[0]): unknown {
        came.push(message.marshal());
        return super.onMessage(message);
      }
    }
    const { network, callee } = await pair();
    const caller = await network.join(new Noting());
    await callee.register('com.p', () => {
      callee.transport!.send(new Yield(1, { progress: true }, ['too early']));
      return 'done';
    });
    expect(await caller.call('com.p')).toBe('done');
    expect(came.slice(1)).toEqual([[50, 1, {}, ['done']]]);
  });

  test.each([
    { returned: undefined, result: null },
    { returned: null, result: null },
    { returned: [1, 2], result: [1, 2] },
    { returned: new CallResult([1], {}), result: 1 },
    { returned: new CallResult([], { a: 1 }), result: new CallResult([], { a: 1 }) },
  ])('$returned arrives as $result', async ({ returned, result }) => {
    const { callee, caller } = await pair();
    await callee.register('com.p', () => returned);
    expect(await caller.call('com.p')).toEqual(result);
  });

  test('that cannot be written are wamp.error.invalid_payload', async () => {
    const { callee, caller } = await pair();
    await callee.register('com.p', () => 1n);
    expect(await failure(caller.call('com.p'))).toMatchObject({ error: 'wamp.error.invalid_payload' });
    expect(await failure(caller.call('com.p', [1n]))).toMatchObject({ code: 'ERR_WAMP_SERIALIZATION' });
  });

  test('that are too big are wamp.error.payload_size_exceeded', async () => {
    const { network, callee, caller } = await pair();
    await callee.register('com.p', () => 'x'.repeat(2_000_000));
    expect(await failure(caller.call('com.p'))).toMatchObject({ error: 'wamp.error.payload_size_exceeded' });
    expect(network.router.sessions('realm1')).toHaveLength(2);
  });
});

describe('payloads that only one side can read', () => {
  const BIG = 2n ** 60n;

  test('are wamp.error.invalid_payload to the caller, on the way there and on the way back', async () => {
    const serializers = [new CborSerializer(), new JsonSerializer()];
    const network = createNetwork({ serializers });
    const [cbor, json] = [await network.client({}, serializers[0]), await network.client({}, serializers[1])];
    await cbor.register('com.cbor', ([x], _kwargs, { progress }) => {
      if (x === 'progress') progress?.([BIG]);
      return BIG;
    });
    await json.register('com.json', () => 'fine');
    expect(await failure(cbor.call('com.json', [BIG]))).toMatchObject({ error: 'wamp.error.invalid_payload' });
    expect(await failure(json.call('com.cbor'))).toMatchObject({ error: 'wamp.error.invalid_payload' });
    const onProgress = (): void => {};
    const inPieces = json.call('com.cbor', ['progress'], null, { onProgress });
    expect(await failure(inPieces)).toMatchObject({ error: 'wamp.error.invalid_payload' });
    expect(await cbor.call('com.cbor')).toBe(BIG);
    expect(await cbor.call('com.json')).toBe('fine');
    expect(network.router.sessions('realm1')).toHaveLength(2);
  });
});

describe('errors', () => {
  test('of an endpoint are wamp.error.runtime_error, or what was defined for their class', async () => {
    const { callee, caller } = await pair();
    class NotFound extends Error {}
    for (const session of [callee, caller]) session.define(NotFound, 'com.error.not_found');
    await callee.register('com.known', () => Promise.reject(new NotFound('here')));
    await callee.register('com.other', () => {
      throw new TypeError('oh');
    });
    const known = await failure(caller.call('com.known'));
    expect(known).toBeInstanceOf(NotFound);
    expect(known).toMatchObject({ message: 'here' });
    expect(await failure(caller.call('com.other'))).toMatchObject({ error: 'wamp.error.runtime_error', args: ['oh'] });
  });

  test('tell that a procedure is not there, or is taken', async () => {
    const { callee, caller } = await pair();
    expect(await failure(caller.call('com.nobody'))).toMatchObject({ error: 'wamp.error.no_such_procedure' });
    const registration = await callee.register('com.p', () => 1);
    expect(await failure(caller.register('com.p', () => 2))).toMatchObject({
      error: 'wamp.error.procedure_already_exists',
    });
    expect(await failure(caller.register('com.p', () => 2, { invoke: 'first' }))).toMatchObject({
      error: 'wamp.error.procedure_exists_with_different_invocation_policy',
    });
    await registration.unregister();
    await registration.unregister();
    expect(registration.isActive).toBe(false);
    await caller.register('com.p', () => 2);
    expect(await callee.call('com.p')).toBe(2);
    expect(await failure(caller.register('wamp.mine', () => 2))).toMatchObject({ error: 'wamp.error.invalid_uri' });
  });

  test('tell a caller that the callee is gone', async () => {
    const { callee, caller } = await pair();
    await callee.register('com.never', () => new Promise(() => {}));
    const outcome = failure(caller.call('com.never'));
    await settle();
    callee.transport!.abort();
    expect(await outcome).toMatchObject({ error: 'wamp.error.canceled' });
    expect(await failure(caller.call('com.never'))).toMatchObject({ error: 'wamp.error.no_such_procedure' });
  });
});

describe('cancelling', () => {
  test.each([
    { cancelMode: 'skip', isInterrupted: false },
    { cancelMode: 'kill', isInterrupted: true },
    { cancelMode: 'killnowait', isInterrupted: true },
  ] as const)('by a signal, $cancelMode', async ({ cancelMode, isInterrupted }) => {
    const { callee, caller } = await pair();
    const interrupted: unknown[] = [];
    let finish = (_result: unknown): void => {};
    await callee.register('com.slow', (_args, _kwargs, { signal }) => {
      signal.addEventListener('abort', () => void interrupted.push(signal.reason));
      return new Promise(resolve => {
        finish = resolve;
      });
    });
    const controller = new AbortController();
    const outcome = failure(caller.call('com.slow', null, null, { signal: controller.signal, cancelMode }));
    await settle();
    controller.abort('enough');
    expect(await outcome).toBe('enough');
    await settle();
    expect(interrupted).toEqual(isInterrupted ? [expect.objectContaining({ error: 'wamp.error.canceled' })] : []);
    // An answer that comes all the same harms nobody.
    finish('late');
    await settle();
    expect(caller.isAttached && callee.isAttached).toBe(true);
  });

  test('kill: the answer is the callee’s (of clients that wait for it)', async () => {
    const { callee, caller } = await pair();
    await callee.register('com.slow', () => new Promise(() => {}));
    const outcome = failure(caller.call('com.slow'));
    await settle();
    caller.transport!.send(new Cancel(1, { mode: 'kill' }));
    expect(await outcome).toMatchObject({ error: 'wamp.error.canceled', args: ['the call was cancelled'] });
  });

  test('by the clock: the dealer tells both sides', async () => {
    const { network, callee, caller } = await pair();
    const reasons: unknown[] = [];
    await callee.register('com.slow', (_args, _kwargs, { signal }) => {
      signal.addEventListener('abort', () => void reasons.push(signal.reason));
      return new Promise(() => {});
    });
    const outcome = failure(caller.call('com.slow', null, null, { timeout: 1000 }));
    await settle();
    network.clock.advance(999);
    await settle();
    expect(reasons).toEqual([]);
    network.clock.advance(1);
    expect(await outcome).toMatchObject({ error: 'wamp.error.timeout' });
    await settle();
    expect(reasons).toMatchObject([{ error: 'wamp.error.timeout' }]);
    expect(network.clock.pendingTimers).toBe(0);
  });

  test('a signal that was aborted before sends nothing', async () => {
    const { caller } = await pair();
    expect(await failure(caller.call('com.p', null, null, { signal: AbortSignal.abort('no') }))).toBe('no');
  });

  test('a caller that goes interrupts its callee', async () => {
    const { callee, caller } = await pair();
    let reason: unknown = null;
    await callee.register('com.slow', (_args, _kwargs, { signal }) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason;
      });
      return new Promise(() => {});
    });
    const outcome = failure(caller.call('com.slow'));
    await settle();
    caller.transport!.abort();
    expect(await outcome).toMatchObject({ code: 'ERR_WAMP_TRANSPORT_LOST' });
    await settle();
    expect(reason).toMatchObject({ error: 'wamp.error.canceled' });
  });
});

describe('registrations', () => {
  test.each([
    { invoke: 'first', answers: ['a', 'a', 'a', 'a'] },
    { invoke: 'last', answers: ['c', 'c', 'c', 'c'] },
    { invoke: 'roundrobin', answers: ['a', 'b', 'c', 'a'] },
  ] as const)('are shared: $invoke', async ({ invoke, answers }) => {
    const network = createNetwork();
    const ids: number[] = [];
    for (const name of ['a', 'b', 'c']) {
      const callee = await network.client();
      ids.push((await callee.register('com.shared', () => name, { invoke })).id);
    }
    expect(new Set(ids).size).toBe(1);
    const caller = await network.client();
    const seen: unknown[] = [];
    for (let i = 0; i < 4; i++) seen.push(await caller.call('com.shared'));
    expect(seen).toEqual(answers);
  });

  test('are shared: random asks all of them in the long run', async () => {
    const network = createNetwork();
    for (const name of ['a', 'b']) await (await network.client()).register('com.r', () => name, { invoke: 'random' });
    const caller = await network.client();
    const seen = await Promise.all(Array.from({ length: 30 }, () => caller.call('com.r')));
    expect(new Set(seen)).toEqual(new Set(['a', 'b']));
  });

  test('have a limit of their own (concurrency)', async () => {
    const { callee, caller } = await pair();
    const finish: (() => void)[] = [];
    const endpoint = (): Promise<unknown> => new Promise<void>(resolve => void finish.push(resolve));
    await callee.register('com.two', endpoint, { concurrency: 2 });
    const calls = [caller.call('com.two'), caller.call('com.two')];
    expect(await failure(caller.call('com.two'))).toMatchObject({ error: 'wamp.error.no_eligible_callee' });
    for (const each of finish) each();
    await Promise.all(calls);
    calls.push(caller.call('com.two'));
    await settle();
    finish.at(-1)?.();
    await Promise.all(calls);
  });

  test('are patterns: the best one answers, and hears what was called', async () => {
    const { callee, caller } = await pair();
    await callee.register('com.a.', (_args, _kwargs, { procedure }) => `prefix ${procedure}`, { match: 'prefix' });
    await callee.register('com..b', (_args, _kwargs, { procedure }) => `wildcard ${procedure}`, { match: 'wildcard' });
    await callee.register('com.a.c', (_args, _kwargs, { procedure }) => `exact ${procedure}`);
    expect(await caller.call('com.a.c')).toBe('exact com.a.c');
    expect(await caller.call('com.a.b')).toBe('prefix com.a.b');
    expect(await caller.call('com.x.b')).toBe('wildcard com.x.b');
  });

  test('are taken by force, and whoever had them is told', async () => {
    const { callee, caller } = await pair();
    const registration = await callee.register('com.p', () => 'old');
    await caller.register('com.p', () => 'new', { forceReregister: true });
    expect(await callee.call('com.p')).toBe('new');
    expect(registration.isActive).toBe(false);
  });

  test('name the caller to the callee where it wants that', async () => {
    const { callee, caller } = await pair();
    await callee.register('com.who', (_args, _kwargs, { caller: id, callerAuthrole }) => [id, callerAuthrole]);
    expect(await caller.call('com.who')).toEqual([null, null]);
    const { session } = caller.sessionDetails!;
    expect(await caller.call('com.who', null, null, { discloseMe: true })).toEqual([session, 'anonymous']);
  });
});
