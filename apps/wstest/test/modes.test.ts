import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { massConnect, runBroadcastClient, runEchoClient, startBroadcastServer, startEchoServer } from '../src/index.ts';
import { dial } from '../src/run/dial.ts';
import { openAsClient } from '../src/run/handshake.ts';
import { frame, Opcode } from '../src/wire/frame.ts';
import { PeerConnection } from '../src/wire/peer-connection.ts';

describe('modes', () => {
  test('echoclient takes a time for each message of echoserver', async () => {
    const server = await startEchoServer();
    expect(await runEchoClient({ url: `ws://127.0.0.1:${server.port}`, count: 5, size: 100 })).toHaveLength(5);
    await server.close({ grace: 0 });
  });

  test('echoserver reads no further from a client that does not read, and gives it all its echoes at last', async () => {
    const server = await startEchoServer();
    const url = new URL(`ws://127.0.0.1:${server.port}`);
    const connection = new PeerConnection(await dial(url), false);
    await openAsClient(connection, { host: url.host, resource: '/' }, undefined, 5000);
    connection.stopReading();
    const message = frame(Opcode.BINARY, Buffer.alloc(256 * 1024));
    let sent = 0;
    for (let isTaken = true; isTaken && sent < 200; sent++) {
      const written = connection.sendFrames([message]);
      isTaken = await Promise.race([written.then(() => true), delay(500, false)]);
    }
    expect(sent).toBeLessThan(200);
    connection.resumeReading();
    for (let i = 0; i < sent; i++) expect(await connection.next(5000)).toMatchObject({ type: 'binary' });
    connection.destroy();
    await server.close({ grace: 0 });
  });

  test('broadcastserver sends what one says to everybody', async () => {
    const server = await startBroadcastServer();
    const url = `ws://127.0.0.1:${server.port}`;
    const texts: string[] = [];
    let onBoth: () => void = () => {};
    const both = new Promise<void>(resolve => {
      onBoth = resolve;
    });
    const listen = (text: string): void => {
      texts.push(text);
      if (texts.filter(each => each === 'second').length === 2) onBoth();
    };
    const first = runBroadcastClient(url, 'first', text => {
      listen(text);
      if (text === 'first' && second === null) second = runBroadcastClient(url, 'second', listen);
    });
    let second: Promise<void> | null = null;
    await both;
    await server.close({ grace: 0 });
    await Promise.allSettled([first, second]);
    expect(texts).toEqual(['first', 'second', 'second']);
  });

  test('massconnect counts connections and knows what the server grew by', async () => {
    const server = await startEchoServer();
    const result = await massConnect({
      url: `ws://127.0.0.1:${server.port}`,
      connections: 50,
      hold: 10,
      peerPid: process.pid,
    });
    await server.close({ grace: 0 });
    expect(result).toMatchObject({ opened: 50, failed: 0, dropped: 0, memoryPerConnection: expect.any(Number) });
  });

  test.each([
    [{ url: 'http://127.0.0.1:1' }, 'not a WebSocket URL'],
    [{ url: 'ws://127.0.0.1:1', rate: 0 }, 'at a rate of 0'],
  ])('massconnect refuses %j', async (options, message) => {
    await expect(massConnect(options)).rejects.toThrow(message);
  });
});
