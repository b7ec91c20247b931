import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: Number(process.env.PORT ?? 9000), maxPayload: 2 ** 20 });
server.on('connection', (socket, request) => {
  console.log(`${request.url} from ${request.socket.remoteAddress}`);
  socket.on('message', (data, isBinary) => {
    for (const other of server.clients) other.send(data, { binary: isBinary });
  });
  socket.on('close', code => console.log(`closed: ${code}`));
  socket.on('error', console.error);
});
server.on('listening', () => {
  console.log(`listening on port ${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`);
});
process.once('SIGTERM', () => {
  for (const socket of server.clients) socket.close(1001);
  server.close();
});
