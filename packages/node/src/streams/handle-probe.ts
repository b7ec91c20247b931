// Finds out, on a connection of this process to itself, whether connections can be served straight from their handles.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { receiveBuffer } from '../native/receive-buffer.ts';
import { acceptHandles, countOut, streamBinding } from '../native/stream-handle.ts';
import { createProbe, type Probe } from '../support/probe.ts';
import { HandleStream } from './handle-stream.ts';

/** How long the probe may take, in milliseconds. A healthy one takes about five. */
const TIMEOUT = 1000;

const probe: Probe = /* @__PURE__ */ createProbe(streamBinding === null ? null : runProbe);

/** Whether handles have been seen to work in this process. */
export function canUseHandles(): boolean {
  return probe.hasSucceeded();
}

/** Runs the probe, once per process. The promise never rejects. */
export function probeHandles(): Promise<boolean> {
  return probe.run();
}

/**
 * Starts a server that answers a client. Bytes must arrive, leave and end, and the server must be able to count its
 * connections and to close.
 */
function runProbe(): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    let client: Socket | null = null;
    const timer = setTimeout(() => finish(false), TIMEOUT);
    const finish = (isWorking: boolean): void => {
      clearTimeout(timer);
      client?.destroy();
      server.close();
      resolve(isWorking);
    };
    server.on('error', reject);
    // This must not happen: connections arrive as handles.
    server.on('connection', () => finish(false));
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, () => {
      const isOurs = acceptHandles(server, handle => {
        const stream = new HandleStream(handle);
        stream.onGone = () => countOut(server);
        answer(stream);
      });
      if (!isOurs) return finish(false);
      client = connect((server.address() as AddressInfo).port, '127.0.0.1');
      client.on('error', () => finish(false));
      client.on('data', data => {
        if (data.toString('latin1') !== 'PROBE') return finish(false);
        // `close` must call back only when the connection is gone.
        server.close(() => finish(true));
        client?.end();
      });
      client.write('probe');
    });
  });
}

/** Sends bytes that arrive in the shared buffer back in upper case. */
function answer(stream: HandleStream): void {
  stream.attach({
    onData(bytes) {
      const isShared = bytes.buffer === receiveBuffer.buffer && bytes.length === 5;
      stream.write(isShared ? bytes.map(byte => byte - 32) : new Uint8Array(1));
    },
    onEnd: () => stream.end(),
    onDrain() {},
    onClose() {},
  });
}
