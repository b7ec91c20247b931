// Who may connect is decided before anything is open.
import assert from 'node:assert/strict';
import { createHash, timingSafeEqual } from 'node:crypto';
import { openWebSocket, serveWebSocket } from '@ws/node';

// #region bearer
/** Hashes have one length, so that the comparison takes one time. */
const hash = text => createHash('sha256').update(text).digest();
const TOKENS = new Map([['ada', hash('correct horse')]]);

/** @returns {string | null} whose token it is */
function userOf(token) {
  const given = hash(token);
  for (const [user, known] of TOKENS) if (timingSafeEqual(given, known)) return user;
  return null;
}

/** Programs: `Authorization` in the request. @param {import('@ws/connection').WebSocketRequest} request */
async function withHeader(request) {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  const user = scheme === 'Bearer' && token ? userOf(decodeURIComponent(token)) : null;
  if (user === null) return request.reject(401, { headers: { 'WWW-Authenticate': 'Bearer' } });
  const connection = await request.accept();
  await connection.sendMessage(`hello ${user}`);
  await connection.close();
}
// #endregion

// #region browser
/** Browsers cannot set headers: a token is the first message, and has to come soon. */
async function withFirstMessage(request) {
  const connection = await request.accept();
  const first = await connection.getMessage({ signal: AbortSignal.timeout(5000) }).catch(() => null);
  const user = typeof first === 'string' ? userOf(first) : null;
  if (user === null) return void (await connection.close(1008, 'who are you?'));
  await connection.sendMessage(`hello ${user}`);
  await connection.close();
}
// #endregion

// #region serve
const server = await serveWebSocket(
  request => (request.path === '/browser' ? withFirstMessage(request) : withHeader(request)),
  {
    host: '127.0.0.1',
    port: 0,
    // A browser sends its cookies to any server that any page connects to. Accept pages of your own only.
    allowedOrigins: ['https://chat.example.com:443'],
  },
);
// #endregion

const url = `ws://127.0.0.1:${server.port}`;
// #region client
const connection = await openWebSocket(`${url}/`, {
  headers: { Authorization: `Bearer ${encodeURIComponent('correct horse')}` },
});
// #endregion
assert.equal(await connection.getMessage(), 'hello ada');
await assert.rejects(openWebSocket(url), { statusCode: 401 });
await assert.rejects(openWebSocket(url, { origin: 'https://evil.example' }), { statusCode: 403 });
const page = await openWebSocket(`${url}/browser`, { origin: 'https://chat.example.com' });
await page.sendMessage('correct horse');
assert.equal(await page.getMessage(), 'hello ada');
const stranger = await openWebSocket(`${url}/browser`);
await stranger.sendMessage('guess');
assert.equal((await stranger.whenClosed).code, 1008);
await server.close();
console.log('ok');
