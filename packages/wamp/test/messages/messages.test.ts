import { describe, expect, test } from 'vitest';
import { Goodbye, Publish, Result } from '../../src/index.ts';
import { parseMessage } from '../../src/messages/message-types.ts';
import { createTransportSerializer } from '../../src/serializers/all.ts';
import { SAMPLES } from '../support/samples.ts';

const bytes = Uint8Array.from([1]);

describe('every message', () => {
  test.each(Object.entries(SAMPLES))('%s: is what it was made of, and has a class of its own', (_name, raw) => {
    const message = parseMessage(raw);
    expect(message.messageType).toBe(raw[0]);
    const expected = raw[0] === 68 && raw.length === 6 ? raw.slice(0, 5) : raw;
    expect(message.marshal()).toEqual(expected);
  });

  test('refuses a part of another type, and another number of parts', () => {
    for (const [name, raw] of Object.entries(SAMPLES)) {
      for (let at = 1; at < raw.length; at++) {
        // No part of any message may be a fraction.
        const wrong = raw.with(at, 1.5);
        expect(() => parseMessage(wrong), `${name}, ${at}`).toThrow(
          expect.objectContaining({ name: expect.stringMatching(/Error$/) }),
        );
      }
      expect(() => parseMessage([...raw, {}, {}, {}]), name).toThrow();
      expect(() => parseMessage(raw.slice(0, 1)), name).toThrow('elements');
    }
  });
});

const REFUSED: [raw: unknown[], error: string][] = [
  [[1, 'x', { roles: { caller: {} } }], 'HELLO.Realm is no name of a realm'],
  [[1, 'realm1', {}], 'HELLO.Details.roles must be a dictionary'],
  [[1, 'realm1', { roles: {} }], 'HELLO.Details.roles must not be empty'],
  [[1, 'realm1', { roles: { broker: {} } }], 'there is no role "broker"'],
  [[1, 'realm1', { roles: { caller: { features: { x: 1 } } } }], 'features.x must be a boolean or null'],
  [[1, 'realm1', { roles: { caller: {} }, 'resume-session': 1 }], 'resume-session without resume-token'],
  [[1, 'realm1', { roles: { caller: {} }, authmethods: [1] }], 'authmethods must be a list of strings'],
  [[2, true, { roles: { broker: {} } }], 'WELCOME.Session must be an integer'],
  [[2, 2 ** 53 + 2, { roles: { broker: {} } }], 'WELCOME.Session must be an integer'],
  [[2, 1, { roles: { caller: {} } }], 'there is no role "caller"'],
  [[3, {}, 'not a uri'], 'ABORT.Reason is no URI'],
  [[8, 49, 1, {}, 'a.b'], 'ERROR.RequestType is not that of a request'],
  [[16, -1, {}, 'a.b'], 'PUBLISH.Request must be an integer'],
  [[16, 1, [], 'a.b'], 'PUBLISH.Options must be a dictionary'],
  [[16, 1, { exclude: [1, 'a'] }, 'a.b'], 'PUBLISH.Options.exclude must be a list of ids'],
  [[16, 1, {}, 'a..b'], 'PUBLISH.Topic is no URI'],
  [[16, 1, {}, 'a.b', {}], 'PUBLISH.Arguments must be a list'],
  [[16, 1, {}, 'a.b', [], []], 'PUBLISH.ArgumentsKw must be a dictionary'],
  [[16, 1, {}, 'a.b', bytes, {}], 'nothing may follow a transparent payload'],
  [[16, 1, { enc_algo: 'rot13' }, 'a.b', bytes], 'PUBLISH.Options.enc_algo must be one of'],
  [[36, 1, 2, {}, 'text'], 'EVENT.Arguments must be a list'],
  [[32, 1, { match: 'fuzzy' }, 'a.b'], 'SUBSCRIBE.Options.match must be one of'],
  [[32, 1, { match: 'prefix' }, 'a..b'], 'SUBSCRIBE.Topic is no URI'],
  [[48, 1, { timeout: -1 }, 'a.b'], 'CALL.Options.timeout must be an integer of 0 or more'],
  [[48, 1, { forward_for: [{ session: 1 }] }, 'a.b'], 'forward_for must be a list of'],
  [[49, 1, { mode: 'abort' }], 'CANCEL.Options.mode must be one of'],
  [[64, 1, { invoke: 'all' }, 'a.b'], 'REGISTER.Options.invoke must be one of'],
  [[64, 1, { concurrency: 0 }, 'a.b'], 'REGISTER.Options.concurrency must be an integer above 0'],
  [[69, 1, { reason: 'a b' }], 'INTERRUPT.Options.reason must be a URI'],
  [[32, 1, {}], 'SUBSCRIBE has 4 elements, not 3'],
  [[32, 1, {}, 'a.b', {}], 'SUBSCRIBE has 4 elements, not 5'],
  [[32, -1, {}, 'a.b'], 'SUBSCRIBE.Request must be'],
  [[32, 1, {}, 'a b'], 'SUBSCRIBE.Topic is no URI'],
  [[33, 1, 2, {}], 'SUBSCRIBED has 3 elements, not 4'],
  [[33, 1, -2], 'SUBSCRIBED.Subscription must be'],
  [[34, 1, 2, {}, {}], 'UNSUBSCRIBE has 3 to 4 elements, not 5'],
  [[34, 1, -2], 'UNSUBSCRIBE.Subscription must be'],
  [[34, 1, 2, []], 'UNSUBSCRIBE.Options must be a dictionary'],
  [[35, 0, {}, {}], 'UNSUBSCRIBED has 2 to 3 elements, not 4'],
  [[35, 0, { subscription: -1 }], 'UNSUBSCRIBED.Details.subscription must be'],
  [[64, 1, {}], 'REGISTER has 4 elements, not 3'],
  [[64, 1, {}, 'a.b', {}], 'REGISTER has 4 elements, not 5'],
  [[64, -1, {}, 'a.b'], 'REGISTER.Request must be'],
  [[64, 1, {}, 'a b'], 'REGISTER.Procedure is no URI'],
  [[65, 1, 2, {}], 'REGISTERED has 3 elements, not 4'],
  [[65, 1, -2], 'REGISTERED.Registration must be'],
  [[66, 1, 2, {}, {}], 'UNREGISTER has 3 to 4 elements, not 5'],
  [[66, 1, -2], 'UNREGISTER.Registration must be'],
  [[66, 1, 2, []], 'UNREGISTER.Options must be a dictionary'],
  [[67, 0, {}, {}], 'UNREGISTERED has 2 to 3 elements, not 4'],
  [[67, 0, { registration: -1 }], 'UNREGISTERED.Details.registration must be'],
];

