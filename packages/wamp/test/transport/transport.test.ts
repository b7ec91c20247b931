import { WebSocketClientFactory } from '@ws/core';
import { createMemoryAgent } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import {
  Goodbye,
  type ISerializer,
  type ITransport,
  type ITransportHandler,
  JsonSerializer,
  ProtocolError,
  Publish,
  parseSubprotocolIdentifier,
  WampWebSocketClientFactory,
  type WampWebSocketClientProtocol,
  WampWebSocketServerFactory,
  type WampWebSocketServerProtocol,
} from '../../src/index.ts';
import { createSerializers, createTransportSerializer } from '../../src/serializers/all.ts';

/** A handler that notes what it is told. */
class Notes implements ITransportHandler {
  readonly told: unknown[] = [];
  transport: ITransport | null = null;
  onMessageHook: () => unknown = () => undefined;
  onOpenHook: () => unknown = () => undefined;

  onOpen(transport: ITransport): unknown {
    this.transport = transport;
    this.told.push('open');
    return this.onOpenHook();
  }
  onMessage(message: { marshal(): unknown[] }): unknown {
    this.told.push(message.marshal());
    return this.onMessageHook();
  }
  onClose(wasClean: boolean): void {
    this.told.push(['close', wasClean]);
  }
}

const ids = (...names: string[]): ISerializer[] => names.map(createTransportSerializer);

interface Joined {
  readonly server: Notes;
  readonly client: Notes;
  readonly serverProtocol: WampWebSocketServerProtocol;
  readonly clientProtocol: WampWebSocketClientProtocol;
}

async function joined(
  ours: ISerializer[],
  theirs: ISerializer[],
  isStrict = true,
  server = new Notes(),
): Promise<Joined> {
  const client = new Notes();
  const strictProtocolNegotiation = isStrict;
  const factory = new WampWebSocketServerFactory(() => server, {}, { serializers: ours, strictProtocolNegotiation });
  const agent = createMemoryAgent(factory);
  const clientFactory = new WampWebSocketClientFactory(client, {}, { serializers: theirs, strictProtocolNegotiation });
  const clientProtocol = (await agent.open(clientFactory)) as WampWebSocketClientProtocol;
  const serverProtocol = agent.connections[0]!.server as unknown as WampWebSocketServerProtocol;
  return { server, client, serverProtocol, clientProtocol };
}

describe('parseSubprotocolIdentifier', () => {
  test.each([
    ['wamp.2.json.batched', 2, 'json.batched'],
    ['wamp.2', 2, ''],
    ['wamp.1.json', 1, 'json'],
    ['wamp', null, null],
    ['foo.2.json', null, null],
    ['wamp.x.json', null, null],
  ])('%s', (text, version, serializerId) => {
    expect(parseSubprotocolIdentifier(text)).toEqual({ version, serializerId });
  });
});

describe('negotiation', () => {
  test.each([
    { server: ids('json', 'cbor'), client: ids('cbor', 'json'), agreed: 'cbor' },
    { server: ids('json'), client: ids('cbor', 'msgpack', 'json'), agreed: 'json' },
    { server: createSerializers(), client: ids('msgpack.batched', 'cbor'), agreed: 'msgpack.batched' },
  ])('takes the first of the client’s that the server has: $agreed', async ({ server, client, agreed }) => {
    const { serverProtocol, clientProtocol } = await joined(server, client);
    expect([serverProtocol.serializerId, clientProtocol.serializerId]).toEqual([agreed, agreed]);
    expect(clientProtocol.subprotocol).toBe(`wamp.2.${agreed}`);
  });

  test('a server refuses a client that has none of its subprotocols, with 400', async () => {
    await expect(joined(ids('json'), ids('cbor'))).rejects.toMatchObject({
      status: 400,
    });
  });

  test('or, when it is not strict, speaks JSON, and announces nothing', async () => {
    const { serverProtocol, clientProtocol, server } = await joined(ids('cbor'), ids('msgpack'), false);
    expect([serverProtocol.serializerId, clientProtocol.serializerId]).toEqual(['json', 'json']);
    expect(clientProtocol.subprotocol).toBe(null);
    clientProtocol.send(new Goodbye());
    await clientProtocol.drained();
    await new Promise(resolve => setImmediate(resolve));
    expect(server.told).toEqual(['open', [6, {}, 'wamp.close.normal']]);
  });

  test('a client leaves a server that has chosen none', async () => {
    const factory = new WampWebSocketServerFactory(() => new Notes(), {}, { strictProtocolNegotiation: false });
    const agent = createMemoryAgent(factory);
    await agent.open(new WebSocketClientFactory());
    const strict = new WampWebSocketClientFactory(new Notes(), {}, { serializers: ids('cbor') });
    await agent.open(strict).catch(() => {});
    const info = await agent.connections[1]!.server.closed;
    expect(info.wasClean && info.code).toBe(1000);
  });

  test('the factories’ subprotocols are those of the serializers, whatever the session says', () => {
    const factory = new WampWebSocketServerFactory(() => new Notes(), { protocols: ['chat'] });
    expect(factory.protocols).toEqual(['wamp.2.json.batched', 'wamp.2.json']);
    factory.setSessionParameters({ url: 'ws://localhost:1', protocols: ['chat'] });
    expect(factory.protocols).toEqual(['wamp.2.json.batched', 'wamp.2.json']);
    const client = new WampWebSocketClientFactory(new Notes(), { protocols: ['chat'] }, { serializers: ids('cbor') });
    expect(client.protocols).toEqual(['wamp.2.cbor']);
  });

  test.each([{ serializers: [] }, { serializers: ids('json', 'json') }])(
    '$serializers are refused',
    ({ serializers }) => {
      expect(() => new WampWebSocketServerFactory(() => new Notes(), {}, { serializers })).toThrow(RangeError);
    },
  );
});

