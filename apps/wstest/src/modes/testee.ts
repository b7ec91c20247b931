import { once } from 'node:events';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { acceptBzip2, acceptDeflate, offerBzip2, offerDeflate } from '@ws/compress';
import {
  attach,
  connectWS,
  listenWS,
  WebSocketClientFactory,
  WebSocketClientProtocol,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '@ws/node';
import type { CompressionOffer, CompressionOfferAccept } from '@ws/types';
import { echoMessage } from './echo-message.ts';

/** Room for the largest message of the cases, 16 MiB, and time for the opening handshake on a busy machine. */
const LIMITS = { maxMessagePayloadSize: 20 * 1024 * 1024, maxFragments: 1 << 20, openHandshakeTimeout: 10_000 };

// perf: a long run sends gigabytes, and its time is to go into messages rather than into the search for matches.
const DEFLATE = { level: 3 };
const deflate = acceptDeflate(DEFLATE);
const bzip2 = acceptBzip2();

/** Takes the first extension that a client offers and we know; deflate rather than bzip2. */
const acceptAny = Object.assign(
  (offers: readonly CompressionOffer[]): CompressionOfferAccept | null => deflate(offers) ?? bzip2(offers),
  { extensions: [...deflate.extensions, ...bzip2.extensions] },
);

class EchoServerProtocol extends WebSocketServerProtocol {
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    echoMessage(this, payload, isBinary);
  }
}

class EchoClientProtocol extends WebSocketClientProtocol {
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    echoMessage(this, payload, isBinary);
  }
}

class TextClientProtocol extends WebSocketClientProtocol {
  text = '';
  override onMessage(payload: Uint8Array): void {
    this.text += new TextDecoder().decode(payload);
  }
}

/** Our own server under test. */
export interface TesteeServer {
  /** Speaks HTTP/1.1. */
  readonly port: number;
  /** Speaks HTTP/2 in clear, for WebSocket over HTTP/2 (RFC 8441). */
  readonly http2Port: number;
  close(): Promise<void>;
}

/** Starts our own server, ready to be tested: it echoes, and agrees to permessage-deflate and permessage-bzip2. */
export async function startTesteeServer(
  options: { readonly host?: string; readonly port?: number } = {},
): Promise<TesteeServer> {
  const host = options.host ?? '127.0.0.1';
  const factory = new WebSocketServerFactory();
  factory.protocol = EchoServerProtocol;
  factory.setProtocolOptions({ ...LIMITS, perMessageCompressionAccept: acceptAny });
  const listening = await listenWS(factory, { host, port: options.port ?? 0 });
  const http2 = createHttp2Server({ settings: { enableConnectProtocol: true } });
  attach(http2, factory);
  http2.listen(0, host);
  await once(http2, 'listening');
  return {
    port: listening.port!,
    http2Port: (http2.address() as AddressInfo).port,
    close: async () => {
      http2.close();
      await listening.close({ grace: 0 });
    },
  };
}

/** Settings of {@link runTesteeClient}. */
export interface TesteeClientOptions {
  /** The fuzzing server: `ws://host:port`, without a path. */
  readonly url: string;
  /** Our name in its reports. Default: `@ws/node`. */
  readonly agent?: string;
  /** Cases at the same time. Default: 16. */
  readonly concurrency?: number;
}

/** Runs our own client through all cases of a fuzzing server, then asks it for its reports. */
export async function runTesteeClient({
  url,
  agent = '@ws/node',
  concurrency = 16,
}: TesteeClientOptions): Promise<number> {
  const base = url.replace(/\/$/, '');
  const name = encodeURIComponent(agent);
  const count = Number(await ask(`${base}/getCaseCount`));
  const numbers = Array.from({ length: count }, (_, i) => i + 1).values();
  const work = async (): Promise<void> => {
    for (const number of numbers) await runOne(`${base}/runCase?case=${number}&agent=${name}`);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  await ask(`${base}/updateReports?agent=${name}`);
  return count;
}

async function runOne(url: string): Promise<void> {
  const factory = new WebSocketClientFactory({ url });
  factory.protocol = EchoClientProtocol;
  factory.setProtocolOptions({ ...LIMITS, perMessageCompressionOffers: [...offerDeflate(DEFLATE), ...offerBzip2()] });
  try {
    await (await connectWS(factory)).closed;
  } catch {
    // Some cases are made to fail the opening handshake; the server judges what we did.
  }
}

async function ask(url: string): Promise<string> {
  const factory = new WebSocketClientFactory({ url });
  factory.protocol = TextClientProtocol;
  const protocol = (await connectWS(factory)) as TextClientProtocol;
  await protocol.closed;
  return protocol.text;
}
