import { serveWebSocket } from '@ws/node';

const server = await serveWebSocket(
  async request => {
    const connection = await request.accept();
    for await (const message of connection) {
      await connection.sendMessage(message);
    }
  },
  { host: '127.0.0.1', port: Number(process.env.PORT ?? 9000) },
);
console.log(`listening on port ${server.port}`);
