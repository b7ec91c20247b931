import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type Duplex, PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { ConnectionClosed, type WebSocketConnection } from '@ws/connection';
import { ClosedError } from '@ws/core';
import { CloseReason } from '@ws/types';
import { afterEach, describe, expect, test } from 'vitest';
import {
  connectWS,
  createClientAgent,
  createWebSocketStream,
  type ListeningPort,
  listenWS,
  openWebSocket,
  type PullConnection,
  serveWebSocket,
  WebSocketClientFactory,
  WebSocketClientProtocol,
  type WebSocketServer,
  WebSocketServerFactory,
  WebSocketServerProtocol,
  type WebSocketStreamOptions,
} from '../../src/index.ts';
import { echoFactory, turn } from '../support/echo.ts';

const agent = createClientAgent();
const ports: ListeningPort[] = [];

afterEach(async () => {
  await Promise.all(ports.splice(0).map(port => port.close({ grace: 0 })));
});

/** A server that gives each connection as a stream. */
async function serve(onStream: (stream: Duplex) => void, options?: WebSocketStreamOptions): Promise<string> {
  const factory = new WebSocketServerFactory();
  factory.setProtocolOptions({ maxMessagePayloadSize: 0 });
  factory.protocol = class extends WebSocketServerProtocol {
    override onOpen(): void {
      onStream(createWebSocketStream(this, options));
    }
  };
  const port = await listenWS(factory, { host: '127.0.0.1', port: 0 });
  ports.push(port);
  return `ws://127.0.0.1:${port.port}`;
}

const open = (url: string): Promise<WebSocketClientProtocol> =>
  agent.open(url, { protocolOptions: { maxMessagePayloadSize: 0 } });

