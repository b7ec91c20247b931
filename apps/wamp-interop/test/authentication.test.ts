import { connectWS, nodePlatform } from '@ws/node';
import { ApplicationSession, anonymousAuth, ticketAuth, ticketChallenge, WampWebSocketClientFactory } from '@ws/wamp';
import { cryptosignAuth, cryptosignChallenge, cryptosignPublicKey } from '@ws/wamp/cryptosign';
import { deriveKey, wampCraAuth, wampCraChallenge } from '@ws/wamp/wampcra';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { autobahn, openAutobahn } from './support/autobahn-js.ts';
import { noPython, openPython } from './support/python.ts';
import { type RouterServer, serveRouter } from './support/server.ts';

const SALTED = { salt: 'salt', iterations: 100, keylen: 32 };
const PRIVATE_KEY = '4ffddd896a530ce5ee8c86b83b0d31835490a97a9cd718cb2f09c9fd31c4a7d7';

let server: RouterServer;
beforeAll(async () => {
  server = await serveRouter({
    realms: ['realm1'],
    authenticate: request => {
      const { authid } = request;
      const grant = { authid: authid ?? 'nobody', authrole: 'user' };
      if (authid === 'ticket') return ticketChallenge({ ...grant, ticket: 'secret' });
      if (authid === 'cra') return wampCraChallenge(request, { ...grant, secret: 'secret' });
      if (authid === 'salted') {
        return wampCraChallenge(request, { ...grant, ...SALTED, secret: deriveKey('secret', SALTED) });
      }
      if (authid === 'key') {
        return cryptosignChallenge(request, { ...grant, publicKey: cryptosignPublicKey(PRIVATE_KEY) });
      }
      return null;
    },
  });
});
afterAll(() => server.close());

const METHODS = [
  { authid: 'ticket', method: 'ticket' },
  { authid: 'cra', method: 'wampcra' },
  { authid: 'salted', method: 'wampcra' },
];

function authenticator(method: string, secret: string) {
  return method === 'ticket' ? ticketAuth(secret) : wampCraAuth(secret);
}

async function open(session: ApplicationSession): Promise<void> {
  await connectWS(new WampWebSocketClientFactory(session, { url: server.url }, { platform: nodePlatform }));
  await session.joined;
}

describe('our session', () => {
  test.each(METHODS)('proves that it is $authid by $method', async ({ authid, method }) => {
    const session = new ApplicationSession({ authid, authenticators: [authenticator(method, 'secret')] });
    await open(session);
    expect(session.sessionDetails).toMatchObject({ authid, authrole: 'user', authmethod: method });
    const impostor = new ApplicationSession({ authid, authenticators: [authenticator(method, 'guessed')] });
    await expect(open(impostor)).rejects.toMatchObject({ error: 'wamp.error.authentication_failed' });
    await session.leave();
  });

  test('proves who it is by its key (cryptosign)', async () => {
    const session = new ApplicationSession({ authid: 'key', authenticators: [cryptosignAuth(PRIVATE_KEY)] });
    await open(session);
    expect(session.sessionDetails).toMatchObject({ authid: 'key', authmethod: 'cryptosign' });
    const impostor = new ApplicationSession({
      authid: 'key',
      authenticators: [cryptosignAuth(PRIVATE_KEY.replace('4', '5'))],
    });
    await expect(open(impostor)).rejects.toMatchObject({ error: 'wamp.error.authentication_failed' });
    await session.leave();
  });

  test('is not let in as somebody who is not known', async () => {
    const session = new ApplicationSession({ authenticators: [anonymousAuth()] });
    await expect(open(session)).rejects.toMatchObject({ error: 'wamp.error.authentication_failed' });
  });
});

describe('Autobahn|JS', () => {
  test.each(METHODS)('proves that it is $authid by $method', async ({ authid, method }) => {
    const answer = (secret: string) => (_session: unknown, _method: string, extra: Record<string, never>) => {
      if (method === 'ticket') return secret;
      const { challenge, salt, iterations, keylen } = extra;
      const key = salt === undefined ? secret : autobahn.auth_cra.derive_key(secret, salt, iterations, keylen);
      return autobahn.auth_cra.sign(key, challenge!);
    };
    const proof = { authid, authmethods: [method], onchallenge: answer('secret') };
    const client = await openAutobahn(server.url, 'realm1', 'json', proof);
    expect(client.details).toMatchObject({ authid, authrole: 'user', authmethod: method });
    await client.close();
    const guess = openAutobahn(server.url, 'realm1', 'json', { ...proof, onchallenge: answer('guessed') });
    await expect(guess).rejects.toMatchObject({ reason: 'wamp.error.authentication_failed' });
  });

  test('proves who it is by its key (cryptosign)', async () => {
    const proof = (privateKey: string) => {
      const pubkey = cryptosignPublicKey(privateKey);
      const pair = { secretKey: Uint8Array.from(Buffer.from(privateKey + pubkey, 'hex')) };
      return {
        authid: 'key',
        authmethods: ['cryptosign'],
        authextra: { pubkey, channel_binding: null },
        onchallenge: (_session: unknown, _method: string, extra: object) =>
          autobahn.auth_cryptosign.sign_challenge(pair, extra),
      };
    };
    const client = await openAutobahn(server.url, 'realm1', 'cbor', proof(PRIVATE_KEY));
    expect(client.details).toMatchObject({ authid: 'key', authrole: 'user', authmethod: 'cryptosign' });
    await client.close();
    const impostor = openAutobahn(server.url, 'realm1', 'cbor', proof(PRIVATE_KEY.replace('4', '5')));
    await expect(impostor).rejects.toMatchObject({ reason: 'wamp.error.authentication_failed' });
  });
});

test.skipIf(noPython !== null)(`Autobahn|Python proves who it is (${noPython ?? 'installed'})`, async () => {
  const python = await openPython(server.url, [
    'realm1:json:ticket:ticket:secret',
    'realm1:cbor:wampcra:cra:secret',
    'realm1:msgpack:wampcra:salted:secret',
    'realm1:json:wampcra:cra:guessed',
    `realm1:msgpack:cryptosign:key:${PRIVATE_KEY}`,
    `realm1:json:cryptosign:key:${PRIVATE_KEY.replace('4', '5')}`,
  ]);
  expect([...python.lines].sort()).toEqual([
    'joined realm1 cra user',
    'joined realm1 key user',
    'joined realm1 salted user',
    'joined realm1 ticket user',
    'left realm1 wamp.error.authentication_failed',
    'left realm1 wamp.error.authentication_failed',
  ]);
  await python.close();
});
