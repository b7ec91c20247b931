import { readFileSync } from 'node:fs';
import { serveWebSocket } from '@ws/node';

// #region talk
/** Who is here. @type {Set<import('@ws/connection').WebSocketConnection>} */
const guests = new Set();

/** Says it to all, but waits for nobody longer than five seconds. @param {string} text */
async function say(text) {
  const signal = AbortSignal.timeout(5000);
  await Promise.allSettled([...guests].map(guest => guest.sendMessage(text, { signal })));
}

/** @param {import('@ws/connection').WebSocketRequest} request */
async function chat(request) {
  const name = request.headers['x-name'] ?? `guest ${request.remote.port}`;
  const connection = await request.accept();
  guests.add(connection);
  try {
    await say(`${name} is here`);
    for await (const message of connection) {
      if (typeof message === 'string') await say(`${name}: ${message}`);
    }
  } finally {
    guests.delete(connection);
    await say(`${name} has left`);
  }
}
// #endregion

// #region tls
const { KEY, CERT } = process.env;
const tls = KEY && CERT ? { key: readFileSync(KEY), cert: readFileSync(CERT) } : undefined;
// #endregion

// #region serve
const server = await serveWebSocket(chat, {
  host: '127.0.0.1',
  port: Number(process.env.PORT ?? 9000),
  maxMessageSize: 4096,
  tls,
});
console.log(`listening on port ${server.port}`);
// #endregion

// #region shutdown
process.once('SIGTERM', async () => {
  await server.close({ code: 1001, reason: 'see you tomorrow', grace: 5000 });
  console.log('closed');
});
// #endregion
