import { describe, expect, test } from 'vitest';
import { encodeHead, handshakeHeaders } from '../../src/handshake/http-message.ts';
import { text } from './support.ts';

describe('encodeHead', () => {
  test('writes the lines and an empty one (RFC 9112, 2.1)', () => {
    const bytes = encodeHead('GET / HTTP/1.1', [
      ['A', 'b'],
      ['C', 'd\xe9'],
    ]);
    expect(text(bytes)).toBe('GET / HTTP/1.1\r\nA: b\r\nC: d\xe9\r\n\r\n');
    expect(text(encodeHead('x', []))).toBe('x\r\n\r\n');
  });
});

describe('handshakeHeaders', () => {
  test('gives the lines of what may be added', () => {
    const headers = { 'X-A': ['1', '2'], 'Sec-WebSocket-Origin': 'x' };
    const lines = [
      ['X-A', '1'],
      ['X-A', '2'],
      ['Sec-WebSocket-Origin', 'x'],
    ];
    expect(handshakeHeaders(headers)).toEqual(lines);
    expect([handshakeHeaders(null), handshakeHeaders(undefined)]).toEqual([[], []]);
  });

  test.each([
    'Host',
    'UPGRADE',
    'connection',
    'Content-Length',
    'transfer-encoding',
    'Sec-WebSocket-Key',
    'Sec-WebSocket-Version',
    'Sec-WebSocket-Protocol',
    'Sec-WebSocket-Extensions',
    'Sec-WebSocket-Accept',
  ])('refuses %s, which is the handshake’s own', name => {
    const own = new RangeError(`header ${name} is the handshake's own`);
    expect(() => handshakeHeaders({ 'X-A': '1', [name]: 'x' })).toThrow(own);
  });
});
