// What slow readers cost when one array is sent to all of them: measured, over real sockets. The peers are a process of
// their own and never read.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TlsOptions } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { listenWS, serveWebSocket, WebSocketServerFactory, WebSocketServerProtocol } from '../src/index.ts';
import { createCertificate, noCertificates } from './support/certificates.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const READERS = 100;
const MESSAGES = 7;
const MiB = 2 ** 20;

const PEERS = `
const [port, count, isSecure] = process.argv.slice(1).map(Number);
const { connect } = require(isSecure ? 'node:tls' : 'node:net');
const target = { port, host: '127.0.0.1', rejectUnauthorized: false };
const lines = ['GET / HTTP/1.1', 'Host: a', 'Upgrade: websocket', 'Connection: Upgrade'];
lines.push('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', '', '');
setInterval(() => {}, 1000); // A socket that does not read keeps no process alive.
for (let i = 0; i < count; i++) connect(target).on('error', () => {}).pause().write(lines.join('\\r\\n'));
`;

/** One connection, whatever its API. */
interface Reader {
  send(message: Uint8Array): void;
  readonly bufferedAmount: number;
}

interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves readers, and calls back with each. */
type Serve = (onReader: (reader: Reader) => void, tls: TlsOptions | undefined) => Promise<Served>;

const withCallbacks: Serve = async (onReader, tls) => {
  const factory = new WebSocketServerFactory();
  factory.protocol = class extends WebSocketServerProtocol {
    override onOpen(): void {
      const protocol = this;
      onReader({
        send: message => protocol.sendMessage(message, true),
        get bufferedAmount() {
          return protocol.bufferedAmount;
        },
      });
    }
  };
  const listening = await listenWS(factory, { host: '127.0.0.1', port: 0, tls });
  return { port: listening.port!, close: () => listening.close({ grace: 0 }) };
};

const withPull: Serve = async (onReader, tls) => {
  const server = await serveWebSocket(
    async request => {
      const connection = await request.accept();
      onReader({
        send: message => void connection.sendMessage(message).catch(() => {}),
        get bufferedAmount() {
          return connection.bufferedAmount;
        },
      });
      await connection.whenClosed;
    },
    { host: '127.0.0.1', keepalive: false, tls },
  );
  return { port: server.port, close: () => server.close({ grace: 0 }) };
};

/** What OpenSSL takes is found in the memory of the process only. */
async function memory(isSecure: boolean): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await sleep(10);
  }
  const { arrayBuffers, rss } = process.memoryUsage();
  return isSecure ? rss : arrayBuffers;
}

const apis = [
  { api: 'WebSocketServerProtocol', serve: withCallbacks },
  { api: 'serveWebSocket', serve: withPull },
];

/** With TLS each connection has some of what was sent as OpenSSL has encrypted it. */
const transports = [
  { transport: 'TCP', isSecure: false, each: 64 * 1024 },
  ...(noCertificates === null ? [{ transport: 'TLS', isSecure: true, each: 640 * 1024 }] : []),
];

test.each(apis.flatMap(api => transports.map(transport => ({ ...api, ...transport }))))(
  'one array sent to a hundred slow readers is in memory once: $api over $transport',
  async row => {
    const { serve, isSecure, each } = row;
    const readers: Reader[] = [];
    let allCame = (): void => {};
    const came = new Promise<void>(resolve => {
      allCame = resolve;
    });
    const server = await serve(
      reader => {
        readers.push(reader);
        if (readers.length === READERS) allCame();
      },
      isSecure ? createCertificate() : undefined,
    );
    const peers = spawn(process.execPath, ['-e', PEERS, String(server.port), String(READERS), isSecure ? '1' : '0'], {
      stdio: 'inherit',
    });
    await came;
    const before = await memory(isSecure);
    const message = new Uint8Array(MiB).fill(1);
    for (let i = 0; i < MESSAGES; i++) {
      for (const reader of readers) reader.send(message);
      await new Promise(resolve => setImmediate(resolve));
    }
    const taken = (await memory(isSecure)) - before;
    const waiting = readers.reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);

    expect(waiting).toBeGreaterThan(READERS * MiB);
    expect(taken).toBeLessThan(2 * MiB + READERS * each);
    peers.kill();
    await server.close();
  },
);
