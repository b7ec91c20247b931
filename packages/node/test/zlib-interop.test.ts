import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { acceptBzip2, offerBzip2 } from '@ws/compress/bzip2';
import { type AcceptDeflateOptions, acceptDeflate, type OfferDeflateOptions, offerDeflate } from '@ws/compress/deflate';
import { type SeededRandom, seededRandom } from '@ws/testkit';
import { encodeText, equalBytes } from '@ws/util/primitives';
import { afterEach, describe, expect, test } from 'vitest';
import { type PerMessageDeflateOptions, WebSocket, WebSocketServer } from 'ws';
import {
  connectWS,
  type ListeningPort,
  listenWS,
  WebSocketClientFactory,
  type WebSocketClientProtocol,
  type WebSocketServerFactory,
} from '../src/index.ts';
import { echoFactory, nextMessage } from './support/echo.ts';

const MESSAGES = 250;
const closers: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function anyMessage(random: SeededRandom): Uint8Array {
  const length = random.below(random.below(20) === 0 ? 70_000 : 2000);
  if (random.below(3) === 0) return random.bytes(length);
  let text = '';
  while (text.length < length)
    text += JSON.stringify({ id: random.below(1e6), name: `user ${random.below(9)}`, ok: true });
  return encodeText(text).subarray(0, length);
}

const messages = ((random: SeededRandom) => Array.from({ length: MESSAGES }, () => anyMessage(random)))(
  seededRandom(1),
);

async function ourServer(options: Parameters<WebSocketServerFactory['setProtocolOptions']>[0]): Promise<string> {
  const factory = echoFactory();
  factory.setProtocolOptions(options);
  const port: ListeningPort = await listenWS(factory, { host: '127.0.0.1', port: 0 });
  closers.push(() => port.close({ grace: 0 }));
  return `ws://127.0.0.1:${port.port}`;
}

async function theirServer(perMessageDeflate: PerMessageDeflateOptions): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate });
  server.on('connection', socket => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })));
  await once(server, 'listening');
  closers.push(() => new Promise(resolve => server.close(resolve)));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ourClient(
  url: string,
  options: Parameters<WebSocketClientFactory['setProtocolOptions']>[0],
): Promise<WebSocketClientProtocol> {
  const factory = new WebSocketClientFactory({ url });
  factory.setProtocolOptions({ maxMessagePayloadSize: 0, ...options });
  const connection = await connectWS(factory);
  closers.push(() => connection.dropConnection(true));
  return connection;
}

