// What peers send that breaks rules: it is answered with ABORT or 1002, and never with anything worse.

import { seededRandom } from '@ws/testkit';
import { encodeText } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import {
  ApplicationSession,
  createRouter,
  type IMessage,
  type ITransport,
  ProtocolError,
  SerializationError,
  WampMessage,
  type WampWebSocketClientProtocol,
} from '../src/index.ts';
import { parseMessage } from '../src/messages/message-types.ts';
import { createTransportSerializer } from '../src/serializers/all.ts';
import { createNetwork, reported, settle } from './support/network.ts';
import { SAMPLES } from './support/samples.ts';

// Ten thousand errors: nobody reads where they come from.
Error.stackTraceLimit = 0;

const random = seededRandom(11);
const below = (limit: number): number => random.below(limit);
const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)]!;

const SCALARS = [
  0,
  1,
  -1,
  2 ** 53,
  2 ** 53 + 2,
  1.5,
  true,
  false,
  null,
  '',
  'com.t',
  'a..b',
  'a b',
  '\0AQI=',
  '__proto__',
];

function randomValue(depth: number): unknown {
  const kind = depth > 2 ? 0 : below(4);
  if (kind < 2) return pick(SCALARS);
  const values = Array.from({ length: below(4) }, () => randomValue(depth + 1));
  if (kind === 2) return values;
  const names = ['roles', 'match', 'acknowledge', 'exclude', 'callee', 'features', 'progress', 'x_any', 'enc_algo'];
  return Object.fromEntries(values.map(value => [pick(names), value]));
}

/** A message with some of its elements replaced, left out, or more of them; or any array at all. */
function randomArray(): unknown[] {
  if (below(5) === 0) return Array.from({ length: below(8) }, () => randomValue(0));
  const raw: unknown[] = structuredClone([...pick(Object.values(SAMPLES))]);
  for (let changes = below(4); changes > 0; changes--) {
    const at = below(raw.length + 1);
    if (below(3) === 0) raw.splice(at, below(2));
    else if (below(2) === 0) raw.splice(at, 0, randomValue(0));
    else raw[at] = randomValue(0);
  }
  return raw;
}

/** The router's end of a connection, without one: what came of a message is looked at at once. */
class Probe implements ITransport {
  readonly transportDetails = null;
  readonly serializerId = 'json';
  readonly bufferedAmount = 0;
  sent: IMessage[] = [];
  failure: unknown = null;
  #isOpen = true;

  send(message: IMessage): void {
    message.serialize(probeObjects);
    this.sent.push(message);
  }
  isOpen(): boolean {
    return this.#isOpen;
  }
  close(): void {
    this.#isOpen = false;
  }
  abort(): void {
    this.#isOpen = false;
  }
  fail(error: unknown): void {
    this.#isOpen = false;
    this.failure = error;
  }
}

/** A client that joins, or does not, and takes whatever comes. */
class Silent extends ApplicationSession {
  constructor(realm: string | null) {
    super({ realm });
  }
  override onMessage(): void {}
}

/** Any array at all, as a message. */
class AnyArray extends WampMessage {
  readonly messageType = 0;
  readonly #raw: unknown[];
  constructor(raw: unknown[]) {
    super();
    this.#raw = raw;
  }
  marshal(): unknown[] {
    return this.#raw;
  }
}

const json = createTransportSerializer('json');
const probeObjects = { name: 'json', isBinary: false, serialize: encodeJson, unserialize: () => [] };

function encodeJson(value: unknown): Uint8Array {
  return encodeText(JSON.stringify(value));
}

