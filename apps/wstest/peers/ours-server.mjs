// Our own server, ready to be tested: prints its port, and the one for HTTP/2.
import { startTesteeServer } from '@ws/wstest';

const server = await startTesteeServer();
console.log(`${server.port} ${server.http2Port}`);
