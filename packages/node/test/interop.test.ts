// Real counterparts: the clients of `ws` and undici against our server, our client against a server of `ws`, and the
// bytes of RFC 6455 themselves.

import { type AddressInfo, connect } from 'node:net';
import { WebSocket as UndiciWebSocket } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer, WebSocket as WsWebSocket } from 'ws';
import { createClientAgent, type ListeningPort, listenWS } from '../src/index.ts';
import { echoFactory, nextMessage } from './support/echo.ts';

/** Lengths on both sides of each form of the length field (RFC 6455, 5.2), and one that takes many reads. */
const SIZES = [0, 125, 126, 65535, 65536, 5 * 2 ** 20];

const LIMIT = 16 * 2 ** 20;

/** Text whose characters take 1 to 4 bytes, of exactly `size` bytes. */
function textOf(size: number): string {
  const unit = 'aé€𝄞';
  return unit.repeat(Math.floor(size / 10)) + 'x'.repeat(size % 10);
}

function bytesOf(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let index = 0; index < size; index++) bytes[index] = index * 31 + (index >> 8);
  return bytes;
}

function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  // `toEqual` on megabytes takes seconds.
  expect(Buffer.compare(actual, expected)).toBe(0);
}

describe('our server', () => {
  let port: ListeningPort;
  beforeAll(async () => {
    port = await listenWS(echoFactory(), { host: '127.0.0.1', port: 0 });
  });
  afterAll(() => port.close());

  describe('and the client of ws', () => {
    let client: WsWebSocket;
    beforeAll(async () => {
      client = new WsWebSocket(`ws://127.0.0.1:${port.port}`, { maxPayload: LIMIT });
      await new Promise(resolve => client.once('open', resolve));
    });
    afterAll(async () => {
      client.close(1000, 'done');
      const [code] = await new Promise<[number]>(resolve => client.once('close', (...args) => resolve([args[0]])));
      expect(code).toBe(1000);
    });

    const echo = (data: string | Uint8Array): Promise<{ data: Buffer; isBinary: boolean }> =>
      new Promise(resolve => {
        client.once('message', (data, isBinary) => resolve({ data: data as Buffer, isBinary }));
        client.send(data);
      });

    test.each(SIZES)('echo text of %i bytes', async size => {
      const { data, isBinary } = await echo(textOf(size));
      expect(isBinary).toBe(false);
      expectSame(data, Buffer.from(textOf(size)));
    });

    test.each(SIZES)('echo binary of %i bytes', async size => {
      const { data, isBinary } = await echo(bytesOf(size));
      expect(isBinary).toBe(true);
      expectSame(data, bytesOf(size));
    });

    test('echo a message in fragments (RFC 6455, 5.4)', async () => {
      const echoed = new Promise<Buffer>(resolve => client.once('message', data => resolve(data as Buffer)));
      for (let index = 0; index < 9; index++) client.send(`part ${index};`, { fin: false });
      client.send('end', { fin: true });
      expect((await echoed).toString()).toBe(`${[0, 1, 2, 3, 4, 5, 6, 7, 8].map(n => `part ${n};`).join('')}end`);
    });

    test('answer each other’s pings (RFC 6455, 5.5.2)', async () => {
      const pong = new Promise<Buffer>(resolve => client.once('pong', resolve));
      client.ping('are you there');
      expect((await pong).toString()).toBe('are you there');
    });
  });

  describe('and the client of undici', () => {
    let client: UndiciWebSocket;
    beforeAll(async () => {
      client = new UndiciWebSocket(`ws://127.0.0.1:${port.port}`);
      client.binaryType = 'arraybuffer';
      await new Promise(resolve => client.addEventListener('open', resolve, { once: true }));
    });
    afterAll(async () => {
      const closed = new Promise<{ wasClean: boolean; code: number }>(resolve =>
        client.addEventListener('close', event => resolve(event as { wasClean: boolean; code: number })),
      );
      client.close(1000, 'done');
      expect(await closed).toMatchObject({ wasClean: true, code: 1000 });
    });

    const echo = (data: string | Uint8Array): Promise<unknown> =>
      new Promise(resolve => {
        client.addEventListener('message', event => resolve(event.data), { once: true });
        client.send(data);
      });

    test.each(SIZES)('echo text of %i bytes', async size => {
      expect((await echo(textOf(size))) === textOf(size)).toBe(true);
    });

    test.each(SIZES)('echo binary of %i bytes', async size => {
      expectSame(new Uint8Array((await echo(bytesOf(size))) as ArrayBuffer), bytesOf(size));
    });
  });
});

