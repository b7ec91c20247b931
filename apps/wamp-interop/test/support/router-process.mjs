// A router in a process of its own, joined by a bus to those of its siblings. Tells its parent where it listens.
import process from 'node:process';
import { listenWS, nodePlatform } from '@ws/node';
import { createRouter, WampWebSocketServerFactory } from '@ws/wamp';
import { createIpcBus } from './ipc-bus.mjs';

const bus = createIpcBus({
  send: message => process.send?.(message),
  onMessage: listener => process.on('message', listener),
});
const router = createRouter({ realms: ['realm1'], bus });
const factory = new WampWebSocketServerFactory(() => router.createSession(), {}, { platform: nodePlatform });
const { port } = await listenWS(factory, { host: '127.0.0.1', port: 0 });
process.send?.({ port });
process.on('disconnect', () => process.exit(0));
