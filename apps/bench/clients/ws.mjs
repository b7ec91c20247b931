import WebSocket from 'ws';
import { countMessage, message, options, run } from './harness.mjs';

await run(
  () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(options.url, { perMessageDeflate: false });
      const send = (/** @type {number} */ count) => {
        for (let i = 0; i < count; i++) socket.send(message);
      };
      socket.on('error', reject);
      socket.on('message', () => {
        countMessage();
        send(1);
      });
      socket.on('open', () => resolve(send));
    }),
);
