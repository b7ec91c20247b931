import { createMemoryAgent } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import {
  WebSocketClientFactory,
  WebSocketClientProtocol,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '../src/index.ts';

class Echo extends WebSocketServerProtocol {
  override onOpen(): void {
    this.sendMessage('welcome');
  }
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.sendMessage(payload, isBinary);
  }
}

function echoFactory(): WebSocketServerFactory {
  const factory = new WebSocketServerFactory({ url: 'ws://localhost', protocols: ['chat'] });
  factory.protocol = Echo;
  return factory;
}

/** Listens until the connection is gone. */
async function talk(client: WebSocketClientProtocol): Promise<string[]> {
  const heard: string[] = [];
  client.on('message', payload => {
    heard.push(new TextDecoder().decode(payload));
    if (heard.length === 1) client.sendMessage('hello');
    else client.sendClose(1000);
  });
  const { wasClean } = await client.closed;
  return [...heard, wasClean ? 'clean' : 'unclean'];
}

describe('a memory agent of @ws/testkit', () => {
  test('connects a client factory to a server, and no message is missed', async () => {
    const client = await createMemoryAgent(echoFactory()).open(new WebSocketClientFactory());
    expect(client.peer).toBe('memory:server-1');
    expect(await talk(client)).toEqual(['welcome', 'hello', 'clean']);
  });

  test('connects by url, with the bytes in the smallest pieces', async () => {
    const agent = createMemoryAgent(echoFactory(), {
      clientFactory: WebSocketClientFactory,
      chunkSize: 1,
      capacity: 10,
    });
    const client = await agent.open('ws://localhost/any?a=b', { protocols: ['chat'] }, WebSocketClientProtocol);
    expect([client.state, client.subprotocol, agent.connections[0]?.server.state]).toEqual(['open', 'chat', 'open']);
    expect(await talk(client)).toEqual(['welcome', 'hello', 'clean']);
  });

  test('rejects when the server refuses', async () => {
    const factory = echoFactory();
    factory.setProtocolOptions({ maxConnections: 1 });
    const agent = createMemoryAgent(factory);
    const first = await agent.open(new WebSocketClientFactory());
    await expect(agent.open(new WebSocketClientFactory())).rejects.toThrow();
    first.dropConnection(true);
    await first.closed;
  });
});