test.each(REFUSED)('%j is refused', (raw, error) => {
  expect(() => parseMessage(raw)).toThrow(error);
});

describe('what is taken', () => {
  test('keys that nobody knows are dropped, those of the router’s own are kept, null stands for nothing', () => {
    const welcome = parseMessage([2, 1, { roles: { broker: {} }, x_own: 1, other: 2, authid: null, resumed: null }]);
    expect(welcome.marshal()).toEqual([2, 1, { roles: { broker: {} }, x_own: 1, authid: null }]);
    expect(parseMessage([32, 1, { match: undefined }, 'a.b']).marshal()).toEqual([32, 1, {}, 'a.b']);
  });

  test.each([
    { match: 'wildcard', topic: 'a..b' },
    { match: 'wildcard', topic: '' },
    { match: 'prefix', topic: 'a.b.' },
    { match: 'exact', topic: 'a.b-c!é' },
  ])('a pattern may have empty parts: $match $topic', ({ match, topic }) => {
    expect(parseMessage([32, 1, { match }, topic])).toMatchObject({ topic });
  });

  test('null in the place of the arguments, where keyword arguments follow', () => {
    expect(parseMessage([50, 1, {}, null, { a: 1 }])).toMatchObject({ args: null, kwargs: { a: 1 } });
  });

  test('a transparent payload, of bytes or of text', () => {
    for (const payload of [bytes, 'text']) {
      expect(parseMessage([48, 1, { enc_algo: 'x_own' }, 'a.b', payload])).toMatchObject({ payload });
    }
    expect(parseMessage([48, 1, {}, 'a.b', ['x']])).toMatchObject({ payload: null });
  });
});

describe('what is written', () => {
  test('empty arguments are left out; keyword arguments alone have an empty list before them', () => {
    expect(new Publish(1, {}, 'a.b', [], {}).marshal()).toEqual([16, 1, {}, 'a.b']);
    expect(new Result(1, {}, null, { a: 1 }).marshal()).toEqual([50, 1, {}, [], { a: 1 }]);
    expect(new Goodbye().marshal()).toEqual([6, {}, 'wamp.close.normal']);
  });

  test('is kept for the next time, for each serializer, until it is forgotten', () => {
    const serializers = ['json', 'cbor', 'msgpack'].map(createTransportSerializer);
    const message = new Publish(1, {}, 'a.b');
    const first = serializers.map(each => each.serialize(message));
    expect(serializers.map((each, i) => each.serialize(message) === first[i])).toEqual([true, true, true]);
    expect(serializers[0]!.copy().serialize(message)).toBe(first[0]);
    message.uncache();
    expect(serializers[0]!.serialize(message)).not.toBe(first[0]);
    expect(serializers[0]!.serialize(message)).toEqual(first[0]);
  });
});
