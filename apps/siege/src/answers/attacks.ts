// Requests that we answer ourselves, each with its end behind it in the same packet.

import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { reset } from '../fault/world.ts';
import {
  CANCEL,
  END_STREAM,
  HTTP2_PREFACE,
  http2GoAway,
  http2Head,
  http2Reset,
  NO_ERROR,
} from '../hostile/http2-wire.ts';
import { closePayload, frame, request } from '../hostile/wire.ts';

/** What one connection sends. */
export interface Attack {
  readonly name: string;
  /** Sent first, and an answer is waited for; empty: nothing is. */
  readonly greeting: Uint8Array;
  readonly packet: Uint8Array;
  /** Whether the packet is followed by RST of TCP at once; else by FIN, or nothing where we end. */
  readonly end: 'reset' | 'fin';
}

const start = (target: string, method = 'GET', version = '1.1'): string => `${method} ${target} HTTP/${version}`;

/** By what we answer; where nobody answers, that is said. */
export const HTTP1_REQUESTS: Readonly<Record<string, Buffer>> = {
  '101': request({ start: start('/ws') }),
  '101, late': request({ start: start('/ws?late=1') }),
  '101, and a Close frame': Buffer.concat([
    request({ start: start('/ws') }),
    frame({ opcode: 8, payload: closePayload(1000) }),
  ]),
  '101, and a frame that breaks the rules': Buffer.concat([
    request({ start: start('/ws') }),
    frame({ opcode: 3, payload: 'what is this?' }),
  ]),
  '101, and a message': Buffer.concat([request({ start: start('/ws') }), frame({ opcode: 1, payload: 'echo' })]),
  '400': request({ start: start('/ws'), key: 'Sec-WebSocket-Key: short' }),
  '403': request({ start: start('/ws'), more: 'Origin: https://evil.example' }),
  '404': request({ start: start('/ws?answer=deny') }),
  '404, late': request({ start: start('/ws?answer=deny&late=1') }),
  '404, of a path that nobody serves': request({ start: start('/other') }),
  '404, of an upgrade that nobody knows': request({ start: start('/ws'), upgrade: 'Upgrade: foo' }),
  '405': request({ start: start('/ws', 'POST') }),
  '426': request({ start: start('/ws'), version: 'Sec-WebSocket-Version: 12' }),
  '431': request({ start: start('/ws'), more: `X: ${'x'.repeat(70_000)}` }),
  '500': request({ start: start('/ws?answer=throw') }),
  '500, late': request({ start: start('/ws?answer=throw&late=1') }),
  '505': request({ start: start('/ws', 'GET', '1.0') }),
  'a plain GET': request({ start: start('/ws'), upgrade: null, connection: null }),
  CONNECT: request({ start: start('x:80', 'CONNECT'), upgrade: null, connection: null }),
  'two requests': Buffer.concat([
    request({ start: start('/'), upgrade: null, connection: null }),
    request({ start: start('/other') }),
  ]),
};

export const HTTP1_ATTACKS: readonly Attack[] = Object.entries(HTTP1_REQUESTS).flatMap(([name, packet]) =>
  (['reset', 'fin'] as const).map(end => ({ name: `${name}; ${end}`, greeting: Buffer.alloc(0), packet, end })),
);

const extended = (path: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ':method': 'CONNECT',
  ':protocol': 'websocket',
  ':scheme': 'http',
  ':path': path,
  ':authority': '127.0.0.1',
  'sec-websocket-version': '13',
  ...more,
});

/** The same for HTTP/2. */
export const HTTP2_REQUESTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '200': extended('/ws'),
  '200, in other letters': extended('/ws', { ':protocol': 'WebSocket' }),
  '200, late': extended('/ws?late=1'),
  '400': extended('/ws', { 'sec-websocket-version': 'x' }),
  '403': extended('/ws', { origin: 'https://evil.example' }),
  '404': extended('/ws?answer=deny'),
  '404, late': extended('/ws?answer=deny&late=1'),
  '404, of a path that nobody serves': extended('/other'),
  '405': { ':method': 'CONNECT', ':authority': '127.0.0.1:80' },
  '426': extended('/ws', { 'sec-websocket-version': '12' }),
  '500': extended('/ws?answer=throw'),
  '500, late': extended('/ws?answer=throw&late=1'),
  '501': extended('/ws', { ':protocol': 'foo' }),
  'a plain GET': { ':method': 'GET', ':scheme': 'http', ':path': '/ws', ':authority': '127.0.0.1' },
};

/** How a stream ends behind its request. */
const STREAM_ENDS: readonly { readonly name: string; readonly bytes: Buffer; readonly end: Attack['end'] }[] = [
  { name: 'RST_STREAM (CANCEL)', bytes: http2Reset(1, CANCEL), end: 'fin' },
  { name: 'RST_STREAM (NO_ERROR)', bytes: http2Reset(1, NO_ERROR), end: 'fin' },
  { name: 'RST_STREAM (of no known code)', bytes: http2Reset(1, 0xffff), end: 'fin' },
  { name: 'GOAWAY (CANCEL)', bytes: http2GoAway(CANCEL), end: 'fin' },
  { name: 'a frame that breaks the session', bytes: http2Reset(0, CANCEL), end: 'fin' },
  { name: 'RST_STREAM (CANCEL), RST', bytes: http2Reset(1, CANCEL), end: 'reset' },
  { name: 'RST', bytes: Buffer.alloc(0), end: 'reset' },
  { name: 'FIN', bytes: Buffer.alloc(0), end: 'fin' },
];

export const HTTP2_ATTACKS: readonly Attack[] = Object.entries(HTTP2_REQUESTS).flatMap(([name, fields]) =>
  STREAM_ENDS.flatMap(({ name: how, bytes, end }) =>
    [0, END_STREAM].map(flags => ({
      name: `${name}; ${flags === 0 ? '' : 'END_STREAM, '}${how}`,
      greeting: HTTP2_PREFACE,
      packet: Buffer.concat([http2Head(1, fields, flags), bytes]),
      end,
    })),
  ),
);

/** Where an attack goes. */
export interface Way {
  readonly port: number;
  /** ALPN of TLS; `null`: plain TCP. */
  readonly alpn: 'h2' | 'http/1.1' | null;
}

/** Performs an attack. Resolves when the attacker's side of the connection is gone. */
export async function attack({ port, alpn }: Way, { greeting, packet, end }: Attack): Promise<void> {
  const tcp = connectTcp({ port, host: '127.0.0.1', noDelay: true });
  const closed = new Promise<void>(resolve => void tcp.on('error', () => {}).once('close', () => resolve()));
  const happens = (socket: Socket, event: string): Promise<void> =>
    Promise.race([closed, new Promise<void>(resolve => void socket.once(event, () => resolve()))]);
  await happens(tcp, 'connect');
  let socket: Socket = tcp;
  if (alpn !== null) {
    socket = connectTls({ socket: tcp, rejectUnauthorized: false, ALPNProtocols: [alpn] });
    socket.on('error', () => {}).on('close', () => tcp.destroy());
    await happens(socket, 'secureConnect');
  }
  if (greeting.length > 0) {
    socket.write(greeting);
    await happens(socket, 'data');
  }
  socket.resume();
  socket.write(packet);
  if (end === 'reset') reset(tcp);
  else socket.end();
  await closed;
}
