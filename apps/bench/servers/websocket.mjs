// websocket (WebSocket-Node): https://github.com/theturtle32/WebSocket-Node
import http from 'node:http';
import https from 'node:https';
import websocket from 'websocket';
import { BACKLOG, LARGEST_MESSAGE, options, ready } from './harness.mjs';

const httpServer = options.tls ? https.createServer(options.tls) : http.createServer();
const server = new websocket.server({
  httpServer,
  autoAcceptConnections: true,
  keepalive: false,
  maxReceivedFrameSize: LARGEST_MESSAGE,
  maxReceivedMessageSize: LARGEST_MESSAGE,
  fragmentOutgoingMessages: false,
});

server.on('connect', connection => {
  connection.on('error', () => connection.drop());
  connection.on('message', message => {
    const receivers = options.work === 'echo' ? [connection] : server.connections;
    for (const receiver of receivers) {
      if (message.type === 'utf8') receiver.sendUTF(message.utf8Data);
      else receiver.sendBytes(message.binaryData);
    }
  });
});
httpServer.listen(0, '127.0.0.1', BACKLOG, () =>
  ready(/** @type {import('node:net').AddressInfo} */ (httpServer.address()).port),
);