describe('createWebSocketStream', () => {
  test('carries a pipeline there and back', async () => {
    const url = await serve(stream => stream.pipe(stream));
    const stream = createWebSocketStream(await open(url));
    const source = Buffer.alloc(3_000_000, 'abcdefg');
    let length = 0;
    const done = new Promise<void>(resolve => {
      stream.on('data', (chunk: Buffer) => {
        if (!source.subarray(length, length + chunk.length).equals(chunk)) throw new Error(`wrong bytes at ${length}`);
        length += chunk.length;
        if (length === source.length) resolve();
      });
    });
    for (let at = 0; at < source.length; at += 50_000) {
      if (!stream.write(source.subarray(at, at + 50_000))) await once(stream, 'drain');
    }
    await done;
    stream.end();
    await once(stream, 'close');
  });

  test('ends in good order though much that came is not read yet, and keeps that for the reader', async () => {
    const factory = new WebSocketServerFactory();
    factory.setProtocolOptions({ closeHandshakeTimeout: 0 });
    const accepted = new Promise<[WebSocketServerProtocol, Duplex]>(resolve => {
      factory.protocol = class extends WebSocketServerProtocol {
        override onOpen(): void {
          resolve([this, createWebSocketStream(this)]);
        }
      };
    });
    const port = await listenWS(factory, { host: '127.0.0.1', port: 0 });
    ports.push(port);
    const client = await open(`ws://127.0.0.1:${port.port}`);
    const [protocol, stream] = await accepted;
    for (let i = 0; i < 40; i++) client.sendMessage(new Uint8Array(20_000), true);
    stream.end();
    expect(await protocol.closed).toMatchObject({ wasClean: true, timeout: null });
    expect((await text(stream)).length).toBe(800_000);
  });

  test('ends both sides when one does, with code 1000 (RFC 6455, 7.4.1)', async () => {
    let closed: Promise<unknown> | undefined;
    const received = new Promise<string>(resolve => {
      void serve(stream => resolve(text(stream))).then(async url => {
        const connection = await open(url);
        closed = connection.closed;
        await pipeline(Readable.from(['one ', 'two ', 'three']), createWebSocketStream(connection), new PassThrough());
      });
    });
    expect(await received).toBe('one two three');
    expect(await closed).toMatchObject({ wasClean: true, code: 1000 });
  });

  test('stops the peer while nobody reads', async () => {
    let sent = 0;
    const url = await serve(stream => {
      const source = new Readable({
        read() {
          sent += 1;
          this.push(Buffer.alloc(65536));
        },
      });
      stream.on('error', () => {});
      source.pipe(stream);
    });
    const stream = createWebSocketStream(await open(url));
    stream.read(0);
    let before = -1;
    for (let quiet = 0; quiet < 200; quiet = sent === before ? quiet + 1 : 0) {
      before = sent;
      await turn();
    }
    const stopped = sent;
    expect(stopped).toBeGreaterThan(0);
    stream.resume();
    while (sent < stopped + 100) await turn();
    stream.destroy();
  });

  test('stops the writer while the peer does not take it', async () => {
    const factory = echoFactory();
    let server: WebSocketServerProtocol | undefined;
    factory.protocol = class extends WebSocketServerProtocol {
      override onOpen(): void {
        server = this;
        this.pauseReceiving();
      }
    };
    const port = await listenWS(factory, { host: '127.0.0.1', port: 0 });
    ports.push(port);
    const stream = createWebSocketStream(await open(`ws://127.0.0.1:${port.port}`));
    let written = 0;
    const write = (): void => {
      stream.write(new Uint8Array(1 << 20), error => {
        if (error) return;
        written++;
        write();
      });
    };
    write();
    let before = -1;
    for (let quiet = 0; quiet < 200; quiet = written === before ? quiet + 1 : 0) {
      before = written;
      await turn();
    }
    expect(written).toBeLessThan(100);
    server?.resumeReceiving();
    const stopped = written;
    while (written < stopped + 20) await turn();
    stream.on('error', () => {});
    stream.destroy();
  });

  test('is destroyed with an error when the connection breaks', async () => {
    const url = await serve(stream => stream.destroy());
    const stream = createWebSocketStream(await open(url));
    stream.resume();
    const [error] = (await once(stream, 'error')) as [Error];
    expect(error).toBeInstanceOf(ClosedError);
  });

  test('breaks the connection when it is destroyed', async () => {
    const closed = new Promise<unknown>(resolve => {
      void serve(stream => stream.on('error', resolve)).then(async url => {
        createWebSocketStream(await open(url)).destroy();
      });
    });
    expect(await closed).toBeInstanceOf(ClosedError);
  });

  test('sends text where that is wanted, and tells text from binary in object mode', async () => {
    const messages: unknown[] = [];
    const url = await serve(
      stream => {
        stream.on('data', message => {
          messages.push(message);
          stream.write(message);
        });
      },
      { objectMode: true },
    );
    const connection = await open(url);
    const kinds: boolean[] = [];
    connection.on('message', (_payload, isBinary) => void kinds.push(isBinary));
    const stream = createWebSocketStream(connection, { isBinary: false });
    stream.write('grüße');
    connection.sendMessage(Buffer.from([0xff]), true);
    while (kinds.length < 2) await turn();
    expect(messages).toEqual(['grüße', Buffer.from([0xff])]);
    expect(kinds).toEqual([false, true]);
    stream.on('error', () => {});
    stream.destroy();
  });

  test('waits for a connection that is still opening', async () => {
    const received: Promise<string>[] = [];
    const url = await serve(stream => received.push(text(stream)));
    const connecting = open(url);
    const stream = createWebSocketStream(await connecting);
    stream.end('early');
    stream.resume();
    await once(stream, 'close');
    expect(await received[0]).toBe('early');
  });

  test('takes pull connections too', async () => {
    const incoming: (string | Uint8Array)[] = ['text', new Uint8Array([1, 2])];
    const reason = new CloseReason(1000);
    const sent: unknown[] = [];
    const events: string[] = [];
    let finish = (): void => {};
    const connection: PullConnection = {
      sendMessage: async message => void sent.push(message),
      getMessage: async () => {
        const message = incoming.shift();
        if (message === undefined) throw new ConnectionClosed(reason);
        return message;
      },
      whenClosed: new Promise(resolve => (finish = () => resolve(reason))),
      close: async () => {
        events.push('close');
        finish();
      },
      terminate: () => void events.push('terminate'),
    };
    const stream = createWebSocketStream(connection);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.end(Buffer.from('out'));
    await once(stream, 'close');
    expect(Buffer.concat(chunks)).toEqual(Buffer.from('text\x01\x02'));
    expect(sent).toEqual([Buffer.from('out')]);
    expect(events).toEqual(['close']);
  });
});

