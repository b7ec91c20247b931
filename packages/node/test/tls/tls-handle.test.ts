import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import type { ByteStreamHandler } from '@ws/types';
import { afterEach, describe, expect, test } from 'vitest';
import { receiveBuffer } from '../../src/native/receive-buffer.ts';
import { socketStream, TlsStream } from '../../src/streams/socket-stream.ts';
import { takeTlsHandle } from '../../src/tls/tls-handle.ts';
import { canUseTlsHandles, probeTlsHandles } from '../../src/tls/tls-probe.ts';
import { createCertificate, noCertificates } from '../support/certificates.ts';

/** Remembers what a stream tells. */
class Recorder implements ByteStreamHandler {
  readonly events: string[] = [];
  text = '';
  isShared = true;
  error: Error | undefined;
  #waiters: (() => void)[] = [];

  onData(bytes: Uint8Array): void {
    this.isShared &&= bytes.buffer === receiveBuffer.buffer;
    this.text += Buffer.from(bytes).toString('latin1');
    this.#tell();
  }
  onDrain(): void {
    this.events.push('drain');
    this.#tell();
  }
  onEnd(): void {
    this.events.push('end');
    this.#tell();
  }
  onClose(error?: Error): void {
    this.events.push('close');
    this.error = error;
    this.#tell();
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>(resolve => this.#waiters.push(resolve));
  }
  #tell(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describe.skipIf(noCertificates !== null)('a TLS socket by its handle', () => {
  const { key, cert } = noCertificates === null ? createCertificate() : { key: '', cert: '' };
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map(server => new Promise(resolve => server.close(resolve))));
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** A client of plain node:tls, and the stream of the server's end. `via`: the port of what stands between. */
  async function open(options: TlsOptions = {}, via = async (port: number): Promise<number> => port) {
    expect(await probeTlsHandles()).toBe(true);
    const server = createTlsServer({ key, cert, ...options });
    const accepted = new Promise<TLSSocket>(resolve => server.once('secureConnection', resolve));
    const port = await via(await listen(server));
    const { minVersion, maxVersion } = options;
    const client = connectTls({
      port,
      host: '127.0.0.1',
      ca: cert,
      ...(minVersion && { minVersion }),
      ...(maxVersion && { maxVersion }),
    });
    client.on('error', () => {});
    await new Promise(resolve => client.once('secureConnect', resolve));
    const socket = await accepted;
    sockets.push(client, socket);
    const stream = socketStream(socket);
    const recorder = new Recorder();
    stream.attach(recorder);
    return { client, socket, stream, recorder };
  }

  test('reads into the buffer that all connections share', async () => {
    const { client, recorder } = await open();
    expect(canUseTlsHandles()).toBe(true);
    client.write('one');
    await recorder.until(() => recorder.text.length === 3);
    client.write('x'.repeat(100_000));
    await recorder.until(() => recorder.text.length === 100_003);
    expect(recorder.isShared).toBe(true);
  });

  test('has several writes in one turn follow each other', async () => {
    const { client, stream } = await open();
    let [text, expected] = ['', ''];
    client.on('data', data => {
      text += data;
    });
    const scratch = Buffer.alloc(9000);
    for (let index = 0; index < 40; index++) {
      const piece = scratch.subarray(0, 1 + ((index * 977) % 9000)).fill(String.fromCharCode(97 + (index % 26)));
      expected += piece;
      if (stream.write(piece)) scratch.fill('!');
      else await turn();
      if (index % 7 === 0) expect(stream.write(new Uint8Array(0))).toBe(true);
    }
    stream.writev?.([Buffer.from('the '), Buffer.from(''), Buffer.from('end')]);
    stream.end();
    await new Promise(resolve => client.once('end', resolve));
    expect(text).toHaveLength(expected.length + 7);
    expect(text === `${expected}the end`).toBe(true);
  });

  test('keeps in order what others write to the socket, amidst of a write', async () => {
    const { client, socket, stream } = await open();
    let text = '';
    client.on('data', data => {
      text += data;
    });
    stream.write(Buffer.from('one '));
    await new Promise(resolve => socket.write('two ', resolve));
    socket.cork();
    socket.write(Buffer.from('three '));
    socket.write('666f7572', 'hex');
    socket.uncork();
    stream.end();
    await new Promise(resolve => client.once('end', resolve));
    expect(text).toBe('one two three four');
  });

