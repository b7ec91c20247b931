// Ends without losing work: no new clients, open ones are told, what runs is finished.
import { setImmediate as turn } from 'node:timers/promises';
import { serveWebSocket } from '@ws/node';

/** @param {string} address */
async function save(address) {
  await turn(); // a database, say
  console.log(`saved what ${address} did`);
}

const server = await serveWebSocket(
  async request => {
    const connection = await request.accept();
    try {
      for await (const message of connection) await connection.sendMessage(message);
    } finally {
      // Runs however the connection ends, also when the server closes it. `close` below waits for it.
      await save(connection.remote.address);
    }
  },
  { host: '127.0.0.1', port: Number(process.env.PORT ?? 9000) },
);
console.log(`listening on port ${server.port}`);

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    // 503 for new handshakes, 1001 for open connections; who is still there after 10 s is dropped.
    await server.close({ code: 1001, reason: 'restarting', grace: 10_000 });
    console.log('closed');
  });
}
