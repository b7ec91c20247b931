// Who a session is: what a client claims counts when something has proven it, and everywhere in the same way.

import { describe, expect, test } from 'vitest';
import { type ApplicationSession, type AuthenticateHook, ticketAuth, ticketChallenge } from '../../src/index.ts';
import { createNetwork, type Network, settle } from '../support/network.ts';

const RANDOM_NAME = /^(?:[3-9A-Y]{4}-){3}[3-9A-Y]{4}$/;
const TICKET = { authenticators: [ticketAuth('open sesame')] };

const ROWS: { name: string; authenticate: AuthenticateHook | undefined; authid: unknown; authrole: string }[] = [
  {
    name: 'there is no hook',
    authenticate: undefined,
    authid: expect.stringMatching(RANDOM_NAME),
    authrole: 'anonymous',
  },
  {
    name: 'the hook names nobody',
    authenticate: () => ({ authrole: 'guest' }),
    authid: expect.stringMatching(RANDOM_NAME),
    authrole: 'guest',
  },
  {
    name: 'the hook says so too',
    authenticate: ({ authid }) => ({ authid: authid ?? 'nobody' }),
    authid: 'admin',
    authrole: 'anonymous',
  },
  { name: 'the hook names another', authenticate: () => ({ authid: 'joe' }), authid: 'joe', authrole: 'anonymous' },
  {
    name: 'a challenge was passed',
    authenticate: () => ticketChallenge({ ticket: 'open sesame', authrole: 'user' }),
    authid: 'admin',
    authrole: 'user',
  },
  {
    name: 'a challenge was passed that proves another',
    authenticate: () => ticketChallenge({ ticket: 'open sesame', authid: 'joe' }),
    authid: 'joe',
    authrole: 'anonymous',
  },
];

/** A session that says it is the administrator. */
function claiming(network: Network): Promise<ApplicationSession> {
  return network.client({ authid: 'admin', authrole: 'admin', ...TICKET });
}

describe.each(ROWS)('of a client that says it is admin, when $name', ({ authenticate, authid, authrole }) => {
  test('WELCOME, the realm and the meta procedures say the same', async () => {
    const network = createNetwork({ authenticate });
    const session = await claiming(network);
    const { session: id } = session.sessionDetails!;
    expect(session.sessionDetails).toMatchObject({ authid, authrole });
    expect(network.router.sessions('realm1')).toMatchObject([{ authid, authrole }]);
    expect(await session.call('wamp.session.get', [id])).toMatchObject({ authid, authrole });
    expect(await session.call('wamp.session.count', [['admin']])).toBe(0);
  });

  test('events and invocations say the same', async () => {
    const network = createNetwork({ authenticate });
    const [session, other] = [await claiming(network), await network.client({ authid: 'other', ...TICKET })];
    const said: unknown[] = [];
    await other.subscribe('com.t', (_args, _kwargs, details) => {
      said.push(details.publisherAuthid, details.publisherAuthrole);
    });
    await other.register(
      'com.p',
      (_args, _kwargs, details) => void said.push(details.callerAuthid, details.callerAuthrole),
    );
    await session.publish('com.t', null, null, { discloseMe: true, acknowledge: true });
    await session.call('com.p', null, null, { discloseMe: true });
    await settle();
    expect(said).toEqual([authid, authrole, authid, authrole]);
  });

  test('the lists of a publication go by it', async () => {
    const network = createNetwork({ authenticate });
    const [session, publisher] = [await claiming(network), await network.client({ authid: 'other', ...TICKET })];
    const heard: unknown[] = [];
    await session.subscribe('com.t', ([list]) => heard.push(list));
    const publish = { acknowledge: true, excludeMe: false };
    await publisher.publish('com.t', ['eligible'], null, { ...publish, eligibleAuthid: 'admin' });
    await publisher.publish('com.t', ['excluded'], null, { ...publish, excludeAuthid: 'admin' });
    await publisher.publish('com.t', ['role'], null, { ...publish, eligibleAuthrole: 'admin' });
    await settle();
    expect(heard).toEqual([authid === 'admin' ? 'eligible' : 'excluded']);
  });
});

test('a client that fails its challenge is nobody', async () => {
  const network = createNetwork({ authenticate: () => ticketChallenge({ ticket: 'another' }) });
  await expect(claiming(network)).rejects.toMatchObject({ error: 'wamp.error.authentication_failed' });
  expect(network.router.sessions('realm1')).toEqual([]);
});
