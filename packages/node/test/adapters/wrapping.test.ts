import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { HandshakeError } from '@ws/core';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  connectWS,
  createClientAgent,
  type ListeningPort,
  listenWS,
  WrappingWebSocketClientFactory,
  WrappingWebSocketServerFactory,
} from '../../src/index.ts';

const ports: ListeningPort[] = [];

afterEach(async () => {
  await Promise.all(ports.splice(0).map(port => port.close({ grace: 0 })));
});

async function serve(onStream: (stream: Duplex) => void, options = {}): Promise<string> {
  const port = await listenWS(new WrappingWebSocketServerFactory(onStream, options), { host: '127.0.0.1', port: 0 });
  ports.push(port);
  return `ws://127.0.0.1:${port.port}`;
}

const echo = (stream: Duplex): void => {
  stream.on('error', () => {});
  stream.pipe(stream);
};

describe('WrappingWebSocketServerFactory', () => {
  test('carries bytes as binary messages under the subprotocol binary', async () => {
    const client = new WebSocket(await serve(echo), ['binary', 'base64']);
    await once(client, 'open');
    expect(client.protocol).toBe('binary');
    client.send(Buffer.from([0, 255, 128]));
    const [data, isBinary] = (await once(client, 'message')) as [Buffer, boolean];
    expect([data.toString('hex'), isBinary]).toEqual(['00ff80', true]);
    client.terminate();
  });

  test('carries bytes as text in base64 under the subprotocol base64', async () => {
    const client = new WebSocket(await serve(echo), ['unknown', 'base64', 'binary']);
    await once(client, 'open');
    expect(client.protocol).toBe('base64');
    client.send('AP+A');
    const [data, isBinary] = (await once(client, 'message')) as [Buffer, boolean];
    expect([data.toString(), isBinary]).toEqual(['AP+A', false]);
    client.terminate();
  });

  test('takes one more subprotocol', async () => {
    const client = new WebSocket(await serve(echo, { subprotocol: 'vnc' }), ['vnc']);
    await once(client, 'open');
    expect(client.protocol).toBe('vnc');
    client.terminate();
  });

  test.each([
    { name: 'text under binary', protocol: 'binary', message: 'text', code: 1003 },
    { name: 'binary under base64', protocol: 'base64', message: Buffer.from('x'), code: 1003 },
    { name: 'malformed base64', protocol: 'base64', message: 'A?==', code: 1007 },
  ])('closes on $name with $code (RFC 6455, 7.4.1)', async ({ protocol, message, code }) => {
    const received: Buffer[] = [];
    const url = await serve(stream => {
      stream.on('error', () => {});
      stream.on('data', (data: Buffer) => received.push(data));
    });
    const client = new WebSocket(url, [protocol]);
    await once(client, 'open');
    client.send(message);
    expect((await once(client, 'close'))[0]).toBe(code);
    expect(received).toEqual([]);
  });

  test('refuses clients without a subprotocol in common, with 406', async () => {
    const url = await serve(echo);
    const opening = createClientAgent().open(url, { protocols: ['other'] });
    await expect(opening).rejects.toThrow(HandshakeError);
    await expect(opening).rejects.toMatchObject({ status: 406 });
  });

  test('sends in frames of the size that was asked for', async () => {
    const url = await serve(stream => stream.write('hello!'), { autoFragmentSize: 4, enableCompression: false });
    const frames: number[] = [];
    const client = new WrappingWebSocketClientFactory(() => {}, { url, enableCompression: false });
    const Base = client.protocol;
    client.protocol = class extends Base {
      override onMessageFrameBegin(length: number): void {
        frames.push(length);
        super.onMessageFrameBegin(length);
      }
    };
    const received = new Promise<string>(resolve => {
      client.protocol = class extends client.protocol {
        override onMessage(payload: Uint8Array): void {
          resolve(Buffer.from(payload).toString());
        }
      };
    });
    const connection = await connectWS(client);
    expect(await received).toBe('hello!');
    expect(frames).toEqual([4, 2]);
    connection.dropConnection(true);
  });

  test('needs to know whom to give the streams', () => {
    expect(() => new WrappingWebSocketServerFactory(undefined as never)).toThrow(TypeError);
  });
});

describe('WrappingWebSocketClientFactory', () => {
  test.each([
    { name: 'compressed', options: {} },
    { name: 'plain', options: { enableCompression: false } },
  ])('gives a stream that reaches the other end, $name', async ({ options }) => {
    const url = await serve(echo, options);
    let opened: (stream: Duplex) => void = () => {};
    const opening = new Promise<Duplex>(resolve => (opened = resolve));
    const connection = await connectWS(
      new WrappingWebSocketClientFactory(stream => opened(stream), { url, ...options }),
    );
    const stream = await opening;
    expect(connection.subprotocol).toBe('binary');
    expect(connection.compression === null).toBe(options.enableCompression === false);
    const bytes = Buffer.alloc(300_000, 'compressible ');
    stream.write(bytes);
    let received = Buffer.alloc(0);
    while (received.length < bytes.length) {
      received = Buffer.concat([received, ...((await once(stream, 'data')) as Buffer[])]);
    }
    expect(received.equals(bytes)).toBe(true);
    stream.end();
    await once(stream, 'close');
    expect(await connection.closed).toMatchObject({ wasClean: true });
  });
});
