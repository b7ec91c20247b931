import { expect, test } from 'vitest';
import { nearestName } from '../src/primitives.ts';

const names = ['maxFramePayloadSize', 'maxMessagePayloadSize', 'autoPingInterval', 'autoPingTimeout', 'versions'];

test.each([
  ['maxMessagePayloadsize', 'maxMessagePayloadSize'],
  ['maxMessageSize', null],
  ['maxFramePayload', 'maxFramePayloadSize'],
  ['autoPingTimeOut', 'autoPingTimeout'],
  ['autopinginterval', 'autoPingInterval'],
  ['version', 'versions'],
  ['frobnicate', null],
  ['', null],
  ['x', null],
])('%j is near to %j', (name, expected) => {
  expect(nearestName(name, names)).toBe(expected);
});

test('of several the nearest, of equals the first', () => {
  expect(nearestName('abcdef', ['abcxef', 'abcdex', 'xxcdef'])).toBe('abcxef');
  expect(nearestName('abcdef', ['xxcdef', 'abcxef'])).toBe('abcxef');
  expect(nearestName('abc', [])).toBeNull();
});
