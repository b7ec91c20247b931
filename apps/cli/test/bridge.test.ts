import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import dns from 'node:dns';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { listenWS, openWebSocket } from '@ws/node';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parsePlace } from '../src/bridge/place.ts';
import { bridgeToTcp } from '../src/bridge/to-tcp.ts';
import { hasProgram, portOf, runCli, startServer } from './support/run-cli.ts';

const hasWebsockify = hasProgram('websockify');

/** A TCP server that sends everything back, and ends when the peer does. */
async function echoPort(): Promise<number> {
  const server = createServer(socket => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  return await portOf(server);
}

/** Sends bytes over TCP, and compares what comes back. */
async function sendThrough(port: number, size: number): Promise<void> {
  const bytes = randomBytes(size);
  const socket: Socket = connect(port, '127.0.0.1');
  const back: Buffer[] = [];
  let length = 0;
  const all = new Promise<void>((resolve, reject) => {
    socket.on('error', reject).on('close', () => reject(new Error(`closed after ${length} bytes`)));
    socket.on('data', chunk => {
      back.push(chunk);
      length += chunk.length;
      if (length === size) resolve();
    });
  });
  socket.write(bytes);
  await all;
  socket.destroy();
  expect(Buffer.concat(back).equals(bytes)).toBe(true);
}

const portIn = (place: string): number => Number(/:(\d+)$/.exec(place)![1]);

describe('wsc bridge', () => {
  test('WebSocket to TCP: bytes go through both ways; an end on either side is one on the other', async () => {
    const bridge = await startServer(['bridge', '127.0.0.1:0', `127.0.0.1:${await echoPort()}`]);
    const connection = await openWebSocket(bridge.url, { subprotocols: ['binary'] });
    expect(connection.subprotocol).toBe('binary');
    await connection.sendMessage(Uint8Array.of(0, 1, 255));
    expect(await connection.getMessage()).toEqual(Uint8Array.of(0, 1, 255));
    await connection.close();
    await bridge.stdout.match(/\+ tcp4:127\.0\.0\.1:\d+\n.* - tcp4:127\.0\.0\.1:\d+\n/);
    await bridge.interrupt();
  });

  test('clients without a subprotocol are let in, as newer ones come; base64 is spoken too', async () => {
    const bridge = await startServer(['bridge', '-q', '127.0.0.1:0', `127.0.0.1:${await echoPort()}`]);
    const plain = await openWebSocket(bridge.url);
    await plain.sendMessage(Uint8Array.of(7));
    expect(await plain.getMessage()).toEqual(Uint8Array.of(7));
    const old = await openWebSocket(bridge.url, { subprotocols: ['base64'] });
    await old.sendMessage('/wA=');
    expect(await old.getMessage()).toBe('/wA=');
    await Promise.all([plain.close(), old.close()]);
    await bridge.interrupt();
  });

  test('a target that is not there is a 502; pages from elsewhere are refused where that is asked for', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    const port = await portOf(gone);
    gone.close();
    const bridge = await startServer([
      'bridge',
      '-q',
      '127.0.0.1:0',
      `127.0.0.1:${port}`,
      '--allow-origin',
      'https://good.example',
    ]);
    await expect(openWebSocket(bridge.url)).rejects.toMatchObject({ statusCode: 502 });
    await expect(openWebSocket(bridge.url, { origin: 'https://evil.example' })).rejects.toMatchObject({
      statusCode: 403,
    });
  });

  test('TCP to WebSocket and back to TCP: a MiB comes out as it went in', async () => {
    const inner = await startServer(['bridge', '-q', '127.0.0.1:0', `127.0.0.1:${await echoPort()}`]);
    const outer = await startServer(['bridge', '-q', '127.0.0.1:0', inner.url]);
    await sendThrough(portIn(outer.url), 1024 * 1024);
    await Promise.all([inner.interrupt(), outer.interrupt()]);
  });

  test('without a WebSocket behind it, a TCP connection is closed at once', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    const port = await portOf(gone);
    gone.close();
    const bridge = await startServer(['bridge', '127.0.0.1:0', `ws://127.0.0.1:${port}`]);
    const socket = connect(portIn(bridge.url), '127.0.0.1');
    expect(await buffer(socket)).toHaveLength(0);
    await bridge.stdout.match(/- 127\.0\.0\.1:\d+: cannot connect to .* refused/);
  });

  test('a port that is taken is no fault of the command line', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    const place = `127.0.0.1:${await portOf(taken)}`;
    for (const target of ['ws://localhost:9', 'localhost:9']) {
      expect(await runCli(['bridge', place, target])).toMatchObject({
        status: 1,
        stderr: expect.stringContaining(`cannot listen on ${place}`),
      });
    }
  });

  test('says what is wrong with a place', async () => {
    expect((await runCli(['bridge', 'nowhere', 'localhost:1'])).status).toBe(2);
    expect((await runCli(['bridge', '127.0.0.1:0', 'localhost'])).status).toBe(2);
    expect(parsePlace('[::1]:80')).toEqual({ host: '::1', port: 80 });
    expect(parsePlace(':80')).toEqual({ host: '127.0.0.1', port: 80 });
    expect(parsePlace('unix:/run/x')).toEqual({ path: '/run/x' });
  });
});

