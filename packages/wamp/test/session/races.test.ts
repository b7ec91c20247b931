// What comes in an order, or at a time, that nobody has planned: a router's messages in one read, answers too late.

import { manualClock } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import {
  ApplicationSession,
  type Authenticate,
  Challenge,
  type ChallengeAnswer,
  type CloseDetails,
  ErrorMessage,
  Event,
  Goodbye,
  type IMessage,
  type ITransport,
  Registered,
  Result,
  Subscribed,
  type Unregister,
  Unregistered,
  type Unsubscribe,
  Unsubscribed,
  Welcome,
} from '../../src/index.ts';
import { createNetwork, settle } from '../support/network.ts';

/** The client's end of a connection, without one: a test says what comes. */
class Line implements ITransport {
  readonly transportDetails = null;
  readonly serializerId = 'json';
  readonly bufferedAmount = 0;
  readonly sent: IMessage[] = [];

  send(message: IMessage): void {
    this.sent.push(message);
  }
  isOpen(): boolean {
    return true;
  }
  close(): void {}
  abort(): void {}
  fail(error: unknown): never {
    throw error;
  }
  /** The codes of what was sent after HELLO. */
  get codes(): number[] {
    return this.sent.slice(1).map(({ messageType }) => messageType);
  }
}

const WELCOME = new Welcome(77, { roles: { broker: {}, dealer: {} } });

function joined(): { session: ApplicationSession; line: Line } {
  const [session, line] = [new ApplicationSession(), new Line()];
  session.onOpen(line);
  session.onMessage(WELCOME);
  return { session, line };
}

describe('register', () => {
  const ENDS: [string, IMessage & Parameters<ApplicationSession['onMessage']>[0]][] = [
    ['a revocation', new Unregistered(0, { registration: 555, reason: 'wamp.registration.revoked' })],
    ['a goodbye', new Goodbye({}, 'wamp.close.system_shutdown')],
  ];

  test.each(ENDS)('gives the registration when %s comes in the same read', async (_name, end) => {
    const { session } = joined();
    const registering = session.register('com.p', () => 1);
    session.onMessage(new Registered(1, 555));
    session.onMessage(end);
    const registration = await registering;
    expect(registration).toMatchObject({ id: 555, procedure: 'com.p', isActive: false });
    await registration.unregister();
  });

  test.each(ENDS)('that was aborted has nothing to take back when %s comes in the same read', async (_name, end) => {
    const { session, line } = joined();
    const controller = new AbortController();
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    const registering = session.register('com.p', () => 1, { signal: controller.signal });
    controller.abort('enough');
    await expect(registering).rejects.toBe('enough');
    session.onMessage(new Registered(1, 555));
    session.onMessage(end);
    await settle();
    process.off('unhandledRejection', onUnhandled);
    expect([unhandled, line.codes.includes(66)]).toEqual([[], false]);
  });

  test('is answered by REGISTERED only where it was asked', () => {
    expect(() => joined().session.onMessage(new Registered(1, 555))).toThrow('which was not asked');
  });
});

