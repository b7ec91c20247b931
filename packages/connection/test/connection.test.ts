import { manualClock, memoryPair, seededRandom } from '@ws/testkit';
import type { Platform } from '@ws/types';
import { portableMasker, portableUtf8, sha1 } from '@ws/util';
import { describe, expect, test } from 'vitest';
import { ConnectionClosed } from '../src/errors.ts';
import { acceptOver, connectOver } from '../src/over.ts';

function platform(): Platform {
  return {
    clock: manualClock(),
    random: seededRandom(1),
    digest: { sha1 },
    masker: portableMasker,
    utf8: portableUtf8,
  };
}

async function pair(options: object = {}) {
  const { a, b } = memoryPair();
  const requested = acceptOver(a, { platform: platform(), ...options });
  const connecting = connectOver(b, { platform: platform(), url: 'ws://localhost/chat?room=1', ...options });
  const request = await requested;
  const server = await request.accept();
  const client = await connecting;
  return { request, server, client };
}

describe('a connection', () => {
  test('echoes text and binary', async () => {
    const { server, client } = await pair();
    const echoing = (async () => {
      for await (const message of server) await server.sendMessage(message);
    })();
    await client.sendMessage('hello');
    expect(await client.getMessage()).toBe('hello');
    await client.sendMessage(Uint8Array.of(1, 2, 3));
    expect(await client.getMessage()).toEqual(Uint8Array.of(1, 2, 3));
    expect(await client.close(1000, 'bye')).toMatchObject({ code: 1000 });
    await echoing;
    expect(server.closed).toMatchObject({ code: 1000, reason: 'bye', name: 'NORMAL_CLOSURE' });
    await expect(server.getMessage()).rejects.toThrow(ConnectionClosed);
  });

  test('streams one message both ways', async () => {
    const { server, client, request } = await pair();
    expect(request.path).toBe('/chat?room=1');
    await client.sendMessage(
      (async function* () {
        yield 'one ';
        yield 'two';
      })(),
    );
    const chunks: unknown[] = [];
    for await (const chunk of server.receive()) chunks.push(chunk);
    expect(chunks).toEqual(['one ', 'two']);
    expect(await client.ping()).toBe(0);
    await server.close();
  });
});
