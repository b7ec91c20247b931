// What one session writes is passed on to those that can read it; it ends nobody's session.

import { afterEach, describe, expect, test } from 'vitest';
import {
  ApplicationError,
  ApplicationSession,
  createMemoryBus,
  type ISerializer,
  JsonSerializer,
} from '../../src/index.ts';
import { CborSerializer } from '../../src/serializers/cbor.ts';
import { MsgpackSerializer } from '../../src/serializers/msgpack.ts';
import { createNetwork, type Network, type NetworkOptions, settle } from '../support/network.ts';

const FORMATS: Readonly<Record<string, ISerializer>> = {
  cbor: new CborSerializer(),
  msgpack: new MsgpackSerializer(),
  json: new JsonSerializer(),
};
const serializers = Object.values(FORMATS);
/** An object that has the key itself. */
const PROTO = JSON.parse('{"__proto__":1}');
const NUL = '\0abc';
const INVALID = 'wamp.error.invalid_payload';

const sessions: ApplicationSession[] = [];
async function client(network: Network, format: string, authid?: string): Promise<ApplicationSession> {
  const session = await network.client({ authid }, FORMATS[format]);
  sessions.push(session);
  return session;
}
/** Sessions are who they say they are. */
const network = (options: NetworkOptions = {}): Network =>
  createNetwork({
    serializers,
    authenticate: ({ authid }) => (authid === null ? {} : { authid }),
    ...options,
  });
const uriOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch(error => error.error ?? error);

afterEach(async () => {
  await settle();
  expect(sessions.map(({ isAttached }) => isAttached)).toEqual(sessions.map(() => true));
  sessions.length = 0;
});

const PAYLOADS = [
  { name: 'an own __proto__', from: 'json', value: PROTO, readers: ['cbor', 'json'] },
  { name: 'text that begins with NUL', from: 'msgpack', value: NUL, readers: ['cbor', 'msgpack'] },
  { name: 'text that begins with NUL', from: 'cbor', value: NUL, readers: ['cbor', 'msgpack'] },
];

describe.each(PAYLOADS)('$name of a $from session', ({ from, value, readers }) => {
  test('is an event for those that can be sent it', async () => {
    const here = network();
    const heard: string[] = [];
    for (const format of Object.keys(FORMATS)) {
      await (await client(here, format)).subscribe('com.t', () => heard.push(format));
    }
    const publisher = await client(here, from);
    await publisher.publish('com.t', [value], null, { acknowledge: true });
    if (typeof value === 'object') await publisher.publish('com.t', [], value, { acknowledge: true });
    await settle();
    expect(new Set(heard)).toEqual(new Set(readers));
  });

  test('is a result, an error or an argument, or invalid_payload', async () => {
    const here = network();
    const callee = await client(here, from);
    await callee.register('com.result', () => value);
    await callee.register('com.progress', (_args, _kwargs, { progress }) => progress?.([value]));
    await callee.register('com.error', () => {
      throw new ApplicationError('com.error.own', [value]);
    });
    for (const format of Object.keys(FORMATS)) {
      const caller = await client(here, format);
      const isReader = readers.includes(format);
      const expected = isReader ? [expect.anything(), null] : [INVALID, INVALID];
      const inPieces = caller.call('com.progress', null, null, { onProgress() {} });
      expect(await Promise.all([uriOf(caller.call('com.result')), uriOf(inPieces)])).toEqual(expected);
      expect(await uriOf(caller.call('com.error'))).toBe('com.error.own');
      await caller.register('com.argument', () => 'taken', { forceReregister: true });
      expect(await uriOf(callee.call('com.argument', [value]))).toBe(isReader ? 'taken' : INVALID);
    }
  });
});

test('bytes that are too many in JSON are payload_size_exceeded', async () => {
  const here = network();
  const [json, cbor] = [await client(here, 'json'), await client(here, 'cbor')];
  await cbor.register('com.result', () => new Uint8Array(900_000));
  expect(await uriOf(json.call('com.result'))).toBe('wamp.error.payload_size_exceeded');
});

