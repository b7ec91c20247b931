import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { ByteStream } from '@ws/types';
import { dialTarget } from '../../src/client/dial.ts';
import { acceptHandles, countOut } from '../../src/native/stream-handle.ts';
import { takeUpgraded } from '../../src/server/attach.ts';
import { probeHandles } from '../../src/streams/handle-probe.ts';
import { HandleStream } from '../../src/streams/handle-stream.ts';
import { socketStream, TlsStream } from '../../src/streams/socket-stream.ts';
import { probeTlsHandles } from '../../src/tls/tls-probe.ts';
import { type Certificate, createCertificate } from './certificates.ts';

/** Two ends of one transport, and what is to be closed after the test. */
export interface Pair {
  readonly a: ByteStream;
  readonly b: ByteStream;
  close(): Promise<void>;
}

/** Sockets whose both ends are read by `'data'` events. */
export async function dataPair(): Promise<Pair> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  const [a, b] = await join2(server, port => connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }));
  return { a: socketStream(a), b: socketStream(b), close: () => closeServer(server) };
}

/** Handles: one dialled, one accepted. */
export async function handlePair(): Promise<Pair> {
  if (!(await probeHandles())) throw new Error('handles cannot be used here');
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  const port = await listen(server);
  const target = { hostname: '127.0.0.1', port, isSecure: false, udsPath: null };
  const [{ stream: a }, b] = await Promise.all([dialTarget(target), acceptHandle(server)]);
  return { a, b, close: () => closeServer(server) };
}

/** The same over a Unix domain socket. */
export async function unixPair(): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), 'ws-node-'));
  const path = join(folder, 'socket');
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>(resolve => server.listen(path, resolve));
  const target = { hostname: 'unix', port: 0, isSecure: false, udsPath: path };
  const [{ stream: a }, b] = await Promise.all([dialTarget(target), acceptHandle(server)]);
  // Who is connected needs the path no more.
  rmSync(folder, { recursive: true });
  return { a, b, close: () => closeServer(server) };
}

/** A server of node:http, and an upgraded socket of it whose handle was taken. */
export async function upgradedPair(): Promise<Pair> {
  const server = createHttpServer();
  const port = await listen(server);
  const accepted = new Promise<Socket>(resolve =>
    server.once('upgrade', (_request, socket) => resolve(socket as Socket)),
  );
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
  const b = takeUpgraded(await accepted);
  if (b === null) throw new Error('the upgraded socket has no handle to take');
  return { a: socketStream(socket), b, close: () => closeServer(server) };
}

/** One for all pairs: making it starts a program. */
let certificate: Certificate | null = null;

/** TLS sockets by what sockets offer. */
export function tlsPair(): Promise<Pair> {
  return secureSocketPair(false);
}

/** TLS sockets by their handles. */
export async function tlsHandlePair(): Promise<Pair> {
  if (!(await probeTlsHandles())) throw new Error('handles of TLS sockets cannot be used here');
  return secureSocketPair(true);
}

async function secureSocketPair(usesHandle: boolean): Promise<Pair> {
  certificate ??= createCertificate();
  const { key, cert } = certificate;
  const server = createTlsServer({ key, cert, allowHalfOpen: true });
  const port = await listen(server);
  const accepted = new Promise<TLSSocket>(resolve => server.once('secureConnection', resolve));
  const a = connectTls({ port, host: '127.0.0.1', ca: cert, allowHalfOpen: true } as object);
  await new Promise(resolve => a.once('secureConnect', resolve));
  return {
    a: new TlsStream(a, usesHandle),
    b: new TlsStream(await accepted, usesHandle),
    close: () => closeServer(server),
  };
}

/** Neither end is a socket. */
export async function http2Pair(): Promise<Pair> {
  const server = createHttp2Server();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const accepted = new Promise<ServerHttp2Stream>(resolve => server.once('stream', resolve));
  const a = session.request({ ':method': 'POST', ':path': '/' });
  a.write('');
  const b = await accepted;
  b.respond({ ':status': 200 });
  await new Promise(resolve => a.once('response', resolve));
  const close = async (): Promise<void> => {
    session.destroy();
    await new Promise(resolve => server.close(resolve));
  };
  return { a: socketStream(a), b: socketStream(b), close };
}

async function join2(server: Server, open: (port: number) => Socket): Promise<[Socket, Socket]> {
  const port = await listen(server);
  const accepted = acceptOne(server);
  const a = open(port);
  await new Promise(resolve => a.once('connect', resolve));
  return [a, await accepted];
}

function listen(server: Server): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function acceptOne(server: Server): Promise<Socket> {
  return new Promise(resolve => server.once('connection', resolve));
}

function acceptHandle(server: Server): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    const isOurs = acceptHandles(server, handle => {
      const stream = new HandleStream(handle);
      stream.onGone = () => countOut(server);
      resolve(stream);
    });
    if (!isOurs) reject(new Error('handles cannot be accepted here'));
  });
}

/** Ends only when every connection is gone: that no stream leaks its socket is tested by the way. */
function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => server.close(() => resolve()));
}