describe('unregister', () => {
  test('twice at once asks the router once', async () => {
    const session = await createNetwork().client();
    const registration = await session.register('com.p', () => 1);
    const outcomes = await Promise.allSettled([registration.unregister(), registration.unregister()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(registration.isActive).toBe(false);
  });

  test('may be tried again when it has failed', async () => {
    const { session, line } = joined();
    const registering = session.register('com.p', () => 1);
    session.onMessage(new Registered(1, 555));
    const registration = await registering;
    line.send = () => {
      throw new Error('busy');
    };
    await expect(registration.unregister()).rejects.toThrow('busy');
    line.send = message => void line.sent.push(message);
    const second = registration.unregister();
    session.onMessage(new Unregistered((line.sent.at(-1) as Unregister).request));
    await second;
    expect(registration.isActive).toBe(false);
  });
});

describe('unsubscribe', () => {
  test('while a SUBSCRIBE for the same topic is on its way leaves that its events', async () => {
    const network = createNetwork();
    const [subscriber, publisher] = [await network.client(), await network.client()];
    const heard: string[] = [];
    const one = await subscriber.subscribe('com.t', () => heard.push('one'));
    const subscribing = subscriber.subscribe('com.t', () => heard.push('two'));
    await one.unsubscribe();
    const two = await subscribing;
    await publisher.publish('com.t', null, null, { acknowledge: true });
    await settle();
    expect([heard, one.isActive, two.isActive]).toEqual([['two'], false, true]);
    await two.unsubscribe();
    expect(await publisher.call('wamp.subscription.match', ['com.t'])).toEqual([]);
  });

  test('waits for one that fails, and for one that came later, and drops the events meanwhile', async () => {
    const { session, line } = joined();
    const heard: unknown[] = [];
    const handler = (args: unknown[]): void => void heard.push(args);
    const first = session.subscribe('com.t', handler, { match: 'prefix' });
    session.onMessage(new Subscribed(1, 9));
    const one = await first;
    const failing = session.subscribe('com.t', handler, { match: 'prefix' }).catch(error => error.error);
    // Of another kind: this one is not waited for.
    session.subscribe('com.t', handler).catch(() => {});
    const unsubscribing = one.unsubscribe();
    await one.unsubscribe();
    session.onMessage(new Event(9, 1, {}, ['meanwhile']));
    await settle();
    expect(line.codes).toEqual([32, 32, 32]);
    session.onMessage(new ErrorMessage(32, 2, {}, 'wamp.error.not_authorized'));
    expect(await failing).toBe('wamp.error.not_authorized');
    await settle();
    expect(line.codes).toEqual([32, 32, 32, 34]);
    const { request } = line.sent.at(-1) as Unsubscribe;
    session.onMessage(new Unsubscribed(request));
    await unsubscribing;
    expect(heard).toEqual([]);
  });

  test('may cross the broker ending the subscription', async () => {
    const { session, line } = joined();
    const first = session.subscribe('com.t', () => {});
    session.onMessage(new Subscribed(1, 9));
    const one = await first;
    const unsubscribing = one.unsubscribe().catch(error => error.error);
    await settle();
    expect(line.codes).toEqual([32, 34]);
    session.onMessage(new Unsubscribed(0, { subscription: 9, reason: 'wamp.subscription.revoked' }));
    session.onMessage(new ErrorMessage(34, 2, {}, 'wamp.error.no_such_subscription'));
    expect(await unsubscribing).toBe('wamp.error.no_such_subscription');
    expect(() => session.onMessage(new Unsubscribed(0, { subscription: 10 }))).toThrow('not ours');
  });

  test('that waits comes to its end with the session', async () => {
    const { session, line } = joined();
    const first = session.subscribe('com.t', () => {});
    session.onMessage(new Subscribed(1, 9));
    const one = await first;
    const second = session.subscribe('com.t', () => {}).catch(error => error.code);
    const unsubscribing = one.unsubscribe();
    session.onClose(false);
    expect(await second).toBe('ERR_WAMP_TRANSPORT_LOST');
    await unsubscribing;
    expect(line.codes).toEqual([32, 32]);
  });
});

test('a call ends by its own clock where the router has none, and what is answered later harms nobody', async () => {
  const clock = manualClock();
  const [session, line] = [new ApplicationSession({ clock }), new Line()];
  session.onOpen(line);
  session.onMessage(WELCOME);
  const call = session.call('com.p', null, null, { timeout: 100 }).catch(error => error.error);
  clock.advance(100);
  expect(await call).toBe('wamp.error.timeout');
  expect(line.codes).toEqual([48, 49]);
  session.onMessage(new Result(1, {}, ['late']));
  expect(() => session.onMessage(new Result(1, {}, ['again']))).toThrow('which is not pending');
  expect(clock.pendingTimers).toBe(0);
});

/** A promise, and how it is settled. */
interface Pending<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** Answers challenges and welcomes when the test says so. */
class Slow extends ApplicationSession {
  readonly reasons: string[] = [];
  readonly complaints: unknown[] = [];
  readonly challenges: Pending<ChallengeAnswer>[] = [];
  readonly welcomes: Pending<string | null>[] = [];

  override onChallenge(): Promise<ChallengeAnswer> {
    return new Promise((resolve, reject) => this.challenges.push({ resolve, reject }));
  }
  override onWelcome(): Promise<string | null> {
    return new Promise((resolve, reject) => this.welcomes.push({ resolve, reject }));
  }
  override onLeave({ reason }: CloseDetails): void {
    this.reasons.push(reason);
  }
  override onUserError(error: unknown): void {
    this.complaints.push(error);
  }
}

const CHALLENGE = new Challenge('ticket', {});

/** A session whose first transport was lost while it worked on a message; it joins on the second. */
async function secondTry(lostAt: Challenge | Welcome): Promise<{ session: Slow; line: Line }> {
  const session = new Slow();
  session.onOpen(new Line());
  session.onMessage(lostAt);
  session.onClose(false);
  const line = new Line();
  session.onOpen(line);
  await settle();
  return { session, line };
}

describe('onChallenge', () => {
  test('that fails when the transport is lost does not end the session that has joined since', async () => {
    const { session, line } = await secondTry(CHALLENGE);
    session.onMessage(CHALLENGE);
    session.challenges[1]!.resolve('ticket');
    await settle();
    session.onMessage(WELCOME);
    session.welcomes[0]!.resolve(null);
    await settle();
    expect(session.isAttached).toBe(true);
    session.challenges[0]!.reject(new Error('no ticket'));
    await settle();
    expect([session.isAttached, session.reasons]).toEqual([true, ['wamp.close.transport_lost']]);
    expect(line.codes).toEqual([5]);
    expect(session.complaints).toHaveLength(1);
  });

  test('that answers when the transport is lost sends nothing on the next', async () => {
    const { session, line } = await secondTry(CHALLENGE);
    session.onMessage(CHALLENGE);
    session.challenges[0]!.resolve('old');
    await settle();
    expect(line.codes).toEqual([]);
    session.challenges[1]!.resolve('new');
    await settle();
    expect(line.sent.slice(1).map(message => (message as Authenticate).signature)).toEqual(['new']);
  });

  test('that fails when the transport is lost: onLeave is called once', async () => {
    const session = new Slow();
    session.onOpen(new Line());
    session.onMessage(CHALLENGE);
    session.onClose(false);
    session.challenges[0]!.reject(new Error('no ticket'));
    await settle();
    expect(session.reasons).toEqual(['wamp.close.transport_lost']);
  });

  test('that fails when the router has not waited for it is told to onUserError, no more', async () => {
    const [session, line] = [new Slow(), new Line()];
    session.onOpen(line);
    session.onMessage(CHALLENGE);
    session.onMessage(WELCOME);
    session.challenges[0]!.reject(new Error('no ticket'));
    session.welcomes[0]!.resolve(null);
    await settle();
    expect([session.isAttached, line.codes, session.complaints.length]).toEqual([true, [], 1]);
  });
});

describe('onWelcome', () => {
  test.each(['accepts', 'refuses', 'fails'])('that %s when the transport is lost has no say any more', async how => {
    const { session, line } = await secondTry(WELCOME);
    session.onMessage(WELCOME);
    if (how === 'fails') session.welcomes[0]!.reject(new Error('oh'));
    else session.welcomes[0]!.resolve(how === 'accepts' ? null : 'no');
    await settle();
    expect([session.isAttached, line.codes]).toEqual([false, []]);
    // The second welcome is still being thought about.
    expect(() => session.onMessage(new Goodbye())).toThrow('may not come now');
    session.welcomes[1]!.resolve(null);
    await settle();
    expect([session.isAttached, session.reasons]).toEqual([true, ['wamp.close.transport_lost']]);
  });
});

test('a HELLO that cannot be written fails the joining, and the next may begin', async () => {
  const network = createNetwork();
  const session = new ApplicationSession({ realm: 'realm1', authid: '\0abc' });
  await network.connect(session);
  await expect(session.joined).rejects.toMatchObject({ code: 'ERR_WAMP_SERIALIZATION' });
  expect(await session.join('realm1')).toMatchObject({ realm: 'realm1' });
});
