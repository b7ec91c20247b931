import { describe, expect, test } from 'vitest';
import { HandshakeError } from '../../src/errors/handshake-error.ts';
import { checkConnectResponse, formatConnectRequest } from '../../src/handshake/proxy-connect.ts';
import { response, text, thrown } from './support.ts';

describe('formatConnectRequest', () => {
  test('asks for host and port (RFC 9110, 9.3.6)', () => {
    expect(text(formatConnectRequest({ host: 'example.com', port: 443 }))).toBe(
      'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n',
    );
    expect(text(formatConnectRequest({ host: '::1', port: 80 }))).toContain(
      'CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80',
    );
  });

  test('names the user in UTF-8 (RFC 7617), and adds headers', () => {
    const bytes = formatConnectRequest({
      host: 'h',
      port: 1,
      username: 'test',
      password: '123£',
      headers: { A: 'b\xe9' },
    });
    expect(text(bytes)).toBe(
      'CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\nProxy-Authorization: Basic dGVzdDoxMjPCow==\r\nA: b\xe9\r\n\r\n',
    );
    expect(text(formatConnectRequest({ host: 'h', port: 1, username: 'a' }))).toContain('Basic YTo=\r\n');
  });

  test.each([
    { host: 'a\r\nb', port: 80 },
    { host: 'a b', port: 80 },
    { host: 'a', port: 80, headers: { b: 'c\r\nd: e' } },
    { host: 'a', port: 80, headers: { b: '\u0100' } },
    { host: 'a', port: 80, username: 'b:c' },
    { host: 'a', port: 80, username: 'b\n' },
    { host: 'a', port: 80, username: 'b', password: '\0' },
  ])('rejects %j', target => {
    expect(() => formatConnectRequest(target)).toThrow(RangeError);
  });
});

describe('checkConnectResponse', () => {
  test.each(['HTTP/1.1 200 OK', 'HTTP/1.0 200 Connection established', 'HTTP/1.1 299 '])('accepts %s', line => {
    expect(checkConnectResponse(response(line, 'Content-Length: 9', 'Via: Montr\xe9al'))).toBe(undefined);
  });

  test.each([
    ['HTTP/1.1 407 Who?', 'ERR_PROXY_AUTHENTICATION', 407],
    ['HTTP/1.1 302 Found', 'ERR_PROXY', 302],
    ['HTTP/1.1 101 X', 'ERR_PROXY', 101],
    ['HTTP/2.0 200 OK', 'ERR_PROXY', 200],
  ])('fails for %s', (line, code, status) => {
    const error = thrown(() => checkConnectResponse(response(line, 'Proxy-Authenticate: Basic')));
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ code, status, headers: { 'proxy-authenticate': 'Basic' } });
    expect((error as Error).message).toContain(`${status}`);
  });
});