describe('our client and the server of ws', () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: LIMIT });
  server.on('connection', socket => {
    socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
  });
  const url = (): string => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const open = () => createClientAgent().open(url(), { protocolOptions: { maxMessagePayloadSize: LIMIT } });
  afterAll(() => new Promise(resolve => server.close(resolve)));

  test.each(SIZES)('echo text of %i bytes', async size => {
    const connection = await open();
    const echoed = nextMessage(connection);
    connection.sendMessage(textOf(size));
    const { payload, isBinary } = await echoed;
    expect(isBinary).toBe(false);
    expectSame(payload, Buffer.from(textOf(size)));
    connection.sendClose(1000);
    expect(await connection.closed).toMatchObject({ wasClean: true, code: 1000 });
  });

  test.each(SIZES)('echo binary of %i bytes, as one frame and in fragments', async size => {
    const connection = await open();
    for (const options of [undefined, { fragmentSize: 30_000 }]) {
      const echoed = nextMessage(connection);
      connection.sendMessage(bytesOf(size), true, options);
      const { payload, isBinary } = await echoed;
      expect(isBinary).toBe(true);
      expectSame(payload, bytesOf(size));
    }
    connection.sendClose(1000);
    await connection.closed;
  });
});

describe('the bytes of RFC 6455', () => {
  let port: ListeningPort;
  beforeAll(async () => {
    port = await listenWS(echoFactory(), { host: '127.0.0.1', port: 0 });
  });
  afterAll(() => port.close());

  const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

  test('1.3: the accept key; 5.7: hello in one frame, in two with a ping between, and a close', async () => {
    const socket = connect(port.port ?? 0, '127.0.0.1');
    let received = Buffer.alloc(0);
    const more: (() => void)[] = [];
    socket.on('data', data => {
      received = Buffer.concat([received, data]);
      for (const wake of more.splice(0)) wake();
    });
    const read = async (length: number): Promise<Buffer> => {
      while (received.length < length) await new Promise<void>(resolve => more.push(resolve));
      const bytes = received.subarray(0, length);
      received = received.subarray(length);
      return bytes;
    };
    socket.write(
      'GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    while (!received.includes('\r\n\r\n')) await new Promise<void>(resolve => more.push(resolve));
    const head = (await read(received.indexOf('\r\n\r\n') + 4)).toString();
    expect(head).toMatch(/^HTTP\/1\.1 101 /);
    expect(head).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n');

    // A single-frame masked text message.
    socket.write(hex('81 85 37 fa 21 3d 7f 9f 4d 51 58'));
    expect(await read(7)).toEqual(hex('81 05 48 65 6c 6c 6f'));

    // The same in two fragments, masked with 00000000, and a ping between them.
    socket.write(hex('01 83 00 00 00 00 48 65 6c'));
    socket.write(hex('89 85 37 fa 21 3d 7f 9f 4d 51 58'));
    expect(await read(7)).toEqual(hex('8a 05 48 65 6c 6c 6f'));
    socket.write(hex('80 82 00 00 00 00 6c 6f'));
    expect(await read(7)).toEqual(hex('81 05 48 65 6c 6c 6f'));

    // 256 bytes of binary in a single frame.
    const key = [1, 2, 3, 4];
    const payload = bytesOf(256);
    socket.write(Buffer.concat([hex('82 fe 01 00 01 02 03 04'), payload.map((byte, i) => byte ^ (key[i % 4] ?? 0))]));
    expect(await read(260)).toEqual(Buffer.concat([hex('82 7e 01 00'), payload]));

    // 64 KiB of binary in a single frame.
    const large = bytesOf(65536);
    const masked = large.map((byte, i) => byte ^ (key[i % 4] ?? 0));
    socket.write(Buffer.concat([hex('82 ff 00 00 00 00 00 01 00 00 01 02 03 04'), masked]));
    const echoed = await read(10 + 65536);
    expect(echoed.subarray(0, 10)).toEqual(hex('82 7f 00 00 00 00 00 01 00 00'));
    expectSame(echoed.subarray(10), large);

    socket.write(hex('88 82 00 00 00 00 03 e8'));
    expect(await read(4)).toEqual(hex('88 02 03 e8'));
    await new Promise(resolve => socket.once('end', resolve));
  });

  test('7.1.7: a frame that is not masked is answered by 1002, and then the end', async () => {
    const socket = connect(port.port ?? 0, '127.0.0.1');
    let received = Buffer.alloc(0);
    socket.on('data', data => (received = Buffer.concat([received, data])));
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    socket.write(hex('81 05 48 65 6c 6c 6f'));
    while (!received.includes(hex('88'))) await new Promise(resolve => socket.once('data', resolve));
    socket.write(hex('88 82 00 00 00 00 03 ea'));
    await new Promise(resolve => socket.once('end', resolve));
    const frames = received.subarray(received.indexOf('\r\n\r\n') + 4);
    expect(frames[0]).toBe(0x88);
    expect(frames.readUInt16BE(2)).toBe(1002);
    expect(frames).toHaveLength(2 + (frames[1] ?? 0));
  });
});
