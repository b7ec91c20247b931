import { acceptDeflate, offerDeflate } from '@ws/compress/deflate';
import {
  connectWS,
  type ListeningPort,
  listenWS,
  WebSocketClientFactory,
  WebSocketClientProtocol,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '@ws/node';

/** Room for the largest message of the cases, 16 MiB. */
const LIMITS = { maxMessagePayloadSize: 64 * 1024 * 1024, maxFragments: 1 << 20 };

class EchoServerProtocol extends WebSocketServerProtocol {
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.sendMessage(payload, isBinary);
  }
}

class EchoClientProtocol extends WebSocketClientProtocol {
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.sendMessage(payload, isBinary);
  }
}

class TextClientProtocol extends WebSocketClientProtocol {
  text = '';
  override onMessage(payload: Uint8Array): void {
    this.text += new TextDecoder().decode(payload);
  }
}

/** Starts our own server, ready to be tested: it echoes, and agrees to permessage-deflate. */
export async function startTesteeServer(
  options: { readonly host?: string; readonly port?: number } = {},
): Promise<ListeningPort> {
  const factory = new WebSocketServerFactory();
  factory.protocol = EchoServerProtocol;
  factory.setProtocolOptions({ ...LIMITS, perMessageCompressionAccept: acceptDeflate() });
  return listenWS(factory, { host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
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
  factory.setProtocolOptions({ ...LIMITS, perMessageCompressionOffers: offerDeflate() });
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
