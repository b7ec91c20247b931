import { ticketChallenge } from '@ws/wamp';
import { deriveKey, wampCraChallenge } from '@ws/wamp/wampcra';
import { afterEach, expect, test } from 'vitest';
import { Wampy } from 'wampy';
import { CborSerializer } from 'wampy/CborSerializer.js';
import { JsonSerializer } from 'wampy/JsonSerializer.js';
import { MsgpackSerializer } from 'wampy/MsgpackSerializer.js';
import * as wampcra from 'wampy/wampcra.js';
import { WebSocket } from 'ws';
import { type RouterServer, serveRouter } from './support/server.ts';

let server: RouterServer | null = null;
afterEach(async () => server?.close());

/** A client that has joined. */
async function open(options: object): Promise<Wampy> {
  const client = new Wampy(server!.url, { realm: 'realm1', ws: WebSocket, maxRetries: 0, ...options } as never);
  await client.connect();
  return client;
}

test.each([
  { name: 'JSON', first: new JsonSerializer(), second: new MsgpackSerializer() },
  { name: 'MessagePack', first: new MsgpackSerializer(), second: new CborSerializer() },
  { name: 'CBOR', first: new CborSerializer(), second: new JsonSerializer() },
])('wampy calls, registers, publishes and subscribes: $name and another', async ({ first, second }) => {
  server = await serveRouter({ realms: ['realm1'] });
  const [one, two] = [await open({ serializer: first }), await open({ serializer: second })];
  await one.register('com.add', ({ argsList = [] }) => ({
    argsList: [(argsList[0] as number) + (argsList[1] as number)],
  }));
  expect(await two.call('com.add', [2, 3])).toMatchObject({ argsList: [5] });
  await expect(two.call('com.nobody')).rejects.toMatchObject({ errorUri: 'wamp.error.no_such_procedure' });

  const heard = new Promise(resolve => {
    one
      .subscribe('com.news', ({ argsDict, details }) => resolve([argsDict, details.topic]), { match: 'prefix' })
      .then(() => two.publish('com.news.today', { argsDict: { a: 1 } }));
  });
  expect(await heard).toEqual([{ a: 1 }, 'com.news.today']);

  await one.register('com.slow', async ({ result_handler }) => {
    for (const step of [1, 2]) result_handler({ argsList: [step], options: { progress: true } });
    return { argsList: ['done'] };
  });
  const steps: unknown[] = [];
  const result = await two.call('com.slow', null, { progress_callback: ({ argsList }) => void steps.push(argsList) });
  expect([steps, result.argsList]).toEqual([[[1], [2]], ['done']]);
  await Promise.all([one.disconnect(), two.disconnect()]);
});

test('wampy proves who it is by a ticket, and by WAMP-CRA, salted or not', async () => {
  const salted = { salt: 'pepper', iterations: 10, keylen: 16 };
  server = await serveRouter({
    realms: ['realm1'],
    authenticate: request => {
      const grant = { authid: request.authid ?? '', authrole: 'user' };
      if (request.authid === 'ticket') return ticketChallenge({ ...grant, ticket: 'secret' });
      if (request.authid === 'cra') return wampCraChallenge(request, { ...grant, secret: 'secret' });
      return wampCraChallenge(request, { ...grant, ...salted, secret: deriveKey('secret', salted) });
    },
  });
  for (const authid of ['ticket', 'cra', 'salted']) {
    const isTicket = authid === 'ticket';
    const onChallenge = isTicket ? () => 'secret' : wampcra.sign('secret');
    const client = await open({ authid, authmethods: [isTicket ? 'ticket' : 'wampcra'], onChallenge });
    expect(server.router.sessions('realm1')).toMatchObject([{ authid, authrole: 'user' }]);
    await client.disconnect();
    await expect(
      open({ authid, authmethods: [isTicket ? 'ticket' : 'wampcra'], onChallenge: () => 'wrong' }),
    ).rejects.toThrow();
  }
});
