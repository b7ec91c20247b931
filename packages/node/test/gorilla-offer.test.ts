// gorilla/websocket (Go) has one offer, and connects only when the answer has both of its parameters. A socket plays it.
import { once } from 'node:events';
import { connect } from 'node:net';
import { acceptDeflate, deflateExtension, PerMessageDeflateOffer, PerMessageDeflateOfferAccept } from '@ws/compress';
import { describe, expect, test } from 'vitest';
import { listenWS, serveWebSocket, socketStream, WebSocketServerFactory } from '../src/index.ts';
import { Echo } from './support/echo.ts';
import { RawPeer, REQUEST } from './support/raw-peer.ts';

const OFFER = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';

/** Starts a server that echoes; the result says where, and stops it. */
type Serve = () => Promise<{ readonly port: number; readonly close: () => Promise<unknown> }>;

async function serveByCallbacks(factory: WebSocketServerFactory): Promise<Awaited<ReturnType<Serve>>> {
  factory.protocol = Echo;
  const listening = await listenWS(factory, { host: '127.0.0.1', port: 0 });
  return { port: listening.port!, close: () => listening.close({ grace: 0 }) };
}

const ways: readonly (readonly [string, Serve])[] = [
  [
    'acceptDeflate',
    () => {
      const factory = new WebSocketServerFactory();
      factory.setProtocolOptions({ perMessageCompressionAccept: acceptDeflate() });
      return serveByCallbacks(factory);
    },
  ],
  [
    'an acceptor of one’s own, with the class',
    () => {
      const factory = new WebSocketServerFactory({ extensions: [deflateExtension] });
      factory.setProtocolOptions({
        perMessageCompressionAccept: ([offer]) =>
          offer instanceof PerMessageDeflateOffer ? new PerMessageDeflateOfferAccept(offer) : null,
      });
      return serveByCallbacks(factory);
    },
  ],
  [
    'the pull API',
    async () => {
      const server = await serveWebSocket(
        async request => {
          const connection = await request.accept();
          for await (const message of connection) await connection.sendMessage(message);
        },
        { host: '127.0.0.1', compression: true },
      );
      return { port: server.port, close: () => server.close({ grace: 0 }) };
    },
  ],
];

describe.each(ways)('gorilla and %s', (_name, serve) => {
  test('agree on no context takeover, and exchange messages (RFC 7692, 7.1.1 and 7.2.3.1)', async () => {
    const server = await serve();
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const peer = new RawPeer(socketStream(socket));
    peer.write(REQUEST.replace(/Sec-WebSocket-Protocol: .*/, `Sec-WebSocket-Extensions: ${OFFER}`));
    const [head] = await peer.until(/[\s\S]*\r\n\r\n/);
    expect(/^Sec-WebSocket-Extensions: (.*)\r$/im.exec(head)?.[1]).toBe(OFFER);

    // "Hello" twice: without takeover the second answer is as long as the first.
    for (let count = 1; count <= 2; count++) {
      peer.write(Uint8Array.from(Buffer.from('c18700000000f248cdc9c90700', 'hex')));
      await peer.untilBytes('c107f248cdc9c90700'.repeat(count));
    }
    peer.write(Uint8Array.from(Buffer.from('88820000000003e8', 'hex')));
    await peer.untilBytes('880203e8');
    await peer.left();
    await server.close();
  });
});
