import { describe, expect, test } from 'vitest';
import { byteSize, headerLine, milliseconds, webSocketUrl, wholeNumber } from '../src/values.ts';

describe('webSocketUrl', () => {
  test.each([
    ['ws://example.com/chat?a=1', 'ws://example.com/chat?a=1', null],
    ['wss://example.com', 'wss://example.com', null],
    ['https://example.com/x', 'wss://example.com/x', null],
    ['http://example.com', 'ws://example.com', null],
    ['localhost:9000/x', 'ws://localhost:9000/x', null],
    [':9000', 'ws://localhost:9000', null],
    ['9000/x', 'ws://localhost:9000/x', null],
    ['[::1]:9000', 'ws://[::1]:9000', null],
    ['ws://ann:p%40ss@example.com/', 'ws://example.com/', 'ann:p@ss'],
    ['ws://100%:x@example.com/', 'ws://example.com/', '100%:x'],
    ['ws://example.com/@me', 'ws://example.com/@me', null],
    ['ws://unix:/run/app.sock:/chat', 'ws://unix:/run/app.sock:/chat', null],
  ])('reads %s', (text, url, credentials) => {
    expect(webSocketUrl(text)).toEqual({ url, credentials });
  });
  test('refuses what is no WebSocket', () => {
    expect(() => webSocketUrl('ftp://example.com')).toThrow('not a ws:// or wss:// address');
  });
});

describe('values of options', () => {
  test('times have units, and are milliseconds without', () => {
    expect(['1500', '1500ms', '1.5s', '2m', '0'].map(milliseconds)).toEqual([1500, 1500, 1500, 120_000, 0]);
    // What they are as products of floating point is a little more, or less.
    expect(['2.01s', '16.1s', '4.1m'].map(milliseconds)).toEqual([2010, 16_100, 246_000]);
    expect(() => milliseconds('soon')).toThrow('milliseconds');
  });
  test('sizes have units of 1024', () => {
    expect(['0', '512', '64k', '16M'].map(byteSize)).toEqual([0, 512, 65_536, 16_777_216]);
    expect(() => byteSize('big')).toThrow('size');
  });
  test('numbers have limits', () => {
    expect(wholeNumber(0, 65535)('9000')).toBe(9000);
    expect(wholeNumber()('1_000')).toBe(1000);
    expect(() => wholeNumber(0, 65535)('65536')).toThrow('0 to 65535');
    expect(() => wholeNumber(1)('0')).toThrow('from 1 on');
    expect(() => wholeNumber()('1e3')).toThrow('whole number');
  });
  test('headers are name and value', () => {
    expect(headerLine('X-A: b: c', [['x', 'y']])).toEqual([
      ['x', 'y'],
      ['X-A', 'b: c'],
    ]);
    expect(() => headerLine('nothing', [])).toThrow('header line');
  });
});
