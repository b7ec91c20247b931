// An echo server of the package ws, with compression of everything and without its limits of fragments.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  perMessageDeflate: { threshold: 0 },
  maxPayload: 64 * 1024 * 1024,
  maxFragments: 0,
  maxBufferedChunks: 0,
});
server.on('connection', socket => {
  socket.on('error', () => {});
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.on('listening', () => console.log(String(server.address().port)));
