import { connectWS, WebSocketClientFactory, WebSocketClientProtocol } from '@ws/node';
import { countMessage, message, options, run } from './harness.mjs';

class Client extends WebSocketClientProtocol {
  /** @override */
  onMessage() {
    countMessage();
    this.sendMessage(message);
  }
}

const factory = new WebSocketClientFactory({ url: options.url });
factory.protocol = Client;

await run(async () => {
  const protocol = await connectWS(factory);
  await protocol.opened;
  return count => {
    for (let i = 0; i < count; i++) protocol.sendMessage(message);
  };
});
