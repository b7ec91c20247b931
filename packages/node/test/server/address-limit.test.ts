import { describe, expect, test } from 'vitest';
import { AddressLimit, addressOf, networkOf } from '../../src/server/address-limit.ts';

describe('AddressLimit', () => {
  test('counts who is in, with or without room, until they leave', () => {
    const limit = new AddressLimit(2);
    const connections = Array.from({ length: 4 }, () => ({}));
    const enter = (at: number): boolean => limit.enter(connections[at]!, '192.0.2.1');
    expect([enter(0), enter(1), enter(2)]).toEqual([true, true, false]);
    limit.leave(connections[0]!);
    expect(enter(3)).toBe(false);
    for (const connection of connections) limit.leave(connection);
    limit.leave(connections[0]!);
    expect([enter(0), enter(1), enter(2)]).toEqual([true, true, false]);
    expect(limit.enter({}, '192.0.2.2')).toBe(true);
  });
  test('has nothing to say of who has no address', () => {
    const limit = new AddressLimit(1);
    expect([1, 2, 3].map(() => limit.enter({}, undefined))).toEqual([true, true, true]);
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1:2%eth0', 'fe80:0:0:0::/64'],
])('what has %s is %s (RFC 4291, 2.2)', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each([
  ['tcp4:192.0.2.1:5555', '192.0.2.1'],
  ['tcp6:2001:db8::1:5555', '2001:db8::1'],
  ['unix', undefined],
  ['unknown', undefined],
])('the address of %s is %s', (peer, address) => {
  expect(addressOf(peer)).toBe(address);
});