describe('a JSON session', () => {
  test('hears of others what it can be told, by meta procedures and events', async () => {
    const here = network();
    const json = await client(here, 'json');
    const events: unknown[] = [];
    await json.subscribe('wamp.session.on_join', () => events.push('join'));
    await json.subscribe('wamp.session.on_leave', () => events.push('leave'));
    const other = await client(here, 'msgpack', NUL);
    const { session } = other.sessionDetails!;
    expect(await uriOf(json.call('wamp.session.get', [session]))).toBe(INVALID);
    const { id } = await other.register(`${NUL}.p`, () => 1);
    expect(await uriOf(json.call('wamp.registration.get', [id]))).toBe(INVALID);
    expect(await json.call('wamp.session.count')).toBe(2);
    expect(await other.call('wamp.session.get', [session])).toMatchObject({ authid: NUL });
    sessions.splice(sessions.indexOf(other), 1);
    await other.leave();
    await client(here, 'cbor');
    await settle();
    expect(events).toEqual(['join']);
  });

  test('is called by sessions, and hears of topics, that it can be told of', async () => {
    const here = network();
    const [json, other] = [await client(here, 'json'), await client(here, 'cbor', NUL)];
    const heard: string[] = [];
    await json.subscribe('', (_args, _kwargs, { topic }) => heard.push(topic), { match: 'prefix' });
    await json.register('com.p', () => 'fine');
    await other.register('com.fail', () => {
      throw new ApplicationError(NUL);
    });
    await other.publish(NUL, [1], null, { acknowledge: true });
    await other.publish('com.t', [1], null, { acknowledge: true, discloseMe: true });
    await other.publish('com.t', [1], null, { acknowledge: true });
    expect(await uriOf(other.call('com.p', null, null, { discloseMe: true }))).toBe(INVALID);
    expect(await other.call('com.p')).toBe('fine');
    expect(await uriOf(json.call('com.fail'))).toBe(INVALID);
    await settle();
    expect(heard).toEqual(['com.t']);
  });

  test('is killed in words that it can be told', async () => {
    const here = network();
    const [json, other] = [await client(here, 'json'), await client(here, 'msgpack')];
    sessions.splice(sessions.indexOf(json), 1);
    const { session } = json.sessionDetails!;
    expect(await other.call('wamp.session.kill', [session], { reason: 'com.go', message: NUL })).toBe(null);
    expect(await json.left).toEqual({ reason: 'wamp.close.killed', message: null });
    await settle();
    expect(here.clock.pendingTimers).toBe(0);
  });

  test('that may not be called as it wants to be is refused', async () => {
    const here = network();
    const protocol = await here.connect(new ApplicationSession({ realm: null }), FORMATS['json']);
    protocol.sendMessage(JSON.stringify([1, 'realm1', { roles: { caller: {} }, authid: NUL }]));
    const info = await protocol.closed;
    expect([info.code, here.router.sessions('realm1')]).toEqual([1000, []]);
  });
});

describe('a bus, which is written in JSON', () => {
  test('does without what it cannot carry; the sessions here do not notice', async () => {
    const bus = createMemoryBus();
    const [here, there] = [network({ bus }), network({ bus, random: undefined as never })];
    await settle();
    const [one, two] = [await client(here, 'cbor'), await client(there, 'cbor')];
    const heard: unknown[] = [];
    await two.subscribe('com.t', args => heard.push(args));
    await client(here, 'msgpack', NUL);
    await one.register(`${NUL}.p`, () => 1);
    await one.register('com.result', () => 2n ** 60n);
    await one.register('com.fail', () => {
      throw new ApplicationError('com.error.own', [NUL]);
    });
    await settle();
    for (const value of [NUL, 2n ** 60n, 'fine']) await one.publish('com.t', [value], null, { acknowledge: true });
    expect(await uriOf(two.call('com.result'))).toBe(INVALID);
    expect(await uriOf(two.call('com.fail'))).toBe('com.error.own');
    // One that comes later learns of what can be told.
    const late = network({ bus, random: undefined as never });
    await settle();
    expect(await uriOf((await client(late, 'cbor')).call('com.fail'))).toBe('com.error.own');
    await settle();
    expect(heard).toEqual([['fine']]);
  });
});