describe.each(['protocol', 'pull'] as const)('the stream of a %s connection', kind => {
  const pulls: WebSocketServer[] = [];
  afterEach(async () => {
    await Promise.all(pulls.splice(0).map(server => server.close({ grace: 0 })));
  });

  /** A stream, and the connection at its other end. */
  async function pair(): Promise<{ stream: Duplex; peer: WebSocketConnection }> {
    let accept = (_connection: WebSocketConnection): void => {};
    const accepted = new Promise<WebSocketConnection>(resolve => (accept = resolve));
    const server = await serveWebSocket(
      async request => {
        const connection = await request.accept();
        accept(connection);
        await connection.whenClosed;
      },
      { host: '127.0.0.1' },
    );
    pulls.push(server);
    const url = `ws://127.0.0.1:${server.port}`;
    const stream = createWebSocketStream(kind === 'pull' ? await openWebSocket(url) : await open(url));
    return { stream, peer: await accepted };
  }

  /** Errors that end the process, or would. */
  async function uncaught(task: () => Promise<void>): Promise<unknown[]> {
    const seen: unknown[] = [];
    const note = (error: unknown): void => void seen.push(error);
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', note);
    process.on('unhandledRejection', note);
    try {
      await task();
      for (let i = 0; i < 20; i++) await turn();
    } finally {
      process.off('uncaughtException', note).off('unhandledRejection', note);
      for (const listener of before) process.on('uncaughtException', listener);
    }
    return seen;
  }

  test('finishes when the peer closes orderly, though nobody ends it, or reads', async () => {
    const { stream, peer } = await pair();
    const done = finished(stream);
    await peer.close();
    await done;
    expect(stream.destroyed).toBe(true);
  });

  test.each(['1011', 'terminate'])('is destroyed with a ClosedError by %s, though nobody reads', async how => {
    const { stream, peer } = await pair();
    const failed = once(stream, 'error');
    if (how === 'terminate') peer.terminate();
    else void peer.close(Number(how));
    expect((await failed)[0]).toBeInstanceOf(ClosedError);
    expect(stream.destroyed).toBe(true);
  });

  test.each(['idle', 'reading', 'writing', 'piped'])('%s, ends no process when the peer vanishes', async how => {
    const { stream, peer } = await pair();
    const closed = new Promise(resolve => stream.once('close', resolve));
    const seen = await uncaught(async () => {
      if (how === 'reading') stream.resume();
      if (how === 'writing') for (let i = 0; i < 20; i++) stream.write(Buffer.alloc(1e6));
      if (how === 'piped') stream.pipe(stream);
      await turn();
      peer.terminate();
      await closed;
    });
    expect(seen).toEqual([]);
  });

  test('ends no process when it is written to while the peer closes', async () => {
    const { stream, peer } = await pair();
    stream.resume();
    const closed = new Promise(resolve => stream.once('close', resolve));
    const seen = await uncaught(async () => {
      const closing = peer.close();
      while (!stream.destroyed) {
        if (stream.writable) stream.write('tick');
        await turn();
      }
      await Promise.all([closing, closed]);
    });
    expect(seen).toEqual([]);
  });

  test('tells the writer when the connection is gone', async () => {
    const { stream, peer } = await pair();
    peer.terminate();
    let failure: Error | null | undefined;
    while (!failure) {
      stream.write('tick', error => (failure = error));
      await turn();
    }
    stream.on('error', () => {});
    expect(stream.destroyed).toBe(true);
  });

  test("still ends the process by an error that is the application's own", async () => {
    const { stream } = await pair();
    const mistake = new Error('mistake');
    const seen = await uncaught(async () => void stream.destroy(mistake));
    expect(seen).toEqual([mistake]);
  });

  test.each(['late', "behind once('readable')", 'behind an iterator'])('is read to its end %s', async how => {
    const { stream, peer } = await pair();
    let received = '';
    if (how === 'late') stream.read(0);
    for (let i = 0; i < 5; i++) await peer.sendMessage(`m${i}`);
    if (how === "behind once('readable')") {
      await once(stream, 'readable');
      received += String(stream.read(2));
    } else if (how === 'behind an iterator') {
      for await (const message of stream.iterator({ destroyOnReturn: false })) {
        received += String(message);
        break;
      }
    }
    await peer.close();
    for (let i = 0; i < 20; i++) await turn();
    received += await text(stream);
    expect(received).toBe('m0m1m2m3m4');
    if (!stream.closed) await once(stream, 'close');
  });

  test('gives whoever reads it what came before the end', async () => {
    const { stream, peer } = await pair();
    let received = '';
    stream.on('data', data => (received += String(data)));
    const closed = new Promise(resolve => stream.once('close', resolve));
    for (let i = 0; i < 10; i++) void peer.sendMessage(String(i));
    await peer.close(4000);
    await closed;
    expect(received).toBe('0123456789');
  });
});

test('a stream that is ended while its proxy has not answered drops the connection', async () => {
  const proxy = createServer(socket => socket.on('error', () => {}).resume());
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const factory = new WebSocketClientFactory({ url: 'ws://127.0.0.1:1', proxy: { host: '127.0.0.1', port } });
  let stream: Duplex | undefined;
  factory.protocol = class extends WebSocketClientProtocol {
    constructor() {
      super();
      setImmediate(() => {
        expect(this.state).toBe('proxy-connecting');
        stream = createWebSocketStream(this);
        stream.end();
      });
    }
  };
  await expect(connectWS(factory)).rejects.toThrow();
  if (!stream?.closed) await once(stream as Duplex, 'close');
  await new Promise(resolve => proxy.close(resolve));
});

test('what is written before a connection that is not to be is lost with it, quietly', async () => {
  const proxy = createServer(socket => socket.on('data', () => socket.destroy()));
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
  const factory = new WebSocketClientFactory({ url: `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
  let lost: Promise<unknown> | undefined;
  factory.protocol = class extends WebSocketClientProtocol {
    constructor() {
      super();
      lost = new Promise(resolve => createWebSocketStream(this).write('early', resolve));
    }
  };
  await expect(connectWS(factory)).rejects.toThrow();
  expect(await lost).toBeInstanceOf(ClosedError);
  await new Promise(resolve => proxy.close(resolve));
});