  test('loses nothing of what OpenSSL has read when receiving is paused within a read', async () => {
    const { client, stream, recorder } = await open();
    // Records of one byte: many come with one read.
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const { onData } = recorder;
    let isPaused = false;
    recorder.onData = bytes => {
      expect(isPaused).toBe(false);
      onData.call(recorder, bytes);
      isPaused = true;
      stream.pause();
      setImmediate(() => {
        isPaused = false;
        stream.resume();
      });
    };
    for (const letter of letters) client.write(letter);
    client.end();
    await recorder.until(() => recorder.events.includes('end'));
    expect(recorder.text).toBe(letters);
    stream.end();
    await recorder.until(() => recorder.events.includes('close'));
    expect(recorder.events).toEqual(['end', 'close']);
  });

  test('is gone, with an error, when a record was changed on its way (RFC 8446, 5.2)', async () => {
    let isBad = false;
    const { client, recorder } = await open({}, async port => {
      const proxy = createServer(near => {
        const far = connect(port, '127.0.0.1');
        for (const socket of [near, far]) socket.on('error', () => {});
        near.on('data', data => {
          if (isBad) data[data.length - 1]! ^= 1;
          far.write(data);
        });
        far.pipe(near);
        near.on('close', () => far.destroy());
      });
      return listen(proxy);
    });
    client.write('good');
    await recorder.until(() => recorder.text === 'good');
    isBad = true;
    client.write('bad');
    await recorder.until(() => recorder.events.includes('close'));
    expect(recorder.text).toBe('good');
    expect(recorder.error).toMatchObject({ code: expect.stringMatching(/^ERR_SSL/) });
  });

  test.each([
    { name: 'read', isPaused: false },
    { name: 'written to, and not read', isPaused: true },
  ])('is gone, with an error, when the peer resets while it is $name', async ({ isPaused }) => {
    const { client, socket, stream, recorder } = await open();
    client.pause();
    if (isPaused) {
      stream.pause();
      client.write(new Uint8Array(1 << 20));
      while (socket.readableLength < socket.readableHighWaterMark) await turn();
    }
    // More than the kernel takes.
    expect(stream.write(new Uint8Array(32 << 20))).toBe(false);
    expect(stream.write(new Uint8Array(100_000))).toBe(false);
    client.destroy();
    await recorder.until(() => recorder.events.includes('close'));
    expect(recorder.error).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) });
    expect(recorder.events).not.toContain('drain');
    expect([stream.bufferedAmount, stream.write(new Uint8Array(1))]).toEqual([0, true]);
  });

  test('renegotiates on demand (RFC 5246, 7.4.1.1), and goes on both ways', async () => {
    const { client, stream, recorder } = await open({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    let text = '';
    client.on('data', data => {
      text += data;
    });
    client.write('before ');
    await recorder.until(() => recorder.text === 'before ');
    expect(await new Promise(resolve => client.renegotiate({ rejectUnauthorized: false }, resolve))).toBeNull();
    client.write('after');
    await recorder.until(() => recorder.text === 'before after');
    stream.write(Buffer.from('so '));
    stream.write(Buffer.from('be it'));
    stream.end();
    await new Promise(resolve => client.once('end', resolve));
    expect(text).toBe('so be it');
  });

  test('tickets for the next session still come (RFC 8446, 4.6.1), and serve', async () => {
    const server = createTlsServer({ key, cert }, socket => socket.on('error', () => {}).end('x'));
    const port = await listen(server);
    const first = connectTls({ port, host: '127.0.0.1', ca: cert });
    await new Promise(resolve => first.once('secureConnect', resolve));
    const ticket = new Promise<Buffer>(resolve => first.once('session', resolve));
    const stream = new TlsStream(first, true);
    stream.attach(new Recorder());
    const session = await ticket;
    stream.destroy();
    const second = connectTls({ port, host: '127.0.0.1', ca: cert, session });
    await new Promise(resolve => second.once('secureConnect', resolve));
    expect(second.isSessionReused()).toBe(true);
    sockets.push(second);
  });
});

describe('takeTlsHandle', () => {
  const listener = { receive() {}, written() {} };

  test('leaves alone what is no connection of the system', () => {
    const memory = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const socket = new TLSSocket(memory, { isServer: false });
    socket.on('error', () => {});
    expect(takeTlsHandle(socket, listener)).toBeNull();
    expect(socketStream(socket)).toBeInstanceOf(TlsStream);
    socket.destroy();
  });

  test('leaves alone a socket that is being written to, or gone', async () => {
    const server = createServer(peer => peer.on('error', () => {}).resume()).listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const plain = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await new Promise(resolve => plain.once('connect', resolve));
    const socket = new TLSSocket(plain, { isServer: false });
    socket.on('error', () => {});
    socket.write('x');
    expect(takeTlsHandle(socket, listener)).toBeNull();
    socket.destroy();
    expect(takeTlsHandle(socket, listener)).toBeNull();
    plain.destroy();
    await new Promise(resolve => server.close(resolve));
  });
});
