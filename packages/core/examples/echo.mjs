// A server and a client, joined in memory. Any stream of bytes will do: see ByteStream in @ws/types.
import assert from 'node:assert/strict';
import {
  WebSocketClientFactory,
  WebSocketClientProtocol,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '@ws/core';
import { memoryPair } from '@ws/testkit';

class Echo extends WebSocketServerProtocol {
  onMessage(payload, isBinary) {
    this.sendMessage(payload, isBinary);
  }
}

class Client extends WebSocketClientProtocol {
  onOpen() {
    this.sendMessage('hello');
  }
  onMessage(payload) {
    assert.equal(new TextDecoder().decode(payload), 'hello');
    this.sendClose(1000, 'thank you');
  }
}

const server = new WebSocketServerFactory({ protocols: ['echo'] });
server.protocol = Echo;
server.setProtocolOptions({ maxMessagePayloadSize: 65536, autoPingInterval: 20_000, autoPingTimeout: 20_000 });
const client = new WebSocketClientFactory({ url: 'ws://localhost/', protocols: ['echo'] });
client.protocol = Client;

const { a, b } = memoryPair();
server.buildProtocol().attach(a);
const connection = client.buildProtocol();
connection.attach(b);
const { wasClean, code, reason } = await connection.closed;
assert.deepEqual([connection.subprotocol, wasClean, code, reason], ['echo', true, 1000, null]);
