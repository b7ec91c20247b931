import { everySplit } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { addHeader, createHeaderFields } from '../../src/handshake/http-head.ts';
import { RequestHeadParser } from '../../src/handshake/request-head.ts';
import { latin1, request, text, thrown } from './support.ts';

const GET = 'GET / HTTP/1.1\r\n';

function push(input: string, maxSize = 65536): unknown {
  const parser = new RequestHeadParser(maxSize);
  parser.push(latin1(input));
  return parser.head;
}

describe('HttpHeadParser', () => {
  test('joins the lines of one name, in any case, and tells of them (RFC 9110, 5.3)', () => {
    const { headers, repeated } = request('GET / HTTP/1.1', 'A: 1', 'b:2', 'a:\t3 \t', 'C:', 'A:');
    expect({ ...headers }).toEqual({ a: '1, 3, ', b: '2', c: '' });
    expect(new Set(repeated)).toEqual(new Set(['a']));
  });

  test('keeps tabs and colons within a value', () => {
    expect(request('GET / HTTP/1.1', 'a: b\tc: d').headers.a).toBe('b\tc: d');
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('takes %s for a name like any other', name => {
    const { headers, repeated } = request('GET / HTTP/1.1', `${name}: x`);
    expect(headers[name.toLowerCase()]).toBe('x');
    expect(repeated).toEqual([]);
    expect(Object.getPrototypeOf(headers)).toBe(null);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('says how many bytes are of the head, and leaves what follows', () => {
    const parser = new RequestHeadParser(65536);
    const bytes = latin1(`${GET}Host: h\r\n\r\n\x81\x00\xff`);
    expect(parser.push(bytes)).toBe(bytes.length - 3);
    expect(parser.head?.headers.host).toBe('h');
    expect(parser.push(bytes)).toBe(0);
  });

  test('reads the same however the bytes are cut', () => {
    const bytes = latin1(
      `GET /chat?a=b HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nEmpty:\r\n\r\n\x81\x80rest`,
    );
    const outcome = everySplit(bytes, chunks => {
      const parser = new RequestHeadParser(65536);
      let rest = '';
      for (const chunk of chunks) rest += text(chunk.subarray(parser.push(chunk)));
      return { head: parser.head, rest };
    });
    expect(outcome.rest).toBe('\x81\x80rest');
    expect(outcome.head).toMatchObject({ target: '/chat?a=b', headers: { host: 'example.com', empty: '' } });
  });

  test.each([
    ['a bare LF', `${GET.trim()}\nHost: h\r\n\r\n`],
    ['a bare LF in a header', `${GET}Host: h\nX: y\r\n\r\n`],
    ['a bare CR', `${GET}Host: h\rX: y\r\n\r\n`],
    ['a bare CR for a line end', `${GET}A: b\rxC: d\r\n\r\n`],
    ['two CR', `${GET}Host: h\r\r\n\r\n`],
    ['a folded line (obs-fold)', `${GET}Host: h\r\n X: y\r\n\r\n`],
    ['a line folded with a tab', `${GET}Host: h\r\n\tX: y\r\n\r\n`],
    ['a blank before the colon', `${GET}Host : h\r\n\r\n`],
    ['a tab before the colon', `${GET}Host\t: h\r\n\r\n`],
    ['a line without a colon', `${GET}Host\r\n\r\n`],
    ['an empty name', `${GET}: h\r\n\r\n`],
    ['a name that is no token', `${GET}Ho(st: h\r\n\r\n`],
    ['NUL in a value', `${GET}Host: h\0\r\n\r\n`],
    ['NUL in a name', `${GET}Ho\0st: h\r\n\r\n`],
    ['a control character', `${GET}Host: h\x1b[0m\r\n\r\n`],
    ['DEL', `${GET}Host: h\x7f\r\n\r\n`],
    ['byte 80 in Host', `${GET}Host: h\x80\r\n\r\n`],
    ['byte FF in the subprotocols', `${GET}Sec-WebSocket-Protocol: \xff\r\n\r\n`],
    ['byte E9 in the extensions', `${GET}SEC-WEBSOCKET-EXTENSIONS: a; b="\xe9"\r\n\r\n`],
    ['byte A0 behind the key', `${GET}sec-websocket-key: x\xa0\r\n\r\n`],
    ['byte E9 in a name', `${GET}X-\xe9: 1\r\n\r\n`],
    ['byte A0 before the colon', `${GET}X\xa0: 1\r\n\r\n`],
    ['a control character beside byte E9', `${GET}X: \xe9\x7f\r\n\r\n`],
    ['byte FF in the first line', 'GET /\xff HTTP/1.1\r\n\r\n'],
    ['byte FF in the version', 'GET / HTTP/1.1\xff\r\n\r\n'],
    ['an empty line at the start', `\r\n${GET}\r\n`],
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01'],
  ])('rejects %s (RFC 9112, 2.2, 5)', (_, input) => {
    expect(thrown(() => push(input))).toMatchObject({ code: 'ERR_HTTP_SYNTAX', status: 400 });
    expect(
      thrown(() =>
        everySplit(latin1(input), chunks => {
          const parser = new RequestHeadParser(65536);
          for (const chunk of chunks) parser.push(chunk);
        }),
      ),
    ).toMatchObject({ code: 'ERR_HTTP_SYNTAX' });
  });

  test('keeps every byte beyond ASCII in a value, as ISO 8859-1 (RFC 9110, 5.5)', () => {
    const all = String.fromCharCode(...Array.from({ length: 128 }, (_, i) => 0x80 + i));
    // The last byte of à in UTF-8 is A0, which is a blank to JavaScript, and none to HTTP.
    const lines = [`Cookie: name=Zo\xeb\t`, `All:${all}`, 'Utf8: Voil\xc3\xa0 ', 'Blank: \xa0', 'all: \x80'];
    const read = everySplit(latin1(`${GET}${lines.join('\r\n')}\r\n\r\n`), chunks => {
      const parser = new RequestHeadParser(65536);
      for (const chunk of chunks) parser.push(chunk);
      return { ...parser.head?.headers };
    });
    expect(read).toEqual({ cookie: 'name=Zo\xeb', all: `${all}, \x80`, utf8: 'Voil\xc3\xa0', blank: '\xa0' });
  });

  test('rejects a control character before the line ends', () => {
    expect(thrown(() => push('GET /\0'))).toMatchObject({ code: 'ERR_HTTP_SYNTAX' });
  });

  test('takes a head of exactly the limit, and not one byte more', () => {
    const head = `${GET}Host: h\r\n\r\n`;
    expect(push(`${head}frames`, head.length)).not.toBe(null);
    for (const [input, maxSize] of [
      [head, head.length - 1],
      [`${GET}${'a'.repeat(100_000)}`, 65536],
    ] as const) {
      expect(thrown(() => push(input, maxSize))).toMatchObject({ code: 'ERR_HTTP_TOO_BIG', status: 431 });
    }
  });

  test('reads 256 headers, and not one more', () => {
    const lines = Array.from({ length: 256 }, (_, i) => `x${i}: ${i}`);
    expect(request('GET / HTTP/1.1', ...lines).headers.x255).toBe('255');
    expect(thrown(() => request('GET / HTTP/1.1', ...lines, 'y: z'))).toMatchObject({ code: 'ERR_HTTP_TOO_BIG' });
    expect(thrown(() => request('GET / HTTP/1.1', ...Array(2001).fill('y: z')))).toMatchObject({ status: 431 });
  });

  test('reads a head of the full size that comes byte by byte', () => {
    const value = 'v'.repeat(65536 - GET.length - 7);
    const bytes = latin1(`${GET}a: ${value}\r\n\r\n`);
    const parser = new RequestHeadParser(65536);
    for (let i = 0; i < bytes.length; i++) parser.push(bytes.subarray(i, i + 1));
    expect(parser.head?.headers.a).toBe(value);
  });
});

describe('addHeader', () => {
  test('takes names in any case', () => {
    const fields = createHeaderFields();
    addHeader(fields, 'A', 'x');
    addHeader(fields, 'a', 'y');
    expect(fields).toMatchObject({ headers: { a: 'x, y' }, repeated: ['a'] });
  });

  test('takes no line that breaks the grammar', () => {
    const fields = createHeaderFields();
    expect(addHeader(fields, 'b', ' \xe9\xa0 ')).toBe(true);
    const lines = [
      ['a b', 'c'],
      ['\xe9', 'c'],
      ['a', 'b\nc'],
      ['a', '\u0100'],
      ['HOST', '\xe9'],
      ['Sec-WebSocket-Any', '\xe9'],
    ] as const;
    expect(lines.filter(([name, value]) => addHeader(fields, name, value))).toEqual([]);
    expect({ ...fields.headers }).toEqual({ b: '\xe9\xa0' });
  });
});
