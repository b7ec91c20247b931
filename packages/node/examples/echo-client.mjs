import { connectWS, WebSocketClientFactory, WebSocketClientProtocol } from '@ws/node';

class Client extends WebSocketClientProtocol {
  onMessage(payload, isBinary) {
    console.log(isBinary ? `${payload.length} bytes` : new TextDecoder().decode(payload));
    this.sendClose(1000, 'thank you');
  }
}

const factory = new WebSocketClientFactory({ url: process.env.URL ?? 'ws://127.0.0.1:9000' });
factory.protocol = Client;
const client = await connectWS(factory);
client.sendMessage('hello');
const { wasClean, code } = await client.closed;
console.log(`closed ${wasClean ? 'cleanly' : 'uncleanly'}: ${code}`);
