import { acceptDeflate } from '@ws/compress';
import {
  connectWS,
  type ListeningPort,
  listenWS,
  WebSocketClientFactory,
  WebSocketClientProtocol,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '@ws/node';
import { echoMessage } from './echo-message.ts';

/** Where a server listens. */
export interface ServeOptions {
  /** Default: `127.0.0.1`. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
}

/** Starts a server that sends every message back. */
export async function startEchoServer(options: ServeOptions = {}): Promise<ListeningPort> {
  return serve(options, protocol => (payload, isBinary) => echoMessage(protocol, payload, isBinary));
}

/** Starts a server that sends every message to all that are connected, the sender included. */
export async function startBroadcastServer(options: ServeOptions = {}): Promise<ListeningPort> {
  const everybody = new Set<WebSocketServerProtocol>();
  return serve(options, protocol => {
    everybody.add(protocol);
    void protocol.closed.then(() => everybody.delete(protocol));
    return (payload, isBinary) => {
      const prepared = protocol.factory.prepareMessage(payload, isBinary);
      for (const each of everybody) if (each.state === 'open') each.sendPreparedMessage(prepared);
    };
  });
}

type OnMessage = (payload: Uint8Array, isBinary: boolean) => void;

async function serve(
  { host = '127.0.0.1', port = 0 }: ServeOptions,
  open: (protocol: WebSocketServerProtocol) => OnMessage,
): Promise<ListeningPort> {
  class Protocol extends WebSocketServerProtocol {
    #onMessage: OnMessage | null = null;
    override onOpen(): void {
      this.#onMessage = open(this);
    }
    override onMessage(payload: Uint8Array, isBinary: boolean): void {
      this.#onMessage?.(payload, isBinary);
    }
  }
  const factory = new WebSocketServerFactory();
  factory.protocol = Protocol;
  factory.setProtocolOptions({ perMessageCompressionAccept: acceptDeflate() });
  return listenWS(factory, { host, port });
}

/** Settings of {@link runEchoClient}. */
export interface EchoClientOptions {
  readonly url: string;
  /** Messages to send, each when the echo of the last has come. Default: 10. */
  readonly count?: number;
  /** Bytes of each. Default: 64. */
  readonly size?: number;
}

/** Sends messages to an echo server and takes the times of the round trips, in milliseconds. */
export async function runEchoClient({ url, count = 10, size = 64 }: EchoClientOptions): Promise<number[]> {
  const payload = new Uint8Array(size).fill(0x2a);
  const times: number[] = [];
  class Protocol extends WebSocketClientProtocol {
    #sentAt = 0;
    override onOpen(): void {
      this.#next();
    }
    override onMessage(): void {
      times.push(performance.now() - this.#sentAt);
      this.#next();
    }
    #next(): void {
      this.#sentAt = performance.now();
      if (times.length < count) this.sendMessage(payload);
      else this.sendClose(1000);
    }
  }
  await connectAs(url, Protocol);
  return times;
}

/** Connects to a broadcast server, says something if asked to, and passes on what comes until the connection ends. */
export async function runBroadcastClient(
  url: string,
  message: string | null,
  onText: (text: string) => void,
): Promise<void> {
  class Protocol extends WebSocketClientProtocol {
    override onOpen(): void {
      if (message !== null) this.sendMessage(message);
    }
    override onMessage(payload: Uint8Array): void {
      onText(new TextDecoder().decode(payload));
    }
  }
  await connectAs(url, Protocol);
}

async function connectAs(url: string, protocol: new () => WebSocketClientProtocol): Promise<void> {
  const factory = new WebSocketClientFactory({ url });
  factory.protocol = protocol;
  await (await connectWS(factory)).closed;
}
