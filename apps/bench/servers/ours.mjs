// @ws/node on its own listening socket.
import { listenWS } from '@ws/node';
import { BACKLOG, options, ready } from './harness.mjs';
import { factory } from './ours-factory.mjs';

const listening = await listenWS(factory, {
  host: '127.0.0.1',
  port: 0,
  backlog: BACKLOG,
  ...(options.tls ? { tls: options.tls } : {}),
});
ready(listening.port);
