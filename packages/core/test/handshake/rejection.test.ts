import { describe, expect, test } from 'vitest';
import { formatRejection } from '../../src/handshake/rejection.ts';
import { text } from './support.ts';

describe('formatRejection', () => {
  test('says that there is no body and that the connection ends', () => {
    expect(text(formatRejection({ status: 400, reason: 'bad' }))).toBe(
      'HTTP/1.1 400 bad\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
  });

  test.each([
    [404, undefined, '404 Not Found'],
    [404, null, '404 Not Found'],
    [599, null, '599 Server Error'],
    [200, null, '200 OK'],
    [199, null, '500 Internal Server Error'],
    [101, null, '500 Internal Server Error'],
    [600, null, '500 Internal Server Error'],
    [403.5, null, '500 Internal Server Error'],
    [403, 'x\r\nSet-Cookie: y\0é€', '403 x  Set-Cookie: y é '],
  ])('writes %s and %j as %j', (status, reason, line) => {
    expect(text(formatRejection({ status, reason })).split('\r\n')[0]).toBe(`HTTP/1.1 ${line}`);
  });

  test('writes server, headers and a text', () => {
    const bytes = formatRejection({ status: 401, server: 's', headers: { A: ['b', 'c'] }, body: 'é!' });
    expect(text(bytes)).toBe(
      'HTTP/1.1 401 Unauthorized\r\nServer: s\r\nA: b\r\nA: c\r\nContent-Type: text/plain; charset=utf-8\r\n' +
        'Content-Length: 3\r\nConnection: close\r\n\r\n\xc3\xa9!',
    );
  });

  test('keeps the type that the headers name, and bytes have none', () => {
    const typed = text(formatRejection({ status: 400, headers: { 'content-type': 'text/html' }, body: 'x' }));
    expect(typed).toContain('content-type: text/html\r\nContent-Length: 1');
    expect(text(formatRejection({ status: 400, server: '', body: new Uint8Array([65]) }))).toBe(
      'HTTP/1.1 400 Bad Request\r\nContent-Length: 1\r\nConnection: close\r\n\r\nA',
    );
  });

  test('frames the message itself, whatever the headers say', () => {
    const headers = { connection: 'keep-alive', 'CONTENT-LENGTH': '99', 'Transfer-Encoding': 'chunked' };
    expect(text(formatRejection({ status: 400, reason: '', headers }))).toBe(
      'HTTP/1.1 400 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
  });

  test.each([{ 'a b': 'c' }, { a: 'b\r\nc: d' }, { a: ['b', 'c\0'] }])('rejects %j', headers => {
    expect(() => formatRejection({ status: 400, headers })).toThrow(RangeError);
  });

  test('rejects a server text with a line end', () => {
    expect(() => formatRejection({ status: 400, server: 'a\r\nb: c' })).toThrow(RangeError);
  });
});
