// ws: https://github.com/websockets/ws
import http from 'node:http';
import https from 'node:https';
import { WebSocketServer } from 'ws';
import { BACKLOG, LARGEST_MESSAGE, options, ready } from './harness.mjs';

const server = options.tls ? https.createServer(options.tls) : http.createServer();
const webSockets = new WebSocketServer({
  server,
  maxPayload: LARGEST_MESSAGE,
  perMessageDeflate: options.deflate ? { threshold: 0 } : false,
  clientTracking: options.work === 'fan',
});

webSockets.on('connection', socket => {
  socket.on('error', () => socket.terminate());
  if (options.work === 'echo') {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    return;
  }
  socket.on('message', (data, isBinary) => {
    for (const client of webSockets.clients) client.send(data, { binary: isBinary });
  });
});
server.listen(0, '127.0.0.1', BACKLOG, () =>
  ready(/** @type {import('node:net').AddressInfo} */ (server.address()).port),
);
