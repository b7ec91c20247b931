// A router's end of one connection, whose client is the test.

import { describe, expect, test } from 'vitest';
import {
  Authenticate,
  type AuthenticateHook,
  type AuthGrant,
  createRouter,
  ErrorUri,
  Hello,
  Publish,
  type RouterOptions,
} from '../../src/index.ts';
import { Line } from '../support/line.ts';
import { settle } from '../support/network.ts';

const HELLO = new Hello('realm1', { roles: { publisher: {} }, authmethods: ['ticket'] });
const [ABORT, WELCOME, CHALLENGE, PUBLISHED] = [3, 2, 4, 17];

/** A session of a router, on a line of which the test has the other end. */
function connected(options: Partial<RouterOptions>) {
  const router = createRouter({ realms: ['realm1'], ...options });
  const session = router.createSession();
  const line = new Line();
  session.onOpen(line);
  return { router, session, line };
}

/** Challenges everybody, and writes down what it is answered. */
function challenging(verify: (signature: string) => AuthGrant | null | Promise<AuthGrant | null>) {
  const verified: string[] = [];
  const authenticate: AuthenticateHook = () => ({
    method: 'ticket',
    verify: signature => {
      verified.push(signature);
      return verify(signature);
    },
  });
  return { verified, authenticate };
}

describe('a challenge', () => {
  test.each([
    ['after WELCOME', true],
    ['in the same batch', false],
  ])('is answered once: a second AUTHENTICATE %s breaks the protocol', async (_name, isLater) => {
    const { verified, authenticate } = challenging(async () => ({ authid: 'joe' }));
    const { session, line, router } = connected({ authenticate });
    session.onMessage(HELLO);
    await settle();
    expect(line.takeCodes()).toEqual([CHALLENGE]);
    session.onMessage(new Authenticate('first'));
    if (isLater) await settle();
    session.onMessage(new Authenticate('second'));
    await settle();
    expect(verified).toEqual(['first']);
    expect(line.takeCodes()).toEqual([WELCOME, ABORT]);
    expect(line.failures).toMatchObject([{ message: expect.stringContaining('may not come now') }]);
    expect(router.sessions('realm1')).toEqual([]);
  });

  test('that was answered wrongly is not answered again', async () => {
    const { verified, authenticate } = challenging(signature => (signature === 'right' ? {} : null));
    const { session, line, router } = connected({ authenticate });
    session.onMessage(HELLO);
    await settle();
    session.onMessage(new Authenticate('wrong'));
    session.onMessage(new Authenticate('right'));
    await settle();
    expect(verified).toEqual(['wrong']);
    const [challenge, refusal] = line.take();
    expect(challenge).toMatchObject({ messageType: CHALLENGE });
    expect(refusal).toMatchObject({ messageType: ABORT, reason: ErrorUri.authenticationFailed });
    expect(router.sessions('realm1')).toEqual([]);
  });

  test('is not answered by who has not been given one', async () => {
    const { verified, authenticate } = challenging(() => ({}));
    const { session, line } = connected({ authenticate });
    session.onMessage(new Authenticate('early'));
    await settle();
    expect(verified).toEqual([]);
    expect(line.takeCodes()).toEqual([ABORT]);
    expect(line.failures).toHaveLength(1);
  });
});

describe('while a hook decides, the transport is not read', () => {
  test('authenticate, and verify', async () => {
    const decisions: (() => void)[] = [];
    const decided = (): Promise<void> => new Promise(resolve => void decisions.push(resolve));
    const { session, line } = connected({
      authenticate: async () => {
        await decided();
        return { method: 'ticket', verify: () => decided().then(() => ({})) };
      },
    });
    session.onMessage(HELLO);
    await settle();
    expect(line.asked).toEqual(['pause']);
    decisions[0]!();
    await settle();
    expect(line.asked).toEqual(['pause', 'resume']);
    session.onMessage(new Authenticate('ticket'));
    await settle();
    expect(line.asked).toEqual(['pause', 'resume', 'pause']);
    decisions[1]!();
    await settle();
    expect([line.asked, line.takeCodes()]).toEqual([
      ['pause', 'resume', 'pause', 'resume'],
      [CHALLENGE, WELCOME],
    ]);
  });

  test('authorize, and it is read again when nothing waits any more', async () => {
    const decisions: (() => void)[] = [];
    const { session, line } = connected({
      authorize: () => new Promise<boolean>(resolve => void decisions.push(() => resolve(true))),
    });
    session.onMessage(HELLO);
    await settle();
    line.asked.length = 0;
    line.take();
    // The second came in one batch with the first.
    for (const request of [1, 2]) session.onMessage(new Publish(request, { acknowledge: true }, 'com.topic'));
    await settle();
    expect([line.asked, line.takeCodes()]).toEqual([['pause'], []]);
    decisions[0]!();
    await settle();
    expect(line.takeCodes()).toEqual([PUBLISHED]);
    expect(line.asked).not.toContain('resume');
    decisions[1]!();
    await settle();
    expect([line.asked.at(-1), line.takeCodes()]).toEqual(['resume', [PUBLISHED]]);
  });
});
