// A router and two sessions, joined in memory. Over sockets: listenWS(server) and connectWS(client) of @ws/node.
import assert from 'node:assert/strict';
import { createMemoryAgent } from '@ws/testkit';
import * as wamp from '@ws/wamp';
import { CborSerializer } from '@ws/wamp/cbor';

const router = wamp.createRouter({
  realms: ['realm1'],
  authenticate: ({ authid }) => wamp.ticketChallenge({ ticket: `secret of ${authid}`, authrole: 'user' }),
  authorize: ({ authid }, action, uri) => action !== 'register' || uri.startsWith(`com.${authid}.`),
});
const options = { serializers: [new CborSerializer()] };
const server = new wamp.WampWebSocketServerFactory(() => router.createSession(), {}, options);
const agent = createMemoryAgent(server);

/** @param {string} authid */
async function join(authid) {
  const authenticators = [wamp.ticketAuth(`secret of ${authid}`)];
  const session = new wamp.ApplicationSession({ realm: 'realm1', authid, authenticators });
  await agent.open(new wamp.WampWebSocketClientFactory(session, { url: 'ws://localhost' }, options));
  await session.joined;
  return session;
}

const [ada, bob] = [await join('ada'), await join('bob')];
await ada.register('com.ada.add', ([a, b]) => Number(a) + Number(b));
assert.equal(await bob.call('com.ada.add', [2, 3]), 5);
await assert.rejects(
  bob.register('com.ada.steal', () => {}),
  { error: 'wamp.error.not_authorized' },
);

await ada.subscribe('com.news', (args, kwargs, { topic }) => ada.leave('com.heard', `${args} ${topic}`));
await bob.publish('com.news', ['rain'], { until: 17 });
assert.equal((await ada.left).reason, 'wamp.close.goodbye_and_out');
router.close();
