// A process that has every way in: ports of its own, and servers of others, without and with those who listen beside us.
// Its argument is a key and a certificate, or nothing: then there is no TLS.

import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server, createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { WebSocketRequest } from '@ws/connection';
import {
  attach,
  handleUpgrade,
  listenWS,
  serveWebSocket,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '@ws/node';
import { ConnectionDeny, type ConnectionRequest } from '@ws/types';
import { answerParent } from '../process/calls.ts';

const [, , given] = process.argv;
const tls: { readonly key: string; readonly cert: string } | null = given === undefined ? null : JSON.parse(given);

/** Answers as the query says, at once or a turn later, and echoes. */
class Moody extends WebSocketServerProtocol {
  override onConnect({ params }: ConnectionRequest): null | Promise<null> {
    if (params.late === undefined) return answer(params.answer?.[0]);
    return new Promise(setImmediate).then(() => answer(params.answer?.[0]));
  }
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.sendMessage(payload, isBinary);
  }
}

function answer(kind: string | undefined): null {
  if (kind === 'deny') throw new ConnectionDeny(404, 'not here');
  if (kind === 'throw') throw new Error('a hook that fails');
  return null;
}

const factories: WebSocketServerFactory[] = [];
function factory(isSecure = false): WebSocketServerFactory {
  const made = new WebSocketServerFactory({ url: isSecure ? 'wss://127.0.0.1' : 'ws://127.0.0.1' });
  made.protocol = Moody;
  // Whoever does not leave is waited for, not timed out.
  made.setProtocolOptions({ allowedOrigins: ['https://good.example'], openHandshakeTimeout: 0 });
  factories.push(made);
  return made;
}

const ports: Record<string, number> = {};

async function listen(name: string, server: Pick<Server, 'listen' | 'address'>): Promise<void> {
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  ports[name] = (server.address() as AddressInfo).port;
}

/** Accepts, and waits for the end. */
async function welcome(wish: WebSocketRequest): Promise<void> {
  const connection = await wish.accept();
  for await (const message of connection) await connection.sendMessage(message);
}

const PATH = { path: '/ws' };

ports['http1 own'] = (await listenWS(factory(), { host: '127.0.0.1', port: 0 })).port!;
const http = createHttpServer();
attach(http, factory(), PATH);
await listen('http1 attached', http);
const handed = createHttpServer();
const handedTo = factory();
handed.on('upgrade', (request, socket, head) => void handleUpgrade(handedTo, request, socket, head));
await listen('http1 handed over', handed);
const served = createHttpServer((_request, response) => response.end());
await serveWebSocket(welcome, { server: served, ...PATH });
await listen('http1 pull', served);
const http2 = createHttp2Server();
attach(http2, factory(), PATH);
await listen('http2 attached', http2);
const http2Handled = createHttp2Server((_request, response) => response.end());
attach(http2Handled, factory(), PATH);
await listen('http2 with requests', http2Handled);
const http2Served = createHttp2Server();
await serveWebSocket(welcome, { server: http2Served, ...PATH });
await listen('http2 pull', http2Served);
if (tls !== null) {
  ports['tls http1 own'] = (await listenWS(factory(true), { host: '127.0.0.1', port: 0, tls })).port!;
  const https = createHttpsServer(tls);
  attach(https, factory(true), PATH);
  await listen('tls http1 attached', https);
  const secure = createSecureServer({ ...tls, allowHTTP1: true });
  attach(secure, factory(true), PATH);
  await listen('tls http2 attached', secure);
  ports['tls http1 of http2'] = ports['tls http2 attached']!;
}

answerParent({
  ports: () => ports,
  /** How many connections there are that did not end. */
  count: () => factories.reduce((sum, { connectionCount }) => sum + connectionCount, 0),
});
