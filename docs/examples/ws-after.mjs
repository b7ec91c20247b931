import { listenWS, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';

class Room extends WebSocketServerProtocol {
  onOpen() {
    console.log(`${this.request?.path} from ${this.peer}`);
  }
  onMessage(payload, isBinary) {
    const prepared = this.factory.prepareMessage(payload, isBinary);
    for (const other of this.factory.connections) {
      if (other.state === 'open') other.sendPreparedMessage(prepared);
    }
  }
  onClose(_wasClean, code) {
    console.log(`closed: ${code}`);
  }
}

const factory = new WebSocketServerFactory();
factory.protocol = Room;
const server = await listenWS(factory, { port: Number(process.env.PORT ?? 9000) });
console.log(`listening on port ${server.port}`);
process.once('SIGTERM', () => server.close({ code: 1001 }));
