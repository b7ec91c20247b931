// A client that stays: connected again after every end, with a delay that grows while nobody answers.
import { openWebSocket } from '@ws/node';

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort(new Error('stopped')));

let seen = 0;
const connections = openWebSocket.reconnecting(
  // Made anew for each attempt: what was seen last, a token that is fresh.
  () => `${process.env.URL ?? 'ws://127.0.0.1:9000'}/?since=${seen}`,
  {
    minDelay: Number(process.env.MIN_DELAY ?? 500),
    maxDelay: 30_000,
    signal: stop.signal,
    onRetry: (error, delay) => console.log(`trying again in ${delay} ms: ${/** @type {Error} */ (error).message}`),
  },
);
try {
  for await (const connection of connections) {
    console.log('connected');
    try {
      for await (const message of connection) {
        seen++;
        console.log(message);
      }
    } catch (error) {
      console.log(`lost: ${/** @type {Error} */ (error).message}`);
    }
  }
} catch (error) {
  // A 4xx that would be the same again (shouldRetry decides), or the signal.
  console.log(`over: ${/** @type {Error} */ (error).message}`);
}