describe('a target that takes its time', () => {
  const log = { opened() {}, closed() {} };
  type Looked = (error: null, addresses: readonly { address: string; family: number }[]) => void;

  /** A bridge to a name, which is resolved when the test says so. */
  async function bridgeToSlow(port: number, options = {}) {
    const factory = bridgeToTcp({ host: 'slow.example', port }, log);
    factory.setProtocolOptions(options);
    const server = await listenWS(factory, { host: '127.0.0.1', port: 0 });
    onTestFinished(() => server.close({ grace: 0 }));
    let onLookup = (_resolveName: () => void): void => {};
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_name: string, _options: object, done: Looked) => {
      onLookup(() => done(null, [{ address: '127.0.0.1', family: 4 }]));
    }) as never);
    onTestFinished(() => lookup.mockRestore());
    /** Resolves when the name is looked up the next time, with what resolves it. */
    const nextLookup = () =>
      new Promise<() => void>(resolve => {
        onLookup = resolve;
      });
    return { url: `ws://127.0.0.1:${server.port}`, factory, nextLookup };
  }

  test('is left at once when nobody is there any more, and may reset the connection', async () => {
    const target = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    onTestFinished(() => void target.close());
    const bridge = await bridgeToSlow(await portOf(target));
    for (const end of [(socket: Socket) => void socket.resume(), (socket: Socket) => void socket.resetAndDestroy()]) {
      const lookup = bridge.nextLookup();
      const opening = openWebSocket(bridge.url);
      const resolveName = await lookup;
      for (const connection of bridge.factory.connections) connection.dropConnection(true);
      await expect(opening).rejects.toThrow();
      const accepted = once(target, 'connection');
      resolveName();
      const [socket] = (await accepted) as [Socket];
      const closed = once(
        socket.on('error', () => {}),
        'close',
      );
      end(socket);
      await closed;
    }
  });

  test('is a 502 before the client has waited too long', async () => {
    const { url, factory } = await bridgeToSlow(1);
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort());
    onTestFinished(() => timeout.mockRestore());
    await expect(openWebSocket(url)).rejects.toMatchObject({ statusCode: 502 });
    const { openHandshakeTimeout } = factory.options;
    expect(timeout.mock.calls[0]![0]).toBeLessThan(openHandshakeTimeout);
  });
});

describe.skipIf(!hasWebsockify)('wsc bridge and websockify', () => {
  /** Starts websockify, which takes no port 0: it is given one that was free a moment ago. */
  async function websockify(target: string): Promise<number> {
    const probe = createServer().listen(0, '127.0.0.1');
    const port = await portOf(probe);
    probe.close();
    const child: ChildProcess = spawn('websockify', [`127.0.0.1:${port}`, target], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PYTHONUNBUFFERED: '1' },
    });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await once(child, 'close');
    });
    let output = '';
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout!, child.stderr!]) {
        stream.on('data', chunk => {
          output += chunk;
          if (/proxying from/.test(output)) resolve();
        });
      }
      child.once('exit', () => reject(new Error(output)));
    });
    return port;
  }

  test('TCP to WebSocket, with websockify at the far end', async () => {
    const port = await websockify(`127.0.0.1:${await echoPort()}`);
    const bridge = await startServer(['bridge', '-q', '127.0.0.1:0', `ws://127.0.0.1:${port}/`]);
    await sendThrough(portIn(bridge.url), 300_000);
    await bridge.interrupt();
  });

  test('what talks to websockify talks to wsc bridge, in the same words', async () => {
    const target = `127.0.0.1:${await echoPort()}`;
    const theirs = `ws://127.0.0.1:${await websockify(target)}/`;
    const ours = (await startServer(['bridge', '-q', '127.0.0.1:0', target])).url;
    // It takes the blank behind a comma for a part of the name that follows.
    for (const subprotocols of [['binary'], ['binary', 'base64'], []]) {
      const answers = await Promise.all(
        [theirs, ours].map(async url => {
          const connection = await openWebSocket(url, { subprotocols });
          await connection.sendMessage(Uint8Array.of(1, 2, 3));
          const answer = await connection.getMessage();
          await connection.close();
          return [typeof answer === 'string' ? answer : [...answer]];
        }),
      );
      expect(answers).toEqual([[[1, 2, 3]], [[1, 2, 3]]]);
    }
  });
});
