import { WebSocket } from 'undici';
import { countMessage, message, options, run } from './harness.mjs';

await run(
  () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(options.url);
      const send = (/** @type {number} */ count) => {
        for (let i = 0; i < count; i++) socket.send(message);
      };
      socket.onerror = () => reject(new Error('connection failed'));
      socket.onmessage = () => {
        countMessage();
        send(1);
      };
      socket.onopen = () => resolve(send);
    }),
);
