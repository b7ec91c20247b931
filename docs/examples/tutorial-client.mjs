import { openWebSocket } from '@ws/node';

const connection = await openWebSocket(process.env.URL ?? 'ws://127.0.0.1:9000');
await connection.sendMessage('hello');
console.log(await connection.getMessage());
const { code } = await connection.close();
console.log(`closed: ${code}`);
