import { readFileSync } from 'node:fs';
import { openWebSocket } from '@ws/node';

const url = process.env.URL ?? 'wss://localhost:9000';
// Certificates are verified. One that no public authority has signed is trusted by naming it; nothing else is needed.
const connection = await openWebSocket(url, { tls: { ca: readFileSync(process.env.CERT ?? 'cert.pem') } });
await connection.sendMessage('hello');
console.log(await connection.getMessage());
await connection.close();
