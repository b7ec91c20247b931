// The client's side of RFC 8441: opens a connection as one stream of an HTTP/2 session.

import { createHash } from 'node:crypto';
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import { orAborted } from '@ws/connection/adapter';
import type { WebSocketClientFactory, WebSocketClientProtocol } from '@ws/core';
import { type ByteStream, type ByteStreamHandler, reasonPhrase } from '@ws/types';
import { concatBytes, encodeLatin1 } from '@ws/util/primitives';
import { openOver, unlessAborted } from '../client/connect.ts';
import { DuplexStream } from '../streams/socket-stream.ts';
import { describeTransport } from '../streams/transport-details.ts';
import { ConnectError } from '../support/net-error.ts';
import { type Head, HeadCollector, http2Headers, rawHeaders } from './http2-stream.ts';

/** The GUID that a server appends to the key (RFC 6455, 1.3). */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * Opens a connection as one stream of an HTTP/2 session (RFC 8441). A session can carry many connections. It belongs to
 * the caller and stays open; it must lead to the server that the factory's url names.
 *
 * @throws {@link ConnectError} `ERR_UNSUPPORTED` when the server does not allow it, HandshakeError, the signal's reason
 */
export async function connectHttp2(
  factory: WebSocketClientFactory,
  session: ClientHttp2Session,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<WebSocketClientProtocol> {
  signal?.throwIfAborted();
  await orAborted(checkSettings(session), signal);
  const stream = new Http2ClientStream(session, factory.isSecure);
  const details = describeTransport(session.socket, { isServer: false });
  return unlessAborted(await openOver(factory, stream, signal, details), signal);
}

/** Milliseconds until the next ping when the application's own pings are already as many as Node allows. */
const PING_RETRY = 50;

/** The pending checks of sessions. Connections share one check, since Node allows only ten pings at a time. */
const checks: WeakMap<ClientHttp2Session, Promise<void>> = new WeakMap();

/** A client may use extended CONNECT only when the server's settings, which come first, allow it (RFC 8441, 3). */
async function checkSettings(session: ClientHttp2Session): Promise<void> {
  if (session.connecting || !session.remoteSettings.enableConnectProtocol) {
    let check = checks.get(session);
    if (check === undefined) {
      check = awaitSettings(session).finally(() => checks.delete(session));
      checks.set(session, check);
    }
    await check;
  }
  if (isClosed(session)) throw closedError();
  if (session.remoteSettings.enableConnectProtocol) return;
  throw new ConnectError('ERR_UNSUPPORTED', 'the server does not allow WebSockets over HTTP/2 (RFC 8441)');
}

/** Resolves when the server's settings have arrived. */
function awaitSettings(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = (cause?: Error | null): void => {
      clearTimeout(timer);
      session.off('connect', ping);
      session.off('remoteSettings', succeed);
      session.off('close', settle);
      session.off('error', settle);
      if (cause === null) resolve();
      else reject(closedError(cause));
    };
    const succeed = (): void => settle(null);
    // The answer to a ping arrives after the settings, so it also tells when they arrived before this call.
    const ping = (): void => {
      if (isClosed(session)) settle();
      else session.ping(onAnswer);
    };
    const onAnswer = (error: Error | null): void => {
      if (error === null || isClosed(session)) settle(error);
      else timer = setTimeout(ping, PING_RETRY);
    };
    if (isClosed(session)) return settle();
    session.on('remoteSettings', succeed);
    session.on('close', settle);
    session.on('error', settle);
    if (session.connecting) session.once('connect', ping);
    else ping();
  });
}

function isClosed(session: ClientHttp2Session): boolean {
  return session.closed || session.destroyed;
}

function closedError(cause?: Error): ConnectError {
  return new ConnectError('ERR_RESET', 'the HTTP/2 session is closed', { cause });
}

/** An HTTP/2 stream. The request head that the engine writes opens it, and the response becomes a head of HTTP/1.1. */
class Http2ClientStream implements ByteStream {
  readonly #session: ClientHttp2Session;
  readonly #scheme: string;
  readonly #collector: HeadCollector = new HeadCollector();
  #handler: ByteStreamHandler | null = null;
  #inner: DuplexStream | null = null;
  #isPaused = false;

  constructor(session: ClientHttp2Session, isSecure: boolean) {
    this.#session = session;
    this.#scheme = isSecure ? 'https' : 'http';
  }

  attach(handler: ByteStreamHandler): void {
    this.#handler = handler;
  }

  get bufferedAmount(): number {
    return this.#inner?.bufferedAmount ?? 0;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#inner !== null) return this.#inner.write(bytes);
    const complete = this.#collector.push(bytes);
    if (complete !== null) this.#open(complete.head);
    return true;
  }

  writev(chunks: readonly Uint8Array[]): boolean {
    return this.#inner === null ? this.write(concatBytes(chunks)) : this.#inner.writev(chunks);
  }

  pause(): void {
    this.#isPaused = true;
    this.#inner?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#inner?.resume();
  }

  end(): void {
    if (this.#inner === null) this.destroy();
    else this.#inner.end();
  }

  destroy(): void {
    if (this.#inner !== null) this.#inner.destroy();
    else process.nextTick(() => this.#closed());
  }

  #open(head: Head): void {
    const [, path = '/'] = head.line.split(' ');
    const find = (name: string): string => head.headers.find(header => header[0] === name)?.[1] ?? '';
    const request = {
      ...http2Headers(head),
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': this.#scheme,
      ':authority': find('host'),
      ':path': path,
    };
    const handler = this.#handler as ByteStreamHandler;
    let stream: ClientHttp2Stream;
    try {
      stream = this.#session.request(request, { endStream: false });
    } catch (error) {
      process.nextTick(() => this.#closed(error as Error));
      return;
    }
    const key = find('sec-websocket-key');
    stream.on('response', headers => handler.onData(responseHead(headers, key)));
    this.#inner = new DuplexStream(stream);
    this.#inner.attach(handler);
    if (this.#isPaused) this.#inner.pause();
  }

  #closed(error?: Error): void {
    const handler = this.#handler;
    this.#handler = null;
    handler?.onClose(error);
  }
}

/** The response head that a server of HTTP/1.1 would have sent. */
function responseHead(headers: IncomingHttpHeaders & IncomingHttpStatusHeader, key: string): Uint8Array {
  const status = headers[':status'] ?? 500;
  const lines: string[] = [];
  if (status === 200) {
    const accept = createHash('sha1')
      .update(key + ACCEPT_GUID)
      .digest('base64');
    lines.push('HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade');
    lines.push(`Sec-WebSocket-Accept: ${accept}`);
  } else {
    lines.push(`HTTP/1.1 ${status} ${reasonPhrase(status)}`);
  }
  const raw = rawHeaders(headers);
  for (let index = 0; index < raw.length; index += 2) lines.push(`${raw[index]}: ${raw[index + 1]}`);
  return encodeLatin1(`${lines.join('\r\n')}\r\n\r\n`);
}
