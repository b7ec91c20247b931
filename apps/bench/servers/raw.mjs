// The floor: bytes in, the same bytes out, with node:net or node:tls and no WebSocket at all.
import net from 'node:net';
import tls from 'node:tls';
import { BACKLOG, options, ready } from './harness.mjs';

/** @param {net.Socket} socket */
function echo(socket) {
  socket.setNoDelay(true);
  socket.on('data', bytes => socket.write(bytes));
  socket.on('error', () => socket.destroy());
}

const server = options.tls ? tls.createServer(options.tls, echo) : net.createServer(echo);
server.listen(0, '127.0.0.1', BACKLOG, () => ready(/** @type {net.AddressInfo} */ (server.address()).port));
