import { describe, expect, test } from 'vitest';
import { encodeHead } from '../../src/handshake/http-message.ts';
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
