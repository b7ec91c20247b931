// @ws/node mounted on a node:http or node:https server.
import http from 'node:http';
import https from 'node:https';
import { attach } from '@ws/node';
import { BACKLOG, options, ready } from './harness.mjs';
import { factory } from './ours-factory.mjs';

const server = options.tls ? https.createServer(options.tls) : http.createServer();
attach(server, factory);
server.listen(0, '127.0.0.1', BACKLOG, () =>
  ready(/** @type {import('node:net').AddressInfo} */ (server.address()).port),
);