/** A socket on which the handshake is over, permessage-deflate being agreed. */
async function rawConnection(url: string): Promise<Socket> {
  const { port, host } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    [
      'GET / HTTP/1.1',
      `Host: ${host}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Extensions: permessage-deflate',
      '\r\n',
    ].join('\r\n'),
  );
  const [response] = (await once(socket, 'data')) as [Buffer];
  expect(response.toString('latin1')).toContain('permessage-deflate');
  return socket;
}

const serverOptions: AcceptDeflateOptions[] = [
  {},
  { noContextTakeover: true },
  { requestNoContextTakeover: true, requestMaxWindowBits: 9 },
  { windowBits: 8, memLevel: 1, level: 1 },
];
const clientOptions: OfferDeflateOptions[] = [
  {},
  { noContextTakeover: true },
  { requestNoContextTakeover: true, requestMaxWindowBits: 9 },
  { windowBits: 10, level: 9 },
];
const theirOptions: PerMessageDeflateOptions[] = [
  { threshold: 0 },
  { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true },
  { threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 10 },
];

describe('permessage-deflate over real connections', () => {
  test.each(serverOptions.flatMap(ours => theirOptions.map(theirs => ({ ours, theirs }))))(
    'the client of ws and our server: $theirs and $ours',
    async ({ ours, theirs }) => {
      const url = await ourServer({ perMessageCompressionAccept: acceptDeflate(ours) });
      const client = new WebSocket(url, { perMessageDeflate: theirs });
      closers.push(() => client.terminate());
      await once(client, 'open');
      expect(client.extensions).toMatch(/^permessage-deflate/);
      const received: Uint8Array[] = [];
      const all = new Promise<void>(resolve => {
        client.on('message', data => {
          if (received.push(data as Buffer) === MESSAGES) resolve();
        });
      });
      for (const message of messages) client.send(message);
      await all;
      for (const [index, message] of messages.entries()) expect(equalBytes(received[index]!, message)).toBe(true);
    },
  );

  test.each(clientOptions.flatMap(ours => theirOptions.map(theirs => ({ ours, theirs }))))(
    'our client and the server of ws: $ours and $theirs',
    async ({ ours, theirs }) => {
      const { serverMaxWindowBits, ...rest } = theirs;
      // ws fails when it is asked for a larger window than it allows itself.
      const url = await theirServer(
        ours.requestMaxWindowBits ? rest : { ...rest, ...(serverMaxWindowBits ? { serverMaxWindowBits } : {}) },
      );
      const client = await ourClient(url, { perMessageCompressionOffers: offerDeflate(ours) });
      const received: Uint8Array[] = [];
      const all = new Promise<void>(resolve => {
        client.on('message', payload => {
          if (received.push(payload.slice()) === MESSAGES) resolve();
        });
      });
      for (const message of messages) client.sendMessage(message, true);
      await all;
      expect(client.trafficStats.outgoingOctetsWebSocketLevel).toBeLessThan(client.trafficStats.outgoingOctetsAppLevel);
      for (const [index, message] of messages.entries()) expect(equalBytes(received[index]!, message)).toBe(true);
    },
  );

  test('our client and our server, an offer standing as an element of the list', async () => {
    const url = await ourServer({ perMessageCompressionAccept: acceptDeflate() });
    const client = await ourClient(url, { perMessageCompressionOffers: [offerDeflate({ threshold: 100 })] });
    client.sendMessage('short');
    expect(Buffer.from((await nextMessage(client)).payload).toString()).toBe('short');
    expect(client.trafficStats.outgoingOctetsWebSocketLevel).toBe(5);
    client.sendMessage('long '.repeat(100), false, { doNotCompress: true });
    expect((await nextMessage(client)).payload).toHaveLength(500);
    expect(client.trafficStats.outgoingOctetsWebSocketLevel).toBe(505);
    client.sendMessage('long '.repeat(100));
    expect((await nextMessage(client)).payload).toHaveLength(500);
    expect(client.trafficStats.outgoingOctetsWebSocketLevel).toBeLessThan(530);
  });

  test('our client and our server by bzip2', async () => {
    const url = await ourServer({ perMessageCompressionAccept: acceptBzip2() });
    const client = await ourClient(url, { perMessageCompressionOffers: [...offerBzip2(), ...offerDeflate()] });
    for (const text of ['', 'Hello', 'Hello '.repeat(5000)]) {
      client.sendMessage(text);
      expect(Buffer.from((await nextMessage(client)).payload).toString()).toBe(text);
    }
  });
});

describe('a connection fails', () => {
  test('with 1009 at a bomb (RFC 6455, 7.4.1)', async () => {
    const url = await ourServer({ perMessageCompressionAccept: acceptDeflate({ maxMessageSize: 1 << 20 }) });
    const client = new WebSocket(url, { perMessageDeflate: { threshold: 0 } });
    await once(client, 'open');
    client.send(Buffer.alloc(10e6));
    expect((await once(client, 'close'))[0]).toBe(1009);
  });
  test('with 1007 at data that is no deflate data', async () => {
    const url = await ourServer({ perMessageCompressionAccept: acceptDeflate() });
    const raw = await rawConnection(url);
    raw.write(Buffer.from('c18200000000' + '0600', 'hex'));
    const [close] = (await once(raw, 'data')) as [Buffer];
    expect(
      close
        .subarray(0, 4)
        .toString('hex')
        .replace(/^(88)../, '$1'),
    ).toBe('8803ef');
    raw.destroy();
  });
});