describe('random arrays', () => {
  test('10,000 to a router: each is taken, or answered with ABORT and 1002', () => {
    const router = createRouter({ realms: ['realm1', 'realm2'], joinTimeout: 0 });
    const ends = { taken: 0, violations: 0, refused: 0 };
    let probe = new Probe();
    let session = router.createSession();
    session.onOpen(probe);
    for (let i = 0; i < 10_000; i++) {
      if (!probe.isOpen()) {
        session.onClose(true);
        probe = new Probe();
        session = router.createSession();
        session.onOpen(probe);
        // Half of them are joined: other messages may come then.
        if (below(2) === 0) session.onMessage(parseMessage(SAMPLES.HELLO));
      }
      try {
        for (const message of json.unserialize(encodeJson(randomArray()), false)) session.onMessage(message);
      } catch (error) {
        // What the binding answers with 1002.
        if (!(error instanceof ProtocolError)) throw error;
        ends.violations++;
        continue;
      }
      if (probe.isOpen()) ends.taken++;
      else if (probe.failure === null) ends.refused++;
      else {
        if (!(probe.failure instanceof ProtocolError)) throw probe.failure;
        if (probe.sent.at(-1)?.messageType !== 3) throw new Error('there was no ABORT');
        ends.violations++;
      }
    }
    for (const count of Object.values(ends)) expect(count).toBeGreaterThan(20);
    expect(router.sessions('realm2')).toEqual([]);
  });

  test('to a session: each is taken, or is a ProtocolError', () => {
    const complaints: unknown[] = [];
    let taken = 0;
    for (let i = 0; i < 2000; i++) {
      const session = new ApplicationSession({ onUserError: error => complaints.push(error) });
      session.onOpen(new Probe());
      session.onMessage(parseMessage(SAMPLES.WELCOME));
      try {
        for (const message of json.unserialize(encodeJson(randomArray()), false)) session.onMessage(message);
        taken++;
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }
    expect(taken).toBeGreaterThan(20);
    expect(complaints).toEqual([]);
  });
});

describe('random arrays on the wire', () => {
  test.each(['json', 'msgpack', 'cbor'])('%s: the server goes on, or closes with 1002, or after ABORT', async id => {
    const serializer = createTransportSerializer(id);
    const network = createNetwork({ serializers: [serializer] });
    const ends = new Map<number | null, number>();
    reported.length = 0;
    let client: WampWebSocketClientProtocol | null = null;
    for (let i = 0; i < 400; i++) {
      if (client === null) {
        client = await network.connect(new Silent(below(2) === 0 ? 'realm1' : null), serializer);
        await settle();
      }
      try {
        client.send(new AnyArray(randomArray()));
      } catch (error) {
        // Text that begins with NUL, and such.
        if (!(error instanceof SerializationError)) throw error;
        continue;
      }
      await settle();
      const { server } = network.connections.at(-1)!;
      if (server.isOpen()) continue;
      const { localCode } = await server.closed;
      ends.set(localCode, (ends.get(localCode) ?? 0) + 1);
      client = null;
    }
    expect([...ends.keys()].filter(code => code !== 1000 && code !== 1002)).toEqual([]);
    expect(ends.get(1002)).toBeGreaterThan(100);
    expect(reported).toEqual([]);
  });
});

describe.each(['json', 'msgpack', 'cbor', 'json.batched', 'msgpack.batched', 'cbor.batched'])(
  'random bytes as %s',
  id => {
    test('are a ProtocolError, quickly and in little memory', () => {
      const serializer = createTransportSerializer(id);
      const whole = serializer.serialize(parseMessage(SAMPLES['PUBLISH with everything']));
      for (let i = 0; i < 500; i++) {
        const bytes = below(2) === 0 ? random.bytes(below(40)) : whole.slice(0, 1 + below(whole.length));
        if (bytes.length > 0) bytes[below(bytes.length)] = below(256);
        try {
          serializer.unserialize(bytes);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
      }
    });
  },
);

test.each([
  { name: 'no list', text: '{}', reason: 'a message must be a list' },
  { name: 'an empty list', text: '[]', reason: 'a message must not be empty' },
  { name: 'no code', text: '["a"]', reason: 'a message must begin with an integer' },
  { name: 'a boolean code', text: '[true]', reason: 'a message must begin with an integer' },
  { name: 'an unknown code', text: '[99]', reason: 'there is no message of type 99' },
  { name: 'no JSON', text: '[', reason: 'not JSON' },
  { name: 'a binary message', text: new Uint8Array([1]), reason: 'json comes in text messages' },
])('on the wire, $name is answered with 1002', async ({ text, reason }) => {
  const network = createNetwork();
  const client = await network.connect(new ApplicationSession(), json);
  await settle();
  const [connection] = network.connections;
  client.sendMessage(text, typeof text !== 'string');
  const info = await client.closed;
  expect([info.code, info.reason]).toEqual([1002, expect.stringContaining(reason)]);
  expect(connection?.server.isOpen()).toBe(false);
  expect(reported).toEqual([]);
});

test('on the wire, a message that may not come now is answered with ABORT and 1002', async () => {
  const network = createNetwork();
  const session = await network.client({}, json);
  session.transport!.send(parseMessage(SAMPLES.HELLO));
  // The session knows no ABORT after WELCOME: what it was sent is seen in how the router has left.
  const info = await network.connections[0]!.server.closed;
  expect([info.localCode, info.localReason]).toEqual([1002, expect.stringContaining('may not come now')]);
  expect(await session.left).toMatchObject({ reason: expect.stringMatching(/^wamp\./) });
});
