// Payloads that are made to cost much: who sends one is ended by 1002, and nobody else notices.

import { hex } from '@ws/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApplicationSession, type ISerializer, type WampWebSocketClientProtocol } from '../src/index.ts';
import { createTransportSerializer } from '../src/serializers/all.ts';
import { createNetwork, type Network, reported, settle } from './support/network.ts';

const FORMATS = ['json', 'msgpack', 'cbor', 'json.batched', 'msgpack.batched', 'cbor.batched'];
const SERIALIZERS = new Map<string, ISerializer>(FORMATS.map(id => [id, createTransportSerializer(id)]));

/** [16, 1, {}, "a.b", [*]], where another value has to follow. */
const CBOR = '85 10 01 a0 63 61 2e 62 81';
const MSGPACK = '95 10 01 80 a3 61 2e 62 91';
const inBatch = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from([bytes.length >> 24, bytes.length >> 16, bytes.length >> 8, bytes.length, ...bytes]);
const deepJson = `[16,1,{},"a.b",[${'['.repeat(200_000)}${']'.repeat(200_000)}]]`;
const deepCbor = hex('81'.repeat(200_000));
const deepMsgpack = hex(`${'91'.repeat(200_000)} 00`);

const PAYLOADS: { id: string; name: string; payload: string | Uint8Array }[] = [
  {
    id: 'cbor',
    name: 'an integer of half a megabyte',
    payload: Uint8Array.from([...hex(`${CBOR} c2 5a 00 08 00 00`), ...new Uint8Array(1 << 19).fill(255)]),
  },
  {
    id: 'cbor',
    name: 'a typed array that says how long it is',
    payload: hex(`${CBOR} d8 40 a1 66 62 75 66 66 65 72 19 10 00`),
  },
  { id: 'cbor', name: 'a list of 2^32', payload: hex(`${CBOR} 9a ff ff ff ff`) },
  { id: 'cbor', name: 'what is shared', payload: hex(`${CBOR} d8 1c 81 d8 1d 00`) },
  { id: 'cbor', name: 'lists within each other', payload: deepCbor },
  { id: 'cbor', name: 'decimals within each other', payload: hex('c4 82 01'.repeat(100_000)) },
  { id: 'cbor.batched', name: 'lists within each other', payload: inBatch(deepCbor) },
  { id: 'cbor.batched', name: 'messages of nothing', payload: new Uint8Array(400_000) },
  { id: 'msgpack', name: 'a list of 2^32', payload: hex(`${MSGPACK} dd ff ff ff ff`) },
  { id: 'msgpack', name: 'an extension of 2^32', payload: hex(`${MSGPACK} c9 ff ff ff ff 05`) },
  { id: 'msgpack', name: 'lists within each other', payload: deepMsgpack },
  { id: 'msgpack.batched', name: 'lists within each other', payload: inBatch(deepMsgpack) },
  { id: 'json', name: 'lists within each other', payload: deepJson },
  { id: 'json', name: 'lists that never end', payload: '['.repeat(400_000) },
  { id: 'json.batched', name: 'lists within each other', payload: `${deepJson}\x18` },
  { id: 'json.batched', name: 'messages of nothing', payload: '\x18'.repeat(400_000) },
];

function send(client: { sendMessage(payload: never, isBinary: boolean): unknown }, payload: string | Uint8Array): void {
  client.sendMessage(payload as never, typeof payload !== 'string');
}

async function neighbours(network: Network): Promise<() => Promise<void>> {
  const [callee, caller] = [
    await network.client({}, SERIALIZERS.get('json')),
    await network.client({}, SERIALIZERS.get('cbor')),
  ];
  await callee.register('com.echo', args => args[0]);
  return async () => {
    expect(await caller.call('com.echo', ['still here'])).toBe('still here');
    expect([callee.isAttached, caller.isAttached]).toEqual([true, true]);
  };
}

beforeEach(() => {
  reported.length = 0;
});

afterEach(() => {
  expect(reported).toEqual([]);
});

describe.each(PAYLOADS)('$id: $name', ({ id, payload }) => {
  test.each([
    { when: 'before it has joined', realm: null },
    { when: 'after it has', realm: 'realm1' },
  ])('a router ends who sends it $when, and serves the others', async ({ realm }) => {
    const network = createNetwork({ serializers: [...SERIALIZERS.values()] });
    const goOn = await neighbours(network);
    const attacker: WampWebSocketClientProtocol = await network.connect(
      new ApplicationSession({ realm }),
      SERIALIZERS.get(id),
    );
    await settle();
    send(attacker, payload);
    expect(await attacker.closed).toMatchObject({
      code: 1002,
      reason: expect.stringContaining('WAMP ProtocolError: '),
    });
    await goOn();
    expect(network.router.sessions('realm1')).toHaveLength(2);
  });

  test('a client ends the connection to a router that sends it', async () => {
    const network = createNetwork({ serializers: [...SERIALIZERS.values()] });
    const goOn = await neighbours(network);
    const victim = await network.client({}, SERIALIZERS.get(id));
    const { server } = network.connections.at(-1)!;
    send(server, payload);
    expect(await server.closed).toMatchObject({ code: 1002, reason: expect.stringContaining('WAMP ProtocolError: ') });
    await settle();
    expect(victim.isAttached).toBe(false);
    await goOn();
  });
});
