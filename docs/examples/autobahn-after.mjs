import { listenWS, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';

class Echo extends WebSocketServerProtocol {
  onConnect(request) {
    console.log(`${request.path} from ${request.peer}`);
    return null;
  }
  onMessage(payload, isBinary) {
    this.sendMessage(payload, isBinary);
  }
  onClose(_wasClean, code) {
    console.log(`closed: ${code}`);
  }
}

const factory = new WebSocketServerFactory();
factory.protocol = Echo;
factory.setProtocolOptions({ autoPingInterval: 20_000, autoPingTimeout: 20_000, openHandshakeTimeout: 5000 });
const server = await listenWS(factory, { host: '127.0.0.1', port: Number(process.env.PORT ?? 9000) });
console.log(`listening on port ${server.port}`);
