import assert from 'node:assert/strict';
import { createUrl, parseUrl } from '@ws/util';

const url = createUrl({ hostname: '::1', port: 9000, path: '/chat', params: { room: ['tea', 'biscuits'] } });
assert.equal(url, 'ws://[::1]:9000/chat?room=tea&room=biscuits');

const { hostname, port, path, params } = parseUrl(url);
assert.deepEqual([hostname, port, path, params.room], ['::1', 9000, '/chat', ['tea', 'biscuits']]);

// A Unix domain socket; what is asked for follows after a second colon.
const socket = parseUrl('ws://unix:/run/app.sock:/chat?room=tea');
assert.deepEqual([socket.udsPath, socket.resource], ['/run/app.sock', '/chat?room=tea']);
assert.equal(createUrl(socket), 'ws://unix:/run/app.sock:/chat?room=tea');
