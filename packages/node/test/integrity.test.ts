// Nothing is lost, changed or mixed up, however connections pause, fall behind, and send more in one turn than there is
// room for: each message is known by its hash, both ways.
import { createHash } from 'node:crypto';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { acceptDeflate, offerDeflate } from '@ws/compress/deflate';
import { seededRandom } from '@ws/testkit';
import { expect, inject, test } from 'vitest';
import {
  attach,
  connectHttp2,
  connectWS,
  listenWS,
  WebSocketClientFactory,
  WebSocketClientProtocol,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '../src/index.ts';
import { createCertificate, noCertificates } from './support/certificates.ts';

const CLIENTS = inject('tier') === 'quick' ? 2 : 6;
const MESSAGES = 40;
// Without a limit of time for the closing handshake: a busy machine may take longer than a second.
const LIMITS = { maxMessagePayloadSize: 0, maxFramePayloadSize: 0, closeHandshakeTimeout: 0 };

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const listening = (server: http.Server | http2.Http2Server): Promise<number> =>
  new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));

/** Where conversations take place. */
interface Place {
  connect(factory: WebSocketClientFactory): Promise<WebSocketClientProtocol>;
  url: string;
  close(): Promise<unknown>;
}

const places: Record<string, (factory: WebSocketServerFactory) => Promise<Place>> = {
  TCP: async factory => {
    const server = await listenWS(factory, { host: '127.0.0.1', port: 0 });
    return { url: `ws://127.0.0.1:${server.port}/`, connect: connectWS, close: () => server.close({ grace: 0 }) };
  },
  TLS: async factory => {
    const { key, cert } = createCertificate();
    const server = await listenWS(factory, { host: '127.0.0.1', port: 0, tls: { key, cert } });
    const connect = (client: WebSocketClientFactory) => connectWS(client, { tls: { ca: cert } });
    return { url: `wss://localhost:${server.port}/`, connect, close: () => server.close({ grace: 0 }) };
  },
  'node:http': async factory => {
    const server = http.createServer();
    attach(server, factory);
    const port = await listening(server);
    const close = () => new Promise(resolve => server.close(resolve));
    return { url: `ws://127.0.0.1:${port}/`, connect: connectWS, close };
  },
  'HTTP/2': async factory => {
    const server = http2.createServer();
    attach(server, factory);
    const port = await listening(server);
    const session = http2.connect(`http://127.0.0.1:${port}`);
    await new Promise(resolve => session.once('remoteSettings', resolve));
    const close = async () => {
      session.destroy();
      server.close();
    };
    return { url: `ws://127.0.0.1:${port}/`, connect: client => connectHttp2(client, session), close };
  },
};

const cases = Object.keys(places).flatMap(name => [false, true].map(isCompressed => ({ name, isCompressed })));

test.for(cases)(
  'over $name, compressed: $isCompressed',
  { timeout: 60_000 },
  async ({ name, isCompressed }, { skip }) => {
    if (name === 'TLS' && noCertificates !== null) skip(noCertificates);
    const random = seededRandom(7);
    const fragments = () => (random.below(3) === 0 ? { fragmentSize: 500 + random.below(20_000) } : undefined);

    class Echo extends WebSocketServerProtocol {
      override onMessage(payload: Uint8Array, isBinary: boolean): void {
        if (random.below(6) === 0) this.sendPing('between');
        this.sendMessage(payload, isBinary, fragments());
        if (random.below(6) > 0) return;
        this.pauseReceiving();
        setTimeout(() => this.resumeReceiving(), random.below(5));
      }
    }
    const factory = new WebSocketServerFactory(name === 'TLS' ? { url: 'wss://localhost' } : {});
    factory.protocol = Echo;
    factory.setProtocolOptions({ ...LIMITS, perMessageCompressionAccept: isCompressed ? acceptDeflate() : null });
    const place = await places[name]!(factory);

    const converse = async (): Promise<[sent: string[], got: string[], wasClean: boolean]> => {
      const sent: string[] = [];
      const got: string[] = [];
      const client = new WebSocketClientFactory({ url: place.url });
      client.setProtocolOptions({ ...LIMITS, perMessageCompressionOffers: isCompressed ? offerDeflate() : [] });
      let onAll = (): void => {};
      const all = new Promise<void>(resolve => {
        onAll = resolve;
      });
      client.protocol = class extends WebSocketClientProtocol {
        override onMessage(payload: Uint8Array): void {
          if (got.push(hashOf(payload)) === MESSAGES) onAll();
        }
        override onClose(): void {
          onAll();
        }
      };
      const protocol = await place.connect(client);
      for (let i = 0; i < MESSAGES && protocol.state === 'open'; i++) {
        const payload = random.bytes([200, 20_000, 20_000, 200_000][random.below(4)]! - random.below(200));
        sent.push(hashOf(payload));
        protocol.sendMessage(payload, true, fragments());
        if (random.below(8) > 0) continue;
        await protocol.drained().catch(() => {});
        // Taken: it is ours again.
        payload.fill(1);
      }
      await all;
      if (protocol.state === 'open') protocol.sendClose(1000);
      return [sent, got, (await protocol.closed).wasClean];
    };

    for (const [sent, got, wasClean] of await Promise.all(Array.from({ length: CLIENTS }, converse))) {
      expect(got).toEqual(sent);
      expect([sent.length, wasClean]).toEqual([MESSAGES, true]);
    }
    await place.close();
  },
);
