// What `ws` 8.23 was measured to do, beside what we do with the same bytes. If a release of it changes, the first
// half of a test fails: then its difference is history, and the test goes.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { openWebSocket, serveWebSocket } from '@ws/node';
import { describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { Arena, Echo } from '../src/hostile/arena.ts';
import { connectRaw, type RawPeer, serveRaw } from '../src/hostile/raw-peer.ts';
import { frame, request, response } from '../src/hostile/wire.ts';

/** Has a server of `ws` serve one attack. */
async function withWs(
  options: ConstructorParameters<typeof WebSocketServer>[0],
  onConnection: (socket: WebSocket) => void,
  attack: (peer: RawPeer) => Promise<void>,
): Promise<void> {
  const server = new WebSocketServer({ ...options, port: 0, host: '127.0.0.1' });
  server.on('connection', onConnection);
  await once(server, 'listening');
  const peer = await connectRaw((server.address() as AddressInfo).port);
  await attack(peer);
  peer.destroy();
  for (const client of server.clients) client.terminate();
  server.close();
}

describe('beside ws', () => {
  test('a message that comes with the upgrade, to a server that is not ready to listen: ws loses it, we wait', async () => {
    const early = Buffer.concat([request(), frame({ opcode: 1, payload: 'early' })]);
    const later = frame({ opcode: 1, payload: 'later' });

    const heardByWs: string[] = [];
    await withWs(
      {},
      socket => {
        setImmediate(() => setImmediate(() => socket.on('message', data => heardByWs.push(String(data)))));
      },
      async peer => {
        peer.write(early);
        await peer.until(() => peer.text.includes('\r\n\r\n'));
        for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
        peer.write(later);
        while (heardByWs.length === 0) await new Promise(setImmediate);
      },
    );
    expect(heardByWs).toEqual(['later']);

    const heardByUs: unknown[] = [];
    let isDone = (): void => {};
    const done = new Promise<void>(resolve => {
      isDone = resolve;
    });
    await using server = await serveWebSocket(async asked => {
      const connection = await asked.accept();
      for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
      heardByUs.push(await connection.getMessage(), await connection.getMessage());
      isDone();
    });
    const peer = await connectRaw(server.port);
    peer.write(Buffer.concat([early, later]));
    await done;
    expect(heardByUs).toEqual(['early', 'later']);
    peer.destroy();
  });

  test('a message that comes with the answer, to a client: the same', async () => {
    await using server = await serveRaw(async peer => {
      await peer.until(() => peer.text.includes('\r\n\r\n'));
      peer.write(Buffer.concat([response(peer.text), frame({ opcode: 1, payload: 'early', isMasked: false })]));
    });
    const connection = await openWebSocket(`ws://127.0.0.1:${server.port}/`);
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    expect(await connection.getMessage()).toBe('early');
    connection.terminate();
  });

  test('a subprotocol of the application with CRLF in it: ws writes it out, we answer 500', async () => {
    const evil = 'chat\r\nX-Injected: 1';
    const asked = request({ more: 'Sec-WebSocket-Protocol: chat' });
    await withWs(
      { handleProtocols: () => evil },
      () => {},
      async peer => {
        peer.write(asked);
        await peer.until(() => peer.text.includes('\r\n\r\n'));
        expect(peer.text).toMatch(/^HTTP\/1\.1 101 /);
        expect(peer.text).toMatch(/^X-Injected: 1\r$/m);
      },
    );
    await using arena = await Arena.open({
      Protocol: class extends Echo {
        override onConnect({ path }: { path: string }): string | null {
          return path === '/witness' ? null : evil;
        }
      },
    });
    const { status, head } = await arena.attackHead(asked);
    expect(status).toBe(500);
    expect(head).not.toMatch(/Injected/);
  });

  test.each([
    ['Content-Length', 'Content-Length: 7'],
    ['Transfer-Encoding', 'Transfer-Encoding: chunked'],
  ])('an upgrade with a body by %s: ws takes the body for frames, we answer 400', async (_name, line) => {
    const body = frame({ opcode: 1, payload: 'x' });
    const bytes = Buffer.concat([request({ more: line }), body]);
    const heardByWs: string[] = [];
    await withWs(
      {},
      socket => socket.on('message', data => heardByWs.push(String(data))),
      async peer => {
        peer.write(bytes);
        await peer.until(() => peer.text.includes('\r\n\r\n'));
        expect(peer.text).toMatch(/^HTTP\/1\.1 101 /);
        while (heardByWs.length === 0) await new Promise(setImmediate);
      },
    );
    expect(heardByWs).toEqual(['x']);
    await using arena = await Arena.open();
    expect((await arena.attackHead(bytes)).status).toBe(400);
  });

  test('a bad frame, and nobody listens for errors: the process of ws ends, ours goes on', async () => {
    const program = `
      const { WebSocketServer } = await import('ws');
      const { connect } = await import('node:net');
      const server = new WebSocketServer({ port: 0 }, () => {
        const socket = connect(server.address().port);
        socket.write(Buffer.from(${JSON.stringify(request().toString('hex'))}, 'hex'));
        socket.once('data', () => socket.write(Buffer.from('ff00', 'hex')));
        socket.on('close', () => { console.log('survived'); process.exit(); });
      });`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('..', import.meta.url),
      encoding: 'utf8',
    });
    expect(stdout).not.toContain('survived');
    expect(status).not.toBe(0);
    expect(stderr).toContain('WS_ERR_');

    await using arena = await Arena.open();
    expect((await arena.attackFrames(Buffer.from('ff00', 'hex'))).closeCode).toBe(1002);
    expect(await arena.isServing()).toBe(true);
  });
});
