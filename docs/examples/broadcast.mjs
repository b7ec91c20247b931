// One message to everybody: framed and compressed once, and nobody is waited for.
import assert from 'node:assert/strict';
import { acceptDeflate } from '@ws/compress/deflate';
import { createClientAgent, listenWS, WebSocketServerFactory } from '@ws/node';

// #region factory
const factory = new WebSocketServerFactory();
factory.setProtocolOptions({
  maxBufferedAmount: 2 ** 20, // who lets more than 1 MiB wait is dropped, with 1008
  perMessageCompressionAccept: acceptDeflate({ noContextTakeover: true }),
});

/** @param {string | Uint8Array} message */
function broadcast(message) {
  const prepared = factory.prepareMessage(message, typeof message !== 'string');
  for (const connection of factory.connections) {
    // Ticks that are late are worth nothing: leave out who has not taken the last one.
    if (connection.state === 'open') connection.sendPreparedMessage(prepared, { dropIfBusy: true });
  }
}
// #endregion

const server = await listenWS(factory, { host: '127.0.0.1', port: 0 });
const agent = createClientAgent();
const clients = await Promise.all([1, 2, 3].map(() => agent.open(`ws://127.0.0.1:${server.port}`)));
const heard = clients.map(client => new Promise(resolve => client.on('message', payload => resolve(payload))));
broadcast('12.75');
const texts = (await Promise.all(heard)).map(payload => new TextDecoder().decode(payload));
assert.deepEqual(texts, ['12.75', '12.75', '12.75']);
await server.close();
console.log('ok');
