// The router of @ws/wamp, on the sockets of @ws/node.
import { listenWS, nodePlatform } from '@ws/node';
import { createRouter, WampWebSocketServerFactory } from '@ws/wamp';
import { BACKLOG, ready } from './harness.mjs';

const router = createRouter({ realms: ['realm1'] });
const factory = new WampWebSocketServerFactory(() => router.createSession(), {}, { platform: nodePlatform });
const listening = await listenWS(factory, { host: '127.0.0.1', port: 0, backlog: BACKLOG });
ready(/** @type {number} */ (listening.port));
