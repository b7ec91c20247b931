import { listenWS, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';

class Echo extends WebSocketServerProtocol {
  onOpen() {
    console.log(`${this.peer} is here`);
  }
  onMessage(payload, isBinary) {
    this.sendMessage(payload, isBinary);
  }
  onClose(wasClean, code, reason) {
    console.log(`${this.peer} is gone: ${code} ${reason ?? ''}`);
  }
}

const factory = new WebSocketServerFactory({ url: 'ws://127.0.0.1:9000' });
factory.protocol = Echo;
const port = Number(process.env.PORT ?? 9000);
const server = await listenWS(factory, { host: '127.0.0.1', port });
console.log(`listening on port ${server.port}`);
process.once('SIGTERM', () => server.close({ code: 1001, grace: 1000 }));
