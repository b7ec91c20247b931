// A server for behind one proxy: it listens on this machine only, and believes what the proxy says of the client.
import { acceptDeflate } from '@ws/compress/deflate';
import { listenWS, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';

class Echo extends WebSocketServerProtocol {
  onOpen() {
    console.log(`${this.peer} is here`);
  }
  onMessage(payload, isBinary) {
    this.sendMessage(payload, isBinary);
  }
}

const factory = new WebSocketServerFactory();
factory.protocol = Echo;
factory.setProtocolOptions({
  trustXForwardedFor: 1, // one proxy: the last address it added is the client's
  autoPingInterval: 20_000, // a quiet connection is not an idle one
  autoPingTimeout: 20_000,
  perMessageCompressionAccept: acceptDeflate({ threshold: 128 }),
});
const server = await listenWS(factory, { host: '127.0.0.1', port: Number(process.env.PORT ?? 9000) });
console.log(`listening on port ${server.port}`);

process.once('SIGTERM', async () => {
  await server.close({ code: 1001, reason: 'restarting', grace: 10_000 });
  console.log('closed');
});
