import { readFileSync } from 'node:fs';
import { serveWebSocket } from '@ws/node';

const server = await serveWebSocket(
  async request => {
    const connection = await request.accept();
    for await (const message of connection) await connection.sendMessage(message);
  },
  {
    port: Number(process.env.PORT ?? 9000),
    // Everything that node:tls takes: `ca` and `requestCert` for certificates of clients, SNICallback, …
    tls: { key: readFileSync(process.env.KEY ?? 'key.pem'), cert: readFileSync(process.env.CERT ?? 'cert.pem') },
  },
);
console.log(`listening on port ${server.port}`);
process.once('SIGTERM', () => server.close());
