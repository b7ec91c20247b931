import { memoryPair } from '@ws/testkit';
import { TransportDetails } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { openTransport } from '../../src/ports/engine-client.ts';
import { Connector } from '../../src/protocol/connector.ts';
import { acceptResponse, bytes, frame, joined, type Log, loggingListener, RawPeer, testPlatform } from '../harness.ts';
import { settle } from './support.ts';

function start(details: TransportDetails | null = null) {
  const platform = testPlatform();
  const connector = new Connector({ url: 'ws://localhost/chat', protocols: ['a'] }, platform);
  const pair = memoryPair({ manual: true });
  const peer = new RawPeer();
  const attempt = openTransport(connector, pair.a, details);
  attempt.opened.catch(() => {});
  pair.b.attach(peer);
  const flush = (): void => {
    do {
      pair.flush();
      platform.clock.flush();
    } while (pair.step());
  };
  flush();
  return { attempt, peer, pair, flush };
}

describe('a client that opens a transport', () => {
  test('has it with the response; what came with it waits for a listener', async () => {
    const { attempt, peer, pair, flush } = start(new TransportDetails({ peer: 'tcp4:127.0.0.1:80' }));
    const response = acceptResponse(peer.takeText(), 'Sec-WebSocket-Protocol: a\r\n');
    pair.b.write(joined(bytes(response), frame(1, 'first', { mask: null }), frame(8, '', { mask: null })));
    flush();
    await settle();
    const { transport, response: answer } = await attempt.opened;
    expect([transport.state, transport.subprotocol, answer.peer]).toEqual(['open', 'a', 'tcp4:127.0.0.1:80']);
    const log: Log = [];
    transport.setListener(loggingListener(log));
    expect(log).toEqual(['first', 'closing']);
  });

  test('rejects with what the server answered', async () => {
    const { attempt, pair, flush } = start();
    pair.b.write(bytes('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno'));
    flush();
    await expect(attempt.opened).rejects.toMatchObject({
      name: 'ConnectionRejected',
      statusCode: 404,
      body: bytes('no'),
    });
  });

  test('that is dropped within the body of a refusal has the refusal', async () => {
    const { attempt, peer, pair, flush } = start();
    pair.b.write(bytes('HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno'));
    flush();
    expect(attempt.drop()).toMatchObject({ statusCode: 404, body: bytes('no') });
    flush();
    await expect(attempt.opened).rejects.toMatchObject({ name: 'ConnectionRejected', body: bytes('no') });
    expect(peer.isClosed).toBe(true);
  });

  test('may be dropped', async () => {
    const { attempt, peer, flush } = start();
    expect(attempt.drop()).toBe(null);
    flush();
    await expect(attempt.opened).rejects.toMatchObject({ code: 'ERR_HANDSHAKE_ENDED' });
    expect(peer.isClosed).toBe(true);
  });
});