describe('the life of a connection', () => {
  test('the session is told when it opens, of messages, and once when it closes', async () => {
    const { server, client, clientProtocol, serverProtocol } = await joined(ids('json'), ids('json'));
    client.transport!.send(new Publish(1, {}, 'com.t', ['x']));
    client.transport!.close();
    await clientProtocol.closed;
    await serverProtocol.closed;
    expect(server.told).toEqual(['open', [16, 1, {}, 'com.t', ['x']], ['close', true]]);
    expect(client.told).toEqual(['open', ['close', true]]);
    expect(clientProtocol.session).toBe(null);
    for (const late of [
      () => client.transport!.send(new Goodbye()),
      () => client.transport!.close(),
      () => client.transport!.abort(),
    ]) {
      expect(late).toThrow(expect.objectContaining({ code: 'ERR_WAMP_TRANSPORT_LOST' }));
    }
  });

  test('abort closes with 1001', async () => {
    const { server, serverProtocol, clientProtocol } = await joined(ids('json'), ids('json'));
    server.transport!.abort();
    await serverProtocol.closed;
    expect((await clientProtocol.closed).code).toBe(1001);
  });

  const FAILURES: { name: string; fail: () => unknown; code: number; reason: string }[] = [
    {
      name: 'a ProtocolError',
      fail: () => {
        throw new ProtocolError('é'.repeat(100));
      },
      code: 1002,
      reason: 'WAMP ProtocolError: ',
    },
    {
      name: 'any other error',
      fail: () => {
        throw new RangeError('a secret');
      },
      code: 1011,
      reason: 'WAMP internal error (RangeError)',
    },
    { name: 'a rejection', fail: () => Promise.reject('why'), code: 1011, reason: 'WAMP internal error (string)' },
  ];

  test.each(FAILURES)('$name while taking a message fails it with $code', async ({ fail, code, reason }) => {
    const { server, client, clientProtocol } = await joined(ids('json'), ids('json'));
    server.onMessageHook = fail;
    client.transport!.send(new Goodbye());
    const info = await clientProtocol.closed;
    expect([info.code, info.reason?.startsWith(reason)]).toEqual([code, true]);
    expect(new TextEncoder().encode(info.reason ?? '').length).toBeLessThanOrEqual(123);
  });

  test('an error while opening fails it with 1011', async () => {
    const server = new Notes();
    server.onOpenHook = () => {
      throw new Error('no');
    };
    const { clientProtocol } = await joined(ids('json'), ids('json'), true, server);
    expect((await clientProtocol.closed).code).toBe(1011);
  });

  test('what cannot be written is a SerializationError, and harms nobody', async () => {
    const { client, clientProtocol } = await joined(ids('json'), ids('json'));
    expect(() => client.transport!.send(new Publish(1, {}, 'com.t', [1n]))).toThrow(
      expect.objectContaining({ code: 'ERR_WAMP_SERIALIZATION' }),
    );
    expect(clientProtocol.isOpen()).toBe(true);
  });

  test('each connection has statistics of its own', async () => {
    const serializers = [new JsonSerializer()];
    const { client, clientProtocol } = await joined(serializers, serializers);
    client.transport!.send(new Goodbye());
    expect((clientProtocol.serializer as JsonSerializer).stats().messages).toBe(1);
    expect(serializers[0]!.stats().messages).toBe(0);
  });
});
