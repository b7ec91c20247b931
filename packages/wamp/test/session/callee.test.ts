// The callee's side of calls, whose router is the test.

import { describe, expect, test } from 'vitest';
import { ApplicationSession, Invocation, Registered, Welcome } from '../../src/index.ts';
import { Line } from '../support/line.ts';
import { settle } from '../support/network.ts';

const [REGISTER, YIELD] = [64, 70];

/** A session that offers `com.p`, as registration 9. */
async function offering(endpoint: () => unknown): Promise<{ session: ApplicationSession; line: Line }> {
  const [session, line] = [new ApplicationSession(), new Line()];
  session.onOpen(line);
  session.onMessage(new Welcome(77, { roles: { broker: {}, dealer: {} } }));
  line.take();
  const registering = session.register('com.p', endpoint);
  expect(line.takeCodes()).toEqual([REGISTER]);
  session.onMessage(new Registered(1, 9));
  await registering;
  return { session, line };
}

describe('INVOCATION', () => {
  test('that comes twice runs once, and breaks the protocol', async () => {
    const answers: ((value: string) => void)[] = [];
    const { session, line } = await offering(() => new Promise(resolve => void answers.push(resolve)));
    session.onMessage(new Invocation(5, 9, {}));
    expect(() => session.onMessage(new Invocation(5, 9, {}))).toThrow('INVOCATION 5 came twice');
    expect(answers).toHaveLength(1);
    expect(line.takeCodes()).toEqual([]);
  });

  test('with another id runs beside the first', async () => {
    const answers: ((value: string) => void)[] = [];
    const { session, line } = await offering(() => new Promise(resolve => void answers.push(resolve)));
    for (const request of [5, 6]) session.onMessage(new Invocation(request, 9, {}));
    answers[1]!('second');
    answers[0]!('first');
    await settle();
    expect(line.take()).toMatchObject([
      { messageType: YIELD, request: 6, args: ['second'] },
      { messageType: YIELD, request: 5, args: ['first'] },
    ]);
  });
});
