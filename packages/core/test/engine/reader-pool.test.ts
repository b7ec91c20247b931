import { memoryPair } from '@ws/testkit';
import type { MessageCompression } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { connectionRules } from '../../src/engine/connection-rules.ts';
import { type ReaderOwner, ReaderPool } from '../../src/engine/reader-pool.ts';
import { sharedResourcesOf } from '../../src/engine/shared-resources.ts';
import { Delivery } from '../../src/messages/delivery.ts';
import { PayloadPool } from '../../src/messages/payload-pool.ts';
import { defaultOptions, SERVER_OPTIONS, type ServerOptions } from '../../src/options/options.ts';
import { WebSocketServerFactory } from '../../src/protocol/server-factory.ts';
import { TrafficStats } from '../../src/support/traffic-stats.ts';
import {
  bytes,
  FRAMES,
  frame,
  joined,
  type Log,
  loggingServer,
  RawPeer,
  REQUEST,
  sides,
  testPlatform,
  WHOLE,
} from '../harness.ts';
import { XorCompression } from '../xor-compression.ts';

const options = defaultOptions<ServerOptions>(SERVER_OPTIONS);
const rules = connectionRules(sides.server, options, false, WHOLE);
const otherRules = connectionRules(sides.server, options, false, FRAMES);

/** A connection that wants to read. */
function owner(compression: MessageCompression | null = null): ReaderOwner {
  const work = { allowed: () => 1000, spend: () => 1000, defer() {} };
  const actions = { work, control: { onFrame() {}, onTraffic() {} }, failConnection() {} };
  const delivery = new Delivery({ onHookFailed() {} });
  return { ...actions, compression, delivery, stats: new TrafficStats(), isListening: true, stream: { pause() {} } };
}

describe('ReaderPool', () => {
  test('gives readers again that were given back, to connections of the same rules', () => {
    const pool = new ReaderPool(testPlatform(), new PayloadPool());
    const reader = pool.take(rules, owner());
    expect(pool.take(rules, owner())).not.toBe(reader);
    pool.give(rules, reader);
    expect(pool.take(otherRules, owner())).not.toBe(reader);
    expect(pool.take(rules, owner())).toBe(reader);
    expect(pool.take(rules, owner())).not.toBe(reader);
  });

  test('makes one for each connection that compresses', () => {
    const pool = new ReaderPool(testPlatform(), new PayloadPool());
    pool.give(rules, pool.take(rules, owner()));
    const compression = new XorCompression({});
    expect(pool.take(rules, owner(compression))).not.toBe(pool.take(rules, owner(compression)));
  });

  test('keeps no more than a few', () => {
    const pool = new ReaderPool(testPlatform(), new PayloadPool());
    const readers = Array.from({ length: 100 }, () => pool.take(rules, owner()));
    for (const reader of readers) pool.give(rules, reader);
    const again = Array.from({ length: 100 }, () => pool.take(rules, owner()));
    expect(again.filter(reader => readers.includes(reader))).toHaveLength(16);
  });
});

/** Three connections of one factory. */
function threeServers() {
  const platform = testPlatform();
  const factory = new WebSocketServerFactory({}, platform);
  const servers = [0, 1, 2].map(() => {
    const log: Log = [];
    factory.protocol = loggingServer(log);
    const protocol = factory.buildProtocol();
    const pair = memoryPair({ manual: true });
    protocol.attach(pair.a);
    pair.b.attach(new RawPeer());
    const send = (wire: Uint8Array): void => {
      pair.b.write(wire.slice());
      pair.flush();
      platform.clock.flush();
    };
    send(bytes(REQUEST));
    return { log, protocol, send };
  });
  return { servers, readers: sharedResourcesOf(platform).readers };
}

describe('connections on one platform', () => {
  test('are read each by itself, whatever the others are in the middle of', () => {
    const { servers } = threeServers();
    const message = [frame(1, 'ä1', { fin: false }), frame(9, 'p'), frame(0, 'ß2')].flatMap(part => [...part]);
    // Byte by byte, in turn.
    for (const byte of message) {
      for (const { send } of servers) send(Uint8Array.of(byte));
    }
    for (const { send } of servers) send(frame(1, 'whole'));
    for (const { log } of servers) expect(log).toEqual(['open', ['ping', 'p'], 'ä1ß2', 'whole']);
  });

  test('read whole messages by the same reader, one after the other', () => {
    const { servers, readers } = threeServers();
    const { factory } = servers[0]!.protocol;
    for (const { send } of servers) send(joined(frame(1, 'a'), frame(2, 'b')));
    const used = connectionRules(sides.server, factory.options, false, WHOLE);
    const [first, second] = [readers.take(used, owner()), readers.take(used, owner())];
    readers.give(used, first);
    readers.give(used, second);
    expect(readers.take(used, owner())).toBe(second);
    expect(readers.take(used, owner())).toBe(first);
    expect(readers.take(used, owner())).not.toBe(first);
  });

  test('fail each by itself', () => {
    const { servers } = threeServers();
    const [a, b, c] = servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]];
    a.send(frame(3, 'reserved'));
    b.send(frame(1, 'still here'));
    a.send(frame(1, 'ignored'));
    expect([a.log, b.log, c.log]).toEqual([['open'], ['open', 'still here'], ['open']]);
    expect([a, b, c].map(({ protocol }) => protocol.state)).toEqual(['closing', 'open', 'open']);
  });
});
