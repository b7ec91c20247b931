import { memoryPair } from '@ws/testkit';
import { TransportDetails } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { bytes, REQUEST, text } from '../harness.ts';
import { rawRequest, settle } from './support.ts';

const REQUEST_WITH_MORE = REQUEST.replace(
  '\r\n\r\n',
  '\r\nSec-WebSocket-Protocol: a, b\r\nOrigin: http://x.example\r\n\r\n',
);

describe('an opening request', () => {
  test('says what the client asked', () => {
    const details = new TransportDetails({ peer: 'tcp4:127.0.0.1:5000' });
    const { acceptor, opening } = rawRequest({ request: REQUEST_WITH_MORE, details });
    expect(acceptor.requests).toEqual([opening]);
    expect(opening).toMatchObject({
      resource: '/chat',
      subprotocols: ['a', 'b'],
      origin: 'http://x.example',
      peer: 'tcp4:127.0.0.1:5000',
      transportDetails: details,
      isAnswered: false,
    });
    expect(opening.headers.host).toBe('server.example.com');
  });

  test('before it has come, cannot be looked at or answered', async () => {
    const { opening } = rawRequest({ request: '' });
    const early = { code: 'ERR_NOT_OPEN' };
    expect(() => opening.headers).toThrow(expect.objectContaining(early));
    expect([opening.peer, opening.resource]).toEqual(['<never connected>', '/']);
    await expect(opening.accept()).rejects.toMatchObject(early);
    await expect(opening.reject(403)).rejects.toMatchObject(early);
    expect(opening.isAnswered).toBe(false);
  });

  test('is accepted with a subprotocol and headers', async () => {
    const { opening, peer, flush } = rawRequest({ request: REQUEST_WITH_MORE });
    const accepted = opening.accept({ subprotocol: 'b', headers: { 'X-A': 'y' } });
    const transport = await accepted;
    flush();
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 101 [\s\S]*X-A: y\r\n[\s\S]*Sec-WebSocket-Protocol: b\r\n/i);
    expect([transport.state, transport.subprotocol, transport.extensions]).toEqual(['open', 'b', '']);
  });

  test.each([
    { name: 'a subprotocol that was not proposed', options: { subprotocol: 'c' }, error: RangeError },
    { name: 'a header that breaks the grammar', options: { headers: { a: 'b\r\nc' } }, error: RangeError },
    { name: 'a header that is none', options: { headers: { a: 7 as never } }, error: TypeError },
  ])('$name leaves it unanswered', async ({ options, error }) => {
    const { opening } = rawRequest({ request: REQUEST_WITH_MORE });
    await expect(opening.accept(options)).rejects.toThrow(error);
    expect(opening.isAnswered).toBe(false);
    expect((await opening.accept()).state).toBe('open');
  });

  test('is answered once', async () => {
    const { opening } = rawRequest();
    await opening.accept();
    await expect(opening.accept()).rejects.toThrow(TypeError);
    await expect(opening.reject(403)).rejects.toThrow(TypeError);
  });

  test('is rejected with status, headers and body', async () => {
    const { acceptor, opening, peer, flush, end } = rawRequest();
    let isOver = false;
    const rejected = opening.reject(403, { headers: { 'X-Why': 'because' }, body: 'not you' }).then(() => {
      isOver = true;
    });
    await settle();
    flush();
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 403 [\s\S]*X-Why: because\r\n[\s\S]*\r\n\r\nnot you$/i);
    expect([isOver, acceptor.connectionCount]).toEqual([false, 1]);
    end();
    await rejected;
    expect(acceptor.connectionCount).toBe(0);
    expect(acceptor.failures).toEqual([expect.objectContaining({ code: 'ERR_DENIED', status: 403 })]);
  });

  test('a body may be bytes', async () => {
    const { opening, peer, flush, end } = rawRequest();
    const rejected = opening.reject(503, { body: bytes('raw') });
    await settle();
    flush();
    end();
    await rejected;
    expect(peer.takeText()).toMatch(/\r\n\r\nraw$/);
  });

  test.each([
    { status: 200, options: {}, error: RangeError },
    { status: 600, options: {}, error: RangeError },
    { status: 403.5, options: {}, error: RangeError },
    { status: 403, options: { body: 7 as never }, error: TypeError },
    { status: 403, options: { headers: { a: '\n' } }, error: RangeError },
  ])('$status with $options cannot be the answer, and leaves it unanswered', async ({ status, options, error }) => {
    const { opening } = rawRequest();
    await expect(opening.reject(status, options)).rejects.toThrow(error);
    expect(opening.isAnswered).toBe(false);
  });

  test('of a client that has left cannot be accepted', async () => {
    const { acceptor, opening, pair, flush } = rawRequest();
    const ended = { code: 'ERR_HANDSHAKE_ENDED' };
    pair.b.destroy();
    flush();
    await expect(opening.accept()).rejects.toMatchObject(ended);
    expect(acceptor.failures).toEqual([expect.objectContaining(ended)]);
  });

  test('of a client that leaves while it is accepted is not', async () => {
    const { opening, pair, flush, acceptor } = rawRequest();
    const accepted = opening.accept();
    pair.b.destroy();
    flush();
    await expect(accepted).rejects.toMatchObject({ code: 'ERR_HANDSHAKE_ENDED' });
    expect(acceptor.connectionCount).toBe(0);
  });

  test('dropped, ends at once', async () => {
    const { opening, peer, flush } = rawRequest();
    opening.drop();
    flush();
    await opening.whenGone;
    expect([peer.isClosed, peer.takeText()]).toEqual([true, '']);
  });

  test('to a server that goes away gets a 503; an open connection gets a Close frame', async () => {
    const { opening, peer, flush, acceptor } = rawRequest();
    expect(() => opening.goAway(1005)).toThrow(RangeError);
    opening.goAway();
    const accepted = opening.accept();
    await expect(accepted).rejects.toMatchObject({ code: 'ERR_TOO_MANY_CONNECTIONS', status: 503 });
    flush();
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 503 /);
    expect(acceptor.failures).toHaveLength(1);
    const other = rawRequest();
    await other.open();
    other.opening.goAway(1012, 'again');
    other.flush();
    expect(other.peer.takeHex()).toBe('88 07 03 f4 61 67 61 69 6e');
  });

  test('nothing happens to one that has no stream', () => {
    const { acceptor } = rawRequest();
    const other = acceptor.buildProtocol();
    other.dropConnection();
    other.goAway();
    expect(other.isGoingAway).toBe(true);
  });

  test('has one stream', () => {
    const { opening } = rawRequest();
    expect(() => opening.attach(memoryPair().a)).toThrow(expect.objectContaining({ code: 'ERR_ALREADY_ATTACHED' }));
  });

  test('may come from an HTTP server', async () => {
    const { acceptor } = rawRequest();
    const pair = memoryPair({ manual: true });
    const opening = acceptor.buildProtocol();
    const rawHeaders = REQUEST.split('\r\n')
      .slice(1, -2)
      .flatMap(line => line.split(': '));
    opening.attachUpgraded(pair.a, null, { method: 'GET', target: '/up', version: '1.1', rawHeaders });
    expect([acceptor.requests.at(-1), opening.resource]).toEqual([opening, '/up']);
    const transport = await opening.accept();
    expect(transport.state).toBe('open');
  });

  test('that is none, but asks for a Flash policy, is served', () => {
    const { peer, acceptor } = rawRequest({
      options: { serveFlashSocketPolicy: true },
      request: '<policy-file-request/>\0',
    });
    expect(text(peer.take())).toContain('<cross-domain-policy>');
    expect(acceptor.requests).toEqual([]);
  });

  test('its failure needs no listener', () => {
    const { acceptor, opening, flush } = rawRequest();
    Object.assign(acceptor.failures, { push: () => 0 });
    opening.drop();
    flush();
    expect(acceptor.connectionCount).toBe(0);
  });
});
