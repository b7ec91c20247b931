import { manualClock, memoryPair, seededRandom } from '@ws/testkit';
import type { Platform } from '@ws/types';
import { portableMasker, portableUtf8, sha1 } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { WebSocketClientFactory } from '../src/protocol/client-factory.ts';
import { WebSocketClientProtocol } from '../src/protocol/client-protocol.ts';
import { WebSocketServerFactory } from '../src/protocol/server-factory.ts';
import { WebSocketServerProtocol } from '../src/protocol/server-protocol.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function platform(): Platform {
  return {
    clock: manualClock(),
    random: seededRandom(1),
    digest: { sha1 },
    masker: portableMasker,
    utf8: portableUtf8,
  };
}

class Echo extends WebSocketServerProtocol {
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.sendMessage(payload, isBinary);
  }
}

/** Lets everything that is under way happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await null;
}

describe('a client and a server joined in memory', () => {
  test('open, echo text and binary, ping, and close', async () => {
    const server = new WebSocketServerFactory({ protocols: ['chat'] }, platform());
    server.protocol = Echo;
    const log: unknown[] = [];
    class Client extends WebSocketClientProtocol {
      override onOpen(): void {
        log.push(['open', this.subprotocol]);
        this.sendMessage('hello');
        this.sendMessage(new Uint8Array(70_000).fill(7), true);
        this.sendMessage('ä'.repeat(40_000), false, { fragmentSize: 999 });
        this.sendPing('p');
      }
      override onMessage(payload: Uint8Array, isBinary: boolean): void {
        log.push(isBinary ? payload.length : text(payload).slice(0, 5), payload.length);
        if (payload.length === 80_000) this.sendClose(3000, 'bye');
      }
      override onPong(payload: Uint8Array): void {
        log.push(['pong', text(payload)]);
      }
      override onClose(wasClean: boolean, code: number | null, reason: string | null): void {
        log.push(['close', wasClean, code, reason]);
      }
    }
    const client = new WebSocketClientFactory({ url: 'ws://localhost/x', protocols: ['other', 'chat'] }, platform());
    client.protocol = Client;
    const { a, b } = memoryPair();
    const serverSide = server.buildProtocol();
    const clientSide = client.buildProtocol();
    serverSide.attach(a);
    clientSide.attach(b);
    await clientSide.opened;
    await settle();
    const info = await clientSide.closed;
    expect(log).toEqual([
      ['open', 'chat'],
      'hello',
      5,
      70_000,
      70_000,
      'äääää',
      80_000,
      ['pong', 'p'],
      ['close', true, 1000, null],
    ]);
    expect(info).toMatchObject({ wasClean: true, closedBy: 'local', localCode: 3000 });
    expect(await serverSide.closed).toMatchObject({ wasClean: true, code: 3000, reason: 'bye', closedBy: 'remote' });
    expect(server.connectionCount).toBe(0);
  });
});
