import { describe, expect, test } from 'vitest';
import { ResponseHeadParser } from '../../src/handshake/response-head.ts';
import { latin1, response, thrown } from './support.ts';

describe('ResponseHeadParser', () => {
  test.each([
    ['HTTP/1.1 101 Switching Protocols', 'HTTP/1.1', 101, 'Switching Protocols'],
    ['HTTP/1.1 101 ', 'HTTP/1.1', 101, ''],
    ['HTTP/1.1 200', 'HTTP/1.1', 200, ''],
    ['HTTP/1.0 404 No\xe9', 'HTTP/1.0', 404, 'No\xe9'],
    ['HTTP/1.1 404  Voil\xc3\xa0 ', 'HTTP/1.1', 404, 'Voil\xc3\xa0'],
  ])('reads %j (RFC 9112, 4)', (line, version, status, reason) => {
    expect(response(line, 'A: b')).toMatchObject({ version, status, reason, headers: { a: 'b' } });
  });

  test.each(['HTTP/1.1', 'HTTP/1.1 ', 'HTTP/1.1 1e2 x', 'HTTP/1.1 099', 'HTTP/1.1 1010', 'HTTP/11 101', 'ICY 200 OK'])(
    'rejects %j, without a status',
    line => {
      expect(thrown(() => response(line))).toMatchObject({ code: 'ERR_HTTP_SYNTAX', status: null });
    },
  );

  test('takes bytes beyond ASCII in a value, those of the first line and of interim responses too', () => {
    const head = response('HTTP/1.1 103 \xe9', 'Link: \xe9', '', 'HTTP/1.1 101 \xe9', 'Set-Cookie: name=Zo\xeb');
    expect({ ...head.headers }).toEqual({ 'set-cookie': 'name=Zo\xeb' });
  });

  test.each(['\xe9: a', 'A: \xe9\0', 'Sec-WebSocket-Accept: \xe9', 'sec-websocket-protocol: \xe9'])(
    'rejects %j',
    line => {
      expect(thrown(() => response('HTTP/1.1 101 x', line))).toMatchObject({ code: 'ERR_HTTP_SYNTAX', status: null });
    },
  );

  test('passes over interim responses (RFC 9110, 15.2)', () => {
    const head = response(
      'HTTP/1.1 100 Continue',
      'A: b',
      '',
      'HTTP/1.1 103 Early Hints',
      '',
      'HTTP/1.1 101 X',
      'C: d',
    );
    expect(head).toMatchObject({ status: 101, reason: 'X' });
    expect({ ...head.headers }).toEqual({ c: 'd' });
  });

  test('does not pass over them for ever', () => {
    const parser = new ResponseHeadParser(1000);
    const interim = latin1('HTTP/1.1 100 Continue\r\n\r\n');
    const error = thrown(() => {
      for (let i = 0; i < 100; i++) parser.push(interim);
    });
    expect(error).toMatchObject({ code: 'ERR_HTTP_TOO_BIG', status: null });
  });
});
