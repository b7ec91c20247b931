import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { Broker } from '../../src/router/broker.ts';
import type { Receiver, SessionInfo } from '../../src/router/member.ts';

const NOBODY = { realm: 'realm1', authid: null, authrole: null, authmethod: null, authprovider: null };

/** A receiver that writes down the topics' subscriptions that it is told of. */
class Listening implements Receiver {
  readonly info: SessionInfo;
  readonly heard: number[] = [];

  constructor(session: number) {
    this.info = { session, ...NOBODY };
  }
  sendEvent({ subscription }: { readonly subscription: number }): void {
    this.heard.push(subscription);
  }
}

function createBroker(): Broker {
  let lastId = 0;
  return new Broker(() => ++lastId);
}

function publish(broker: Broker, topic: string): void {
  broker.publish({
    id: 1,
    topic,
    options: {},
    payload: { args: null, kwargs: null },
    publisher: null,
    isDisclosed: false,
  });
}

/** Subscribes somebody to some topics, and lets them go. @returns who that was, of whom nobody knows any more */
function comeAndGo(broker: Broker): WeakRef<Receiver> {
  const receiver = new Listening(7);
  broker.subscribe(receiver, 'com.one', 'exact');
  broker.subscribe(receiver, 'com.', 'prefix');
  publish(broker, 'com.one');
  expect(receiver.heard).toEqual([1, 2]);
  broker.removeReceiver(receiver);
  publish(broker, 'com.one');
  expect(receiver.heard).toEqual([1, 2]);
  return new WeakRef(receiver);
}

describe('Broker', () => {
  test('keeps nothing of a session that is gone', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const broker = createBroker();
    const receiver = comeAndGo(broker);
    for (let i = 0; i < 10 && receiver.deref() !== undefined; i++) {
      await new Promise(resolve => setImmediate(resolve));
      collect();
    }
    expect(receiver.deref()).toBe(undefined);
    // It has been there all the while.
    expect(broker.subscriptions.size).toBe(0);
  });

  test('a session that is told to be gone twice takes nothing from those who have come since', () => {
    const broker = createBroker();
    const [gone, here] = [new Listening(1), new Listening(2)];
    broker.subscribe(gone, 'com.topic', 'exact');
    broker.removeReceiver(gone);
    const id = broker.subscribe(here, 'com.topic', 'exact');
    broker.removeReceiver(gone);
    publish(broker, 'com.topic');
    expect([gone.heard, here.heard]).toEqual([[], [id]]);
  });
});
