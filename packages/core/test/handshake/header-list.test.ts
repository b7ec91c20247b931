import { describe, expect, test } from 'vitest';
import { hasToken, parseList } from '../../src/handshake/header-list.ts';

describe('parseList', () => {
  test.each([
    ['', []],
    ['a', ['a']],
    [' a ,\tb,c ', ['a', 'b', 'c']],
    [',a,, ,b,', ['a', 'b']],
    ['\xa0a,b\xa0', ['\xa0a', 'b\xa0']],
  ])('reads %j (RFC 9110, 5.6.1)', (value, elements) => {
    expect(parseList(value)).toEqual(elements);
  });
});

describe('hasToken', () => {
  test.each([
    ['websocket', true],
    ['WebSocket', true],
    ['h2c, websocket', true],
    ['h2c,WEBSOCKET ,x', true],
    ['websocket2', false],
    ['web socket', false],
    ['\xa0websocket', false],
    ['x-websocket', false],
    ['', false],
    [undefined, false],
  ])('looks into %j', (value, expected) => {
    expect(hasToken(value, 'websocket')).toBe(expected);
  });
});
