// Rooms by path: what somebody says in /kitchen is heard by all others in /kitchen.
import { serveWebSocket } from '@ws/node';

/** @type {Map<string, Set<import('@ws/connection').WebSocketConnection>>} */
const rooms = new Map();

/**
 * Sends to all but one; who is going away hears no more.
 *
 * @param {string} path
 * @param {string} text
 * @param {unknown} except
 */
async function broadcast(path, text, except) {
  const others = [...(rooms.get(path) ?? [])].filter(other => other !== except);
  await Promise.allSettled(others.map(other => other.sendMessage(text, { signal: AbortSignal.timeout(5000) })));
}

const server = await serveWebSocket(
  async request => {
    const { path } = request;
    if (!/^\/[a-z]+$/.test(path)) return request.reject(404, { body: 'no such room' });
    const connection = await request.accept();
    const name = request.headers['x-name'] ?? `guest ${connection.remote.port}`;
    const room = rooms.get(path) ?? new Set();
    rooms.set(path, room.add(connection));
    try {
      await broadcast(path, `${name} is here`, connection);
      for await (const message of connection) {
        if (typeof message === 'string') await broadcast(path, `${name}: ${message}`, connection);
      }
    } finally {
      room.delete(connection);
      if (room.size === 0) rooms.delete(path);
      await broadcast(path, `${name} has left`, connection);
    }
  },
  {
    host: '127.0.0.1',
    port: Number(process.env.PORT ?? 9000),
    maxMessageSize: 4096,
    onError: error => console.error('a guest went badly:', error),
  },
);
console.log(`listening on port ${server.port}`);

process.once('SIGTERM', async () => {
  await server.close({ code: 1001, reason: 'see you tomorrow', grace: 2000 });
  console.log(`closed, ${rooms.size} rooms left`);
});
