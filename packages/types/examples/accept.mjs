import assert from 'node:assert/strict';
import { CloseReason, ConnectionAccept, ConnectionDeny, ConnectionRequest } from '@ws/types';

/** What a server's `onConnect` may do. @param {ConnectionRequest} request */
function onConnect(request) {
  if (request.path !== '/chat') throw new ConnectionDeny(ConnectionDeny.NOT_FOUND);
  return new ConnectionAccept('chat.v2', { 'set-cookie': ['seen=1'] });
}

const fields = { peer: 'tcp4:127.0.0.1:52914', headers: {}, host: 'localhost', params: {}, version: 13, origin: null };
const request = new ConnectionRequest({ ...fields, path: '/chat', protocols: ['chat.v2'], extensions: [] });
assert.equal(onConnect(request).subprotocol, 'chat.v2');

const elsewhere = new ConnectionRequest({ ...request.toJSON(), path: '/' });
assert.throws(() => onConnect(elsewhere), { code: 404, reason: 'Not Found' });

assert.equal(String(new CloseReason(1001, 'bye')), 'CloseReason<code=1001, name=GOING_AWAY, reason=bye>');
