import { memoryPair } from '@ws/testkit';
import { TransportDetails } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { acceptOver } from '../src/accept-over.ts';
import { connectOver } from '../src/connect-over.ts';
import { Endpoint, parseEndpoint } from '../src/endpoint.ts';
import { openPair } from './support/pair.ts';

describe('Endpoint (1, 2 of the tests of trio-websocket)', () => {
  test.each([
    ['10.105.0.2', 80, false, 'ws://10.105.0.2'],
    ['127.0.0.1', 8000, false, 'ws://127.0.0.1:8000'],
    ['0.0.0.0', 443, true, 'wss://0.0.0.0'],
    ['0.0.0.0', 443, false, 'ws://0.0.0.0:443'],
    ['0.0.0.0', 80, true, 'wss://0.0.0.0:80'],
    ['::1', 80, false, 'ws://[::1]'],
    ['::1', 8000, false, 'ws://[::1]:8000'],
    ['::', 443, true, 'wss://[::]'],
    ['/tmp/socket', null, false, 'ws://unix:/tmp/socket'],
  ])('%s, port %s, TLS %s is %s', (address, port, isSsl, url) => {
    const endpoint = new Endpoint(address, port, isSsl);
    expect(endpoint.url).toBe(url);
    expect(String(endpoint)).toBe(`Endpoint(address="${address}", port=${port}, isSsl=${isSsl})`);
  });

  test.each([
    ['tcp4:127.0.0.1:52914', '127.0.0.1', 52_914],
    ['tcp6:::1:80', '::1', 80],
    ['tcp:example.com:1', 'example.com', 1],
    ['unix:/tmp/socket', '/tmp/socket', null],
    ['process:1', 'process:1', null],
    [null, 'unknown', null],
  ])('is read from %s', (descriptor, address, port) => {
    expect(parseEndpoint(descriptor, false)).toEqual(new Endpoint(address, port, false));
  });
});

test('5: over a transport with TLS, all endpoints say so', async () => {
  const { a, b } = memoryPair();
  const detailsOf = (own: string, peer: string) => new TransportDetails({ own, peer, isSecure: true });
  const requested = acceptOver(a, { transportDetails: detailsOf('tcp4:10.0.0.1:443', 'tcp4:10.0.0.2:5000') });
  const connecting = connectOver(b, { transportDetails: detailsOf('tcp4:10.0.0.2:5000', 'tcp4:10.0.0.1:443') });
  const request = await requested;
  const server = await request.accept();
  const client = await connecting;
  const [here, there] = ['wss://10.0.0.1', 'wss://10.0.0.2:5000'];
  expect([request, server].map(({ local, remote }) => [local.url, remote.url])).toEqual(Array(2).fill([here, there]));
  expect([client.local.url, client.remote.url]).toEqual([there, here]);
});

test('8, 40: a transport that has no addresses has ends all the same', async () => {
  const { client, server } = await openPair();
  expect([client.local, server.local]).toEqual(Array(2).fill(new Endpoint('unknown', null, false)));
});
