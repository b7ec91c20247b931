// Ends without losing work: no new clients, open ones are told, what runs is finished.
import { serveWebSocket } from '@ws/node';

const server = await serveWebSocket(
  async request => {
    const connection = await request.accept();
    try {
      for await (const message of connection) await connection.sendMessage(message);
    } finally {
      // Runs for each connection, also when the server closes it. `close` below waits for the end of the connections;
      // give what you do here a place to be waited for.
      console.log(`saved what ${connection.remote.address} did`);
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
