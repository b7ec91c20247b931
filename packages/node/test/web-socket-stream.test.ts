import { once } from 'node:events';
import { type Duplex, PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { ClosedError } from '@ws/core';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createClientAgent,
  createWebSocketStream,
  type ListeningPort,
  listenWS,
  type PullConnection,
  type WebSocketClientProtocol,
  WebSocketServerFactory,
  WebSocketServerProtocol,
  type WebSocketStreamOptions,
} from '../src/index.ts';
import { echoFactory, turn } from './support/echo.ts';

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
    const sent: unknown[] = [];
    const events: string[] = [];
    const connection: PullConnection = {
      sendMessage: async message => void sent.push(message),
      getMessage: async () => {
        const message = incoming.shift();
        if (message === undefined) throw Object.assign(new Error('closed'), { reason: { code: 1000 } });
        return message;
      },
      close: async () => void events.push('close'),
      terminate: () => void events.push('terminate'),
    };
    const stream = createWebSocketStream(connection);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(stream, 'end');
    expect(Buffer.concat(chunks)).toEqual(Buffer.from('text\x01\x02'));
    stream.end(Buffer.from('out'));
    await once(stream, 'close');
    expect(sent).toEqual([Buffer.from('out')]);
    expect(events).toEqual(['close']);
  });
});
