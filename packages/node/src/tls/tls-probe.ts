// Whether TLS sockets can be served by their handles: found out on a connection of this process with itself.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { receiveBuffer } from '../native/receive-buffer.ts';
import { streamBinding } from '../native/stream-handle.ts';
import { type TlsHandle, takeTlsHandle } from './tls-handle.ts';

/** How long the probe may take, in milliseconds. A healthy one takes about ten. */
const TIMEOUT = 1000;

/** A key that both sides know stands for a certificate: there is none to show. */
const KEY = new Uint8Array(32).fill(1);
const SETTINGS: TlsOptions = { ciphers: 'PSK', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ca: [] };

/** The outcome: `null` while it is not known. */
let verdict: boolean | null = streamBinding === null ? false : null;
let probe: Promise<boolean> | null = null;

/** Whether handles of TLS sockets have been seen to work in this process. */
export function canUseTlsHandles(): boolean {
  return verdict === true;
}

/** Tries it. Never rejects; done once. */
export function probeTlsHandles(): Promise<boolean> {
  if (verdict !== null) return Promise.resolve(verdict);
  probe ??= runProbe()
    .catch(() => false)
    .then(isWorking => {
      verdict = isWorking;
      return isWorking;
    });
  return probe;
}

/** A server that answers in two writes, the second of which has to wait; then an orderly end. */
function runProbe(): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer({ ...SETTINGS, pskCallback: () => KEY });
    let client: TLSSocket | null = null;
    const timer = setTimeout(() => finish(false), TIMEOUT);
    const finish = (isWorking: boolean): void => {
      clearTimeout(timer);
      client?.destroy();
      server.close();
      resolve(isWorking);
    };
    server.on('error', reject);
    server.on('tlsClientError', () => finish(false));
    server.on('secureConnection', socket => {
      socket.on('error', () => finish(false));
      if (!answer(socket)) finish(false);
    });
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, () => {
      const { port } = server.address() as AddressInfo;
      const pskCallback = (): { psk: Uint8Array; identity: string } => ({ psk: KEY, identity: 'probe' });
      client = connect({ ...SETTINGS, host: '127.0.0.1', port, pskCallback, checkServerIdentity: () => undefined });
      let answered = '';
      client.on('error', () => finish(false));
      client.on('data', data => {
        answered += data.toString('latin1');
        if (!'PROBE'.startsWith(answered)) finish(false);
        if (answered !== 'PROBE') return;
        // Told when the connection is gone, and not before.
        server.close(() => finish(true));
        client?.end();
      });
      client.write('probe');
    });
  });
}

/** Answers in upper case what comes in the shared buffer. */
function answer(socket: TLSSocket): boolean {
  const handle: TlsHandle | null = takeTlsHandle(socket, {
    receive(bytes) {
      const isShared = bytes.buffer === receiveBuffer.buffer && bytes.length === 5;
      const upper = isShared ? bytes.map(byte => byte - 32) : new Uint8Array(5);
      handle?.write(upper.subarray(0, 2));
      handle?.write(upper.subarray(2));
    },
    written() {},
  });
  socket.resume();
  return handle !== null;
}
