import { describe, expect, test } from 'vitest';
import { createRequestHead } from '../../src/handshake/request-head.ts';
import { request, thrown } from './support.ts';

describe('RequestHeadParser', () => {
  test('reads the request line (RFC 9112, 3)', () => {
    const { method, target, version } = request('GET /a?b HTTP/1.1');
    expect({ method, target, version }).toEqual({ method: 'GET', target: '/a?b', version: 'HTTP/1.1' });
  });

  test('leaves methods and versions to the handshake', () => {
    expect(request('POST * HTTP/1.0')).toMatchObject({ method: 'POST', target: '*', version: 'HTTP/1.0' });
    expect(request('PRI * HTTP/2.0')).toMatchObject({ method: 'PRI', version: 'HTTP/2.0' });
  });

  test.each(['GET', 'GET /', 'GET / ', 'GET  / HTTP/1.1', ' GET / HTTP/1.1', 'GET / HTTP/1.1 ', 'GET /a b HTTP/1.1'])(
    'rejects %j',
    line => {
      expect(thrown(() => request(line))).toMatchObject({ code: 'ERR_HTTP_SYNTAX', status: 400 });
    },
  );

  test.each(['G(T / HTTP/1.1', 'GET\t/ HTTP/1.1', 'GET /\t HTTP/1.1'])('rejects %j', line => {
    expect(thrown(() => request(line))).toMatchObject({ code: 'ERR_HTTP_SYNTAX', status: 400 });
  });
});

describe('createRequestHead', () => {
  test('is what the parser makes of the same lines', () => {
    const raw = ['Host', 'h', 'X', ' 1\t', 'x', '2', 'Cookie', ' name=Zo\xeb\xa0 '];
    expect(createRequestHead('GET', '/a', 'HTTP/1.1', raw)).toEqual(
      request('GET /a HTTP/1.1', 'Host: h', 'X: 1', 'x: 2', 'Cookie: name=Zo\xeb\xa0'),
    );
  });

  test.each([
    ['a method', 'G T', '/', []],
    ['a target', 'GET', '/ x', []],
    ['an empty target', 'GET', '', []],
    ['a name', 'GET', '/', ['a b', 'c']],
    ['a target beyond ASCII', 'GET', '/\xe9', []],
    ['a name beyond ASCII', 'GET', '/', ['\xe9', 'c']],
    ['a value that no byte stands for', 'GET', '/', ['a', 'b\u0100', 'c', 'd']],
    ['a value with a control character', 'GET', '/', ['a', '\xe9\0']],
    ['a host beyond ASCII', 'GET', '/', ['host', '\xe9']],
    ['a subprotocol beyond ASCII', 'GET', '/', ['Sec-WebSocket-Protocol', '\xe9']],
    ['a line end', 'GET', '/', ['a', 'b\r\nc: d']],
  ])('holds %s to the grammar', (_, method, target, raw) => {
    const error = thrown(() => createRequestHead(method, target, 'HTTP/1.1', raw));
    expect(error).toMatchObject({ code: 'ERR_HTTP_SYNTAX', status: 400 });
  });
});
