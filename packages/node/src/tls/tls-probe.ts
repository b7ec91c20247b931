// Finds out, on a connection of this process to itself, whether TLS sockets can be served by their handles.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { receiveBuffer } from '../native/receive-buffer.ts';
import { streamBinding } from '../native/stream-handle.ts';
import { createProbe, type Probe } from '../support/probe.ts';
import { type TlsHandle, takeTlsHandle } from './tls-handle.ts';

/** How long the probe may take, in milliseconds. A healthy one takes about ten. */
const TIMEOUT = 1000;

/** A pre-shared key that both sides know. The probe has no certificate. */
const KEY = new Uint8Array(32).fill(1);
const SETTINGS: TlsOptions = { ciphers: 'PSK', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ca: [] };

const probe: Probe = /* @__PURE__ */ createProbe(streamBinding === null ? null : runProbe);

/** Whether handles of TLS sockets have been seen to work in this process. */
export function canUseTlsHandles(): boolean {
  return probe.hasSucceeded();
}

/** Runs the probe, once per process. The promise never rejects. */
export function probeTlsHandles(): Promise<boolean> {
  return probe.run();
}

/** Starts a server that answers in two writes, the second of which has to wait. An orderly end must follow. */
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
        // `close` must call back only when the connection is gone.
        server.close(() => finish(true));
        client?.end();
      });
      client.write('probe');
    });
  });
}

/** Sends bytes that arrive in the shared buffer back in upper case. */
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
