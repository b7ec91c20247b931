// What @ws/node makes of Node keeps the contracts of the ports, as the suites of @ws/testkit have them.

import { createServer } from 'node:net';
import {
  byteStreamContract,
  clockContract,
  type DialerSetup,
  deflateCodecContract,
  dialerContract,
  digestContract,
  maskerContract,
  randomContract,
  textUnmaskerContract,
  utf8Contract,
} from '@ws/testkit';
import type { ByteStream } from '@ws/types';
import { describe, test } from 'vitest';
import { createDialer } from '../src/client/dial.ts';
import { nodePlatform } from '../src/platform/platform.ts';
import { socketStream } from '../src/streams/socket-stream.ts';
import { zlibCodec } from '../src/zlib/zlib-codec.ts';
import { noCertificates } from './support/certificates.ts';
import {
  dataPair,
  handlePair,
  http2Pair,
  tlsHandlePair,
  tlsPair,
  unixPair,
  upgradedPair,
} from './support/stream-pairs.ts';

const runner = { describe, test };

byteStreamContract('sockets with data events', dataPair, runner);
byteStreamContract('sockets taken over by their handles', handlePair, runner);
byteStreamContract('upgraded sockets taken over by their handles', upgradedPair, runner);
byteStreamContract('Unix domain sockets', unixPair, runner);
byteStreamContract('HTTP/2 streams', http2Pair, runner);
if (noCertificates === null) {
  byteStreamContract('TLS sockets', tlsPair, runner);
  byteStreamContract('TLS sockets by their handles', tlsHandlePair, runner);
}

clockContract('nodePlatform', () => nodePlatform.clock, runner);
randomContract('nodePlatform', () => nodePlatform.random, runner);
digestContract('nodePlatform', () => nodePlatform.digest, runner);
maskerContract('nodePlatform', () => nodePlatform.masker, runner);
utf8Contract('nodePlatform', () => nodePlatform.utf8, runner);
deflateCodecContract('zlibCodec', () => zlibCodec, runner);
const { textUnmasker } = nodePlatform;
if (textUnmasker !== undefined) textUnmaskerContract('nodePlatform', () => textUnmasker, runner);

dialerContract('createDialer', listeningPlace, runner);

/** A server for a dialer, and a port where there is none. */
async function listeningPlace(): Promise<DialerSetup> {
  const waiting: ByteStream[] = [];
  let wake = (): void => {};
  const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    waiting.push(socketStream(socket));
    wake();
  });
  const port = await listen(server);
  const unused = createServer();
  const unusedPort = await listen(unused);
  await new Promise(resolve => unused.close(resolve));
  const target = { hostname: '127.0.0.1', port, isSecure: false, udsPath: null };
  return {
    dialer: createDialer(),
    target,
    refusedTarget: { ...target, port: unusedPort },
    async accept() {
      for (;;) {
        const stream = waiting.shift();
        if (stream !== undefined) return stream;
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    },
    async close() {
      for (const stream of waiting) stream.destroy();
      server.close();
    },
  };
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}
