// The pull API of @ws/node: a handler that awaits messages one by one.
import { serveWebSocket } from '@ws/node';
import { LARGEST_MESSAGE, options, ready } from './harness.mjs';

const server = await serveWebSocket(
  async request => {
    const connection = await request.accept();
    for await (const message of connection) await connection.sendMessage(message);
  },
  {
    host: '127.0.0.1',
    maxMessageSize: LARGEST_MESSAGE,
    compression: options.deflate,
    ...(options.tls ? { tls: options.tls } : {}),
  },
);
ready(server.port);
