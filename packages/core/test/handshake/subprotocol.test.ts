import { describe, expect, test } from 'vitest';
import { parseSubprotocols, selectSubprotocol } from '../../src/handshake/subprotocol.ts';
import { thrown } from './support.ts';

describe('parseSubprotocols', () => {
  test.each([
    [undefined, []],
    ['', []],
    ['chat', ['chat']],
    ['chat, superchat ,wamp.2.json', ['chat', 'superchat', 'wamp.2.json']],
    ['a,,b', ['a', 'b']],
    ['a, A', ['a', 'A']],
    ['__proto__, constructor', ['__proto__', 'constructor']],
  ])('reads %j (RFC 6455, 11.3.4)', (value, names) => {
    expect(parseSubprotocols(value)).toEqual(names);
  });

  test.each(['a, a', 'a b', 'a;b', '"a"', `b${' '.repeat(60_000)}x`])('rejects %.20j', value => {
    expect(thrown(() => parseSubprotocols(value))).toMatchObject({ code: 'ERR_SUBPROTOCOL', status: 400 });
  });
});

describe('selectSubprotocol', () => {
  test.each([
    [['a', 'b'], ['b', 'a'], 'a'],
    [['x', 'b'], ['b', 'a'], 'b'],
    [['x'], ['b'], null],
    [[], ['b'], null],
    [['A'], ['a'], null],
  ])('of %j and %j it is %j (RFC 6455, 4.2.2)', (offered, supported, expected) => {
    expect(selectSubprotocol(offered, supported)).toBe(expected);
  });
});
