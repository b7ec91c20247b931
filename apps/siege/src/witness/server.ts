// The server that is flooded, in a process of its own: `server callbacks`, `server pull`, `server ws` or `server router`.
// At `/sink` it keeps quiet, elsewhere it sends each message back.

import { acceptBzip2 } from '@ws/compress/bzip2';
import { acceptDeflate } from '@ws/compress/deflate';
import type { Partially, ServerOptions } from '@ws/core';
import { listenWS, nodePlatform, serveWebSocket, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
import { createRouter, WampWebSocketServerFactory } from '@ws/wamp';
import { createSerializers } from '@ws/wamp/serializers';
import { WebSocketServer } from 'ws';
import { answerParent } from '../process/calls.ts';
import type { Extension } from './payloads.ts';

/** How a server is to be. */
export interface ServerSetup {
  /** The longest message that it takes, in bytes. */
  readonly limit: number;
  readonly extension: Extension | null;
}

/** What it is reached by, and how many messages it had so far. */
const SINK = '/sink';
let messages = 0;

/** Whatever is sent is compressed, if it may be: that costs the server more. */
function optionsOf({ limit, extension }: ServerSetup): Partially<ServerOptions> {
  return {
    maxMessagePayloadSize: limit,
    ...(extension === 'deflate' ? { perMessageCompressionAccept: acceptDeflate({ threshold: 0 }) } : {}),
    ...(extension === 'bzip2' ? { perMessageCompressionAccept: acceptBzip2({ threshold: 0 }) } : {}),
  };
}

class Echo extends WebSocketServerProtocol {
  #isQuiet = false;

  override onConnect(request: { readonly path: string }): null {
    this.#isQuiet = request.path === SINK;
    return null;
  }

  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    messages++;
    if (!this.#isQuiet) this.sendMessage(payload, isBinary);
  }
}

async function listen(factory: WebSocketServerFactory, setup: ServerSetup): Promise<number> {
  factory.setProtocolOptions(optionsOf(setup));
  const { port } = await listenWS(factory, { host: '127.0.0.1', port: 0, backlog: 511 });
  return port!;
}

function serveCallbacks(setup: ServerSetup): Promise<number> {
  const factory = new WebSocketServerFactory();
  factory.protocol = Echo;
  return listen(factory, setup);
}

async function servePull(setup: ServerSetup): Promise<number> {
  const server = await serveWebSocket(
    async request => {
      const isQuiet = request.path === SINK;
      const connection = await request.accept();
      for await (const message of connection) {
        messages++;
        if (!isQuiet) await connection.sendMessage(message);
      }
    },
    { host: '127.0.0.1', port: 0, maxMessageSize: setup.limit, protocolOptions: optionsOf(setup) },
  );
  return server.port;
}

function serveWs({ limit, extension }: ServerSetup): Promise<number> {
  const perMessageDeflate = extension === 'deflate' ? { threshold: 0 } : false;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: limit, perMessageDeflate });
  server.on('connection', (socket, { url }) => {
    socket.on('error', () => socket.terminate());
    socket.on('message', (data, isBinary) => {
      messages++;
      if (url !== SINK) socket.send(data, { binary: isBinary });
    });
  });
  return new Promise(resolve => {
    server.on('listening', () => resolve((server.address() as { port: number }).port));
  });
}

function serveRouter(setup: ServerSetup): Promise<number> {
  const router = createRouter({ realms: ['realm1'] });
  const options = { platform: nodePlatform, serializers: createSerializers() };
  return listen(new WampWebSocketServerFactory(() => router.createSession(), {}, options), setup);
}

/** What a server can be. */
export type ServerKind = 'callbacks' | 'pull' | 'ws' | 'router';

const KINDS: Readonly<Record<ServerKind, (setup: ServerSetup) => Promise<number>>> = {
  callbacks: serveCallbacks,
  pull: servePull,
  ws: serveWs,
  router: serveRouter,
};

answerParent({
  listen: (setup: ServerSetup) => KINDS[process.argv[2] as ServerKind](setup),
  collect: () => {
    globalThis.gc?.();
  },
  // A router hands out no messages.
  messages: () => (process.argv[2] === 'router' ? Number.NaN : messages),
});
