// A server of one's own, and a page at the same port that shows what goes on in it.
import { createServer } from 'node:http';
import { acceptDeflate } from '@ws/compress/deflate';
import { WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
import { servePlayground } from '@ws/playground';

class Clock extends WebSocketServerProtocol {
  onOpen() {
    const timer = setInterval(() => this.sendMessage(new Date().toISOString()), 1000);
    this.closed.then(() => clearInterval(timer));
  }
}

const factory = new WebSocketServerFactory();
factory.protocol = Clock;
factory.setProtocolOptions({ perMessageCompressionAccept: acceptDeflate(), autoPingInterval: 5000 });
const playground = await servePlayground(createServer(), factory, { port: Number(process.env.PORT ?? 9000) });
console.log(`look at http://127.0.0.1:${playground.port}`);
process.once('SIGTERM', () => playground.close());
