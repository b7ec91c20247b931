import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { faultyProxy as lazyFaultyProxy } from '../../src/index.ts';
import { type FaultyProxyOptions, faultyProxy } from '../../src/node/index.ts';

type Options = Omit<FaultyProxyOptions, 'target'>;

let closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

/** Resolves with all that arrives until the end, or with the code of the error. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) text += chunk;
  } catch (error) {
    return `${text}|${(error as NodeJS.ErrnoException).code}`;
  }
  return text;
}

/** A server that repeats what it hears, behind a proxy; and a client of the proxy. */
async function start(options: Options) {
  const accepted: Socket[] = [];
  const server: Server = createServer({ allowHalfOpen: true }, socket => {
    accepted.push(socket);
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await faultyProxy({ ...options, target: { port: (server.address() as AddressInfo).port } });
  const client = connect({ port: proxy.port, host: proxy.host, allowHalfOpen: true });
  closers.push(
    () => server.close(),
    () => accepted.map(socket => socket.destroy()),
    () => proxy.close(),
    () => client.destroy(),
  );
  await once(client, 'connect');
  return { proxy, client };
}

describe('faultyProxy', () => {
  test('is loaded by the main entry when it is used, and closes itself', async () => {
    const { proxy: echo } = await start({});
    let port: number;
    {
      await using proxy = await lazyFaultyProxy({ target: { port: echo.port }, toClient: { chunkSize: 1 } });
      port = proxy.port;
      const client = connect({ port, host: proxy.host, allowHalfOpen: true });
      client.end('hello');
      expect(await readAll(client)).toBe('hello');
    }
    expect(await readAll(connect({ port, host: '127.0.0.1' }))).toBe('|ECONNREFUSED');
  });

  test('without faults passes everything on, the ends of both directions too', async () => {
    const { proxy, client } = await start({});
    const text = 'x'.repeat(300_000);
    client.end(text);
    expect(await readAll(client)).toBe(text);
    expect([proxy.bytesToTarget, proxy.bytesToClient]).toEqual([300_000, 300_000]);
  });

  test('cuts bytes into pieces', async () => {
    const sizes: number[] = [];
    const { client } = await start({
      toTarget: { chunkSize: 7 },
      toClient: {
        chunkSize: () => {
          sizes.push(3);
          return 3;
        },
      },
    });
    client.end('a text of some length');
    expect(await readAll(client)).toBe('a text of some length');
    expect(sizes.length).toBeGreaterThan(6);
  });

  test('delays each piece', async () => {
    let count = 0;
    const delay = () => {
      count++;
      return 1;
    };
    const { client } = await start({ toClient: { delay, chunkSize: 1 } });
    client.end('12345');
    expect(await readAll(client)).toBe('12345');
    expect(count).toBe(5);
  });

  test('resets the connection after some bytes', async () => {
    const { proxy, client } = await start({ toClient: { cutAfter: 5 } });
    client.write('123456789');
    // Node reports bytes and a reset that come at once as bytes and an end.
    expect(await readAll(client)).toMatch(/^(12345)?(\|ECONNRESET)?$/);
    expect(proxy.bytesToClient).toBe(5);
  });

  test('or ends it', async () => {
    const { client } = await start({ toClient: { cutAfter: 5, chunkSize: 2 }, cutBy: 'end' });
    client.write('123456789');
    expect(await readAll(client)).toBe('12345');
  });

  test('cuts before the first byte', async () => {
    const { proxy: echo } = await start({});
    const proxy = await faultyProxy({ target: { port: echo.port }, toTarget: { cutAfter: 0 } });
    expect(await readAll(connect({ port: proxy.port, host: proxy.host }))).toBe('|ECONNRESET');
    await proxy.close();
  });

  test('swallows what comes after some bytes, the end too', async () => {
    const { proxy, client } = await start({ toTarget: { swallowAfter: 5 } });
    client.write('123456789');
    const [chunk] = await once(client, 'data');
    expect(String(chunk)).toBe('12345');
    client.end();
    const ended = once(client, 'end').then(() => 'end');
    const { client: other } = await start({});
    other.end('time passes');
    await readAll(other);
    expect(await Promise.race([ended, Promise.resolve('silence')])).toBe('silence');
    expect([proxy.bytesToTarget, proxy.connectionCount]).toEqual([5, 1]);
  });

  test('cuts when it is told to', async () => {
    const { proxy, client } = await start({});
    client.write('hello');
    await once(client, 'data');
    const read = readAll(client);
    proxy.cut();
    expect(await read).toBe('|ECONNRESET');
    expect(proxy.connectionCount).toBe(0);
  });

  test('stalls until it is resumed', async () => {
    const { proxy, client } = await start({});
    client.write('hello');
    await once(client, 'data');
    proxy.stall();
    client.end('world');
    const { client: other } = await start({});
    other.end('time passes');
    await readAll(other);
    expect(proxy.bytesToTarget).toBe(5);
    proxy.resume();
    expect(await readAll(client)).toBe('world');
  });

  test('tells the client when the target cannot be reached', async () => {
    const unused = createServer().listen(0, '127.0.0.1');
    await once(unused, 'listening');
    const { port } = unused.address() as AddressInfo;
    await new Promise(resolve => unused.close(resolve));
    const proxy = await faultyProxy({ target: { port } });
    const client = connect({ port: proxy.port, host: proxy.host });
    expect(await readAll(client)).toBe('|ECONNRESET');
    await proxy.close();
  });

  test.each([{ chunkSize: 0 }, { cutAfter: -1 }, { delay: Number.NaN }, { swallowAfter: -5 }])(
    'refuses %o',
    async faults => {
      await expect(faultyProxy({ target: { port: 1 }, toTarget: faults })).rejects.toThrow(RangeError);
    },
  );
});
