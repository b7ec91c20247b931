// Deno.serve and Deno.upgradeWebSocket: https://docs.deno.com/api/deno/~/Deno.upgradeWebSocket
/* global Deno */
import { options, ready } from './harness.mjs';

/** @type {Set<WebSocket>} */
const open = new Set();

Deno.serve(
  {
    port: 0,
    hostname: '127.0.0.1',
    onListen: address => ready(address.port),
    onError: () => new Response(null, { status: 500 }),
    ...options.tls,
  },
  request => {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    socket.binaryType = 'arraybuffer';
    socket.onerror = () => open.delete(socket);
    if (options.work === 'echo') {
      socket.onmessage = event => socket.send(event.data);
      return response;
    }
    socket.onopen = () => open.add(socket);
    socket.onclose = () => open.delete(socket);
    socket.onmessage = event => {
      for (const receiver of open) receiver.send(event.data);
    };
    return response;
  },
);
